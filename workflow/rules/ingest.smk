"""Make the tidy observations of a study from the sheets as people keep them.

Inputs:  data/{study}/study.yaml and the sheets it names
Outputs: results/{study}/observations.csv
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
    log:
        "logs/{study}/ingest_observations.log",
    shell:
        """
        oxymilk ingest-observations \
            --study {input.study:q} \
            --output {output.observations:q} >{log:q} 2>&1
        """
