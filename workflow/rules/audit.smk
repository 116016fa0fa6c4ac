"""Check the numbers that a paper printed.

Inputs:  data/{study}/claims.csv, results/{study}/frequencies.csv, tests.csv
Outputs: results/{study}/verdicts.csv; `verify` prints them and fails when one is not as expected
"""


rule audit_claims:
    input:
        study="data/{study}/study.yaml",
        claims="data/{study}/claims.csv",
        frequencies="results/{study}/frequencies.csv",
        tests="results/{study}/tests.csv",
        code=subcommand_sources("audit_claims"),
    output:
        verdicts=report(
            "results/{study}/verdicts.csv",
            caption="../report/verdicts.rst",
            category="Verdicts",
            labels={"study": "{study}", "content": "every printed number"},
        ),
    log:
        "logs/{study}/audit_claims.log",
    shell:
        """
        oxymilk audit-claims \
            --study {input.study:q} \
            --claims {input.claims:q} \
            --frequencies {input.frequencies:q} \
            --tests {input.tests:q} \
            --output {output.verdicts:q} >{log:q} 2>&1
        """


rule verify:
    """Hold every verdict to the expected one; its output is for the terminal."""
    input:
        expand("results/{study}/verdicts.csv", study=STUDIES),
    log:
        "logs/verify.log",
    params:
        studies=STUDIES,
    shell:
        """
        oxymilk verify {params.studies:q} 2>&1 | tee {log:q}
        """
