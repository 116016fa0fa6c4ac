"""Compute the p-values of a study once more by other programs; on request: snakemake crosscheck.

Inputs:  <data>/{study}/study.yaml, <results>/{study}/observations.csv, tests.csv, procedures.csv
Outputs: <results>/{study}/crosscheck.csv; when a p-value differs unexplained the log says which, and the job fails
"""


rule crosscheck_study:
    input:
        study=study_file,
        observations=f"{RESULT}/observations.csv",
        tests=f"{RESULT}/tests.csv",
        procedures=f"{RESULT}/procedures.csv",
    output:
        crosscheck=report(
            f"{RESULT}/crosscheck.csv",
            caption="../report/crosscheck.rst",
            category="Tests",
            labels={"study": "{study}", "content": "the same p-values by other programs"},
        ),
    log:
        "logs/{study}/crosscheck_study.log",
    params:
        code=digest_of("analysis", "audit", "stats", "study"),
        study=STUDY,
        results=subpath(output.crosscheck, ancestor=2),
        language=LANGUAGES[0],
        installed=installed("Rscript", "pspp"),
    shell:
        """
        oxymilk crosscheck \
            {params.study:q} \
            --results {params.results:q} \
            --language {params.language:q} >{log:q} 2>&1
        """


rule crosscheck:
    """A second opinion on every study; its output is for the terminal."""
    input:
        expand(f"{RESULT}/crosscheck.csv", study=STUDIES),
    log:
        "logs/crosscheck.log",
    params:
        logs=expand("logs/{study}/crosscheck_study.log", study=STUDIES),
    shell:
        """
        tail -n +1 {params.logs:q} 2>&1 | tee {log:q}
        """
