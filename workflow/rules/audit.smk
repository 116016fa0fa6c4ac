"""Check the numbers that a paper printed.

Inputs:  <data>/{study}/claims.csv, <results>/{study}/observations.csv, other_scale.csv, characteristics.csv,
         frequencies.csv, tests.csv, sensitivity.csv
Outputs: <results>/{study}/verdicts.csv; `verify` prints them and fails when one is not as expected
         <results>/{study}/explanations.csv, datasets.csv, contradictions.csv, outcomes.csv, witnesses/
         <results>/{study}/{language}/audit/
"""


rule audit_claims:
    input:
        study=study_file,
        claims=f"{STUDY}/claims.csv",
        frequencies=f"{RESULT}/frequencies.csv",
        tests=f"{RESULT}/tests.csv",
        observations=f"{RESULT}/observations.csv",
        other_scale=f"{RESULT}/other_scale.csv",
        characteristics=f"{RESULT}/characteristics.csv",
    output:
        verdicts=report(
            f"{RESULT}/verdicts.csv",
            caption="../report/verdicts.rst",
            category="Verdicts",
            labels={"study": "{study}", "content": "every printed number"},
        ),
    log:
        "logs/{study}/audit_claims.log",
    params:
        code=digest_of("audit", "analysis", "stats", "study"),
        study=subpath(input.claims, parent=True),
        results=subpath(output.verdicts, parent=True),
    shell:
        """
        oxymilk audit-claims \
            --study {params.study:q} \
            --results {params.results:q} >{log:q} 2>&1
        """


rule explain_claims:
    input:
        study=study_file,
        claims=f"{STUDY}/claims.csv",
        observations=f"{RESULT}/observations.csv",
        tests=f"{RESULT}/tests.csv",
        sensitivity=f"{RESULT}/sensitivity.csv",
        verdicts=f"{RESULT}/verdicts.csv",
    output:
        explanations=report(
            f"{RESULT}/explanations.csv",
            caption="../report/explanations.rst",
            category="Explanations",
            labels={"study": "{study}", "content": "what would explain a difference"},
        ),
        datasets=report(
            f"{RESULT}/datasets.csv",
            caption="../report/datasets.rst",
            category="Explanations",
            labels={"study": "{study}", "content": "datasets of the design"},
        ),
        contradictions=report(
            f"{RESULT}/contradictions.csv",
            caption="../report/contradictions.rst",
            category="Explanations",
            labels={"study": "{study}", "content": "claims that contradict each other"},
        ),
        outcomes=f"{RESULT}/outcomes.csv",
        witnesses=directory(f"{RESULT}/witnesses"),
    log:
        "logs/{study}/explain_claims.log",
    params:
        code=digest_of("explain", "audit", "analysis", "stats", "study"),
        study=subpath(input.claims, parent=True),
        results=subpath(output.explanations, parent=True),
        participants=lookup(dpath="explain/participants", within=config),
        budget=lookup(dpath="explain/budget", within=config),
    shell:
        """
        oxymilk explain-claims \
            --study {params.study:q} \
            --results {params.results:q} \
            --participants {params.participants:q} \
            --budget {params.budget:q} >{log:q} 2>&1
        """


rule write_audit:
    input:
        study=study_file,
        claims=f"{STUDY}/claims.csv",
        tests=f"{RESULT}/tests.csv",
        frequencies=f"{RESULT}/frequencies.csv",
        procedures=f"{RESULT}/procedures.csv",
        verdicts=f"{RESULT}/verdicts.csv",
        explanations=f"{RESULT}/explanations.csv",
    output:
        audit=report(
            directory(all_languages(f"{RESULT}/{{language}}/audit")),
            patterns=["table_{number}.html"],
            caption="../report/verdicts.rst",
            category="Verdicts",
            labels={"study": "{study}", "content": "audit, table {number}"},
        ),
    log:
        "logs/{study}/write_audit.log",
    params:
        code=digest_of("present", "audit", "study", "stats"),
        study=subpath(input.claims, parent=True),
        results=subpath(input.tests, parent=True),
        languages=",".join(LANGUAGES),
    shell:
        """
        oxymilk write-audit \
            --study {params.study:q} \
            --results {params.results:q} \
            --languages {params.languages:q} >{log:q} 2>&1
        """


rule verify:
    """Hold every verdict to the expected one; its output is for the terminal."""
    input:
        expand(f"{RESULT}/verdicts.csv", study=AUDITED),
    log:
        "logs/verify.log",
    params:
        studies=config["studies"],
        folders=["--data", DATA, "--results", RESULTS],
    shell:
        """
        oxymilk verify {params.studies:q} {params.folders:q} 2>&1 | tee {log:q}
        """
