"""Check the numbers that a paper printed.

Inputs:  data/{study}/claims.csv, results/{study}/frequencies.csv, tests.csv
Outputs: results/{study}/verdicts.csv; `verify` prints them and fails when one is not as expected
         results/{study}/explanations.csv, datasets.csv, contradictions.csv, outcomes.csv, witnesses/
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


rule explain_claims:
    input:
        study="data/{study}/study.yaml",
        claims="data/{study}/claims.csv",
        observations="results/{study}/observations.csv",
        verdicts="results/{study}/verdicts.csv",
        code=subcommand_sources("explain_claims"),
    output:
        explanations=report(
            "results/{study}/explanations.csv",
            caption="../report/explanations.rst",
            category="Explanations",
            labels={"study": "{study}", "content": "what would explain a difference"},
        ),
        datasets=report(
            "results/{study}/datasets.csv",
            caption="../report/datasets.rst",
            category="Explanations",
            labels={"study": "{study}", "content": "datasets of the design"},
        ),
        contradictions=report(
            "results/{study}/contradictions.csv",
            caption="../report/contradictions.rst",
            category="Explanations",
            labels={"study": "{study}", "content": "claims that contradict each other"},
        ),
        outcomes="results/{study}/outcomes.csv",
        witnesses=directory("results/{study}/witnesses"),
    log:
        "logs/{study}/explain_claims.log",
    params:
        folder=subpath(output.explanations, parent=True),
        participants=lookup(dpath="explain/participants", within=config),
        budget=lookup(dpath="explain/budget", within=config),
    shell:
        """
        oxymilk explain-claims \
            --study {input.study:q} \
            --claims {input.claims:q} \
            --observations {input.observations:q} \
            --verdicts {input.verdicts:q} \
            --participants {params.participants:q} \
            --budget {params.budget:q} \
            --folder {params.folder:q} >{log:q} 2>&1
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
