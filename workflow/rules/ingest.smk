"""Make the tidy observations of a study from the sheets as people keep them.

Inputs:  <data>/{study}/study.yaml and the sheets it names; claims.csv is looked at, so that all faults come at once, but
         nothing made here depends on it: audit_claims has it as an input
Outputs: <results>/{study}/observations.csv, other_scale.csv, characteristics.csv; faults.csv stays when the job fails
"""


rule refuse_study:
    """Say why nothing of a study is made, while the other studies go on."""
    output:
        "logs/refused_{study}.done",
    log:
        "logs/refused_{study}.log",
    params:
        lines=lambda wildcards: fault_lines(REFUSED[wildcards.study]),
    shell:
        """
        printf '%s\\n' {params.lines:q} >{log:q}
        exit 2
        """


rule ingest_observations:
    input:
        study=study_file,
        sheets=study_sheets,
    output:
        observations=report(
            f"{RESULT}/observations.csv",
            caption="../report/observations.rst",
            category="Data",
            labels={"study": "{study}", "content": "observations"},
        ),
        other_scale=f"{RESULT}/other_scale.csv",
        characteristics=f"{RESULT}/characteristics.csv",
    log:
        "logs/{study}/ingest_observations.log",
    params:
        code=digest_of("new_study", "ingest", "study", "audit", "stats"),
        study=STUDY,
        results=subpath(output.observations, parent=True),
    shell:
        """
        oxymilk ingest-observations \
            --study {params.study:q} \
            --results {params.results:q} >{log:q} 2>&1
        """
