"""Make the tidy observations of a study from the sheets as people keep them.

Inputs:  data/{study}/study.yaml and the sheets it names; claims.csv is looked at, so that all faults come at once, but
         nothing made here depends on it: audit_claims has it as an input
Outputs: results/{study}/observations.csv, other_scale.csv, characteristics.csv; faults.csv stays when the job fails
"""


rule ingest_observations:
    input:
        study="data/{study}/study.yaml",
        sheets=study_sheets,
        code=subcommand_sources("ingest_observations"),
    output:
        observations=report(
            "results/{study}/observations.csv",
            caption="../report/observations.rst",
            category="Data",
            labels={"study": "{study}", "content": "observations"},
        ),
        other_scale="results/{study}/other_scale.csv",
        characteristics="results/{study}/characteristics.csv",
    log:
        "logs/{study}/ingest_observations.log",
    params:
        folder=subpath(output.observations, parent=True),
    shell:
        """
        oxymilk ingest-observations \
            --study {input.study:q} \
            --folder {params.folder:q} >{log:q} 2>&1
        """
