"""Run the tests of a study.

Inputs:  results/{study}/observations.csv, other_scale.csv, characteristics.csv, data/{study}/study.yaml
Outputs: results/{study}/frequencies.csv, summaries.csv, tests.csv, sensitivity.csv, procedures.csv, effects.csv, baseline.csv
"""


rule test_groups:
    input:
        study="data/{study}/study.yaml",
        observations="results/{study}/observations.csv",
        other_scale="results/{study}/other_scale.csv",
        characteristics="results/{study}/characteristics.csv",
        code=subcommand_sources("test_groups"),
    output:
        frequencies=report(
            "results/{study}/frequencies.csv",
            caption="../report/frequencies.rst",
            category="Data",
            labels={"study": "{study}", "content": "frequencies"},
        ),
        summaries="results/{study}/summaries.csv",
        tests=report(
            "results/{study}/tests.csv",
            caption="../report/tests.rst",
            category="Tests",
            labels={"study": "{study}", "content": "declared and exact tests"},
        ),
        sensitivity=report(
            "results/{study}/sensitivity.csv",
            caption="../report/sensitivity.rst",
            category="Tests",
            labels={"study": "{study}", "content": "the same tests on the other scale"},
        ),
        procedures=report(
            "results/{study}/procedures.csv",
            caption="../report/procedures.rst",
            category="Tests",
            labels={"study": "{study}", "content": "what each program prints"},
        ),
        effects=report(
            "results/{study}/effects.csv",
            caption="../report/effects.rst",
            category="Tests",
            labels={"study": "{study}", "content": "effects"},
        ),
        baseline=report(
            "results/{study}/baseline.csv",
            caption="../report/baseline.rst",
            category="Data",
            labels={"study": "{study}", "content": "characteristics by group"},
        ),
    log:
        "logs/{study}/test_groups.log",
    params:
        folder=subpath(output.tests, parent=True),
        confidence=lookup(dpath="confidence", within=config),
    shell:
        """
        oxymilk test-groups \
            --study {input.study:q} \
            --observations {input.observations:q} \
            --other-scale {input.other_scale:q} \
            --characteristics {input.characteristics:q} \
            --confidence {params.confidence:q} \
            --folder {params.folder:q} >{log:q} 2>&1
        """
