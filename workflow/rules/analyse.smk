"""Run the tests of a study.

Inputs:  results/{study}/observations.csv, data/{study}/study.yaml
Outputs: results/{study}/frequencies.csv, tests.csv, procedures.csv, effects.csv
"""


rule test_groups:
    input:
        study="data/{study}/study.yaml",
        observations="results/{study}/observations.csv",
        code=subcommand_sources("test_groups"),
    output:
        frequencies=report(
            "results/{study}/frequencies.csv",
            caption="../report/frequencies.rst",
            category="Data",
            labels={"study": "{study}", "content": "frequencies"},
        ),
        tests=report(
            "results/{study}/tests.csv",
            caption="../report/tests.rst",
            category="Tests",
            labels={"study": "{study}", "content": "declared and exact tests"},
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
    log:
        "logs/{study}/test_groups.log",
    params:
        confidence=lookup(dpath="confidence", within=config),
    shell:
        """
        oxymilk test-groups \
            --study {input.study:q} \
            --observations {input.observations:q} \
            --frequencies {output.frequencies:q} \
            --tests {output.tests:q} \
            --procedures {output.procedures:q} \
            --effects {output.effects:q} \
            --confidence {params.confidence:q} >{log:q} 2>&1
        """
