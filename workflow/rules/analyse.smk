"""Run the tests of a study.

Inputs:  <results>/{study}/observations.csv, other_scale.csv, characteristics.csv, <data>/{study}/study.yaml
Outputs: <results>/{study}/frequencies.csv, summaries.csv, tests.csv, sensitivity.csv, procedures.csv, effects.csv, comparisons.csv,
         alternatives.csv, baseline.csv
"""


rule test_groups:
    input:
        study=study_file,
        observations=f"{RESULT}/observations.csv",
        other_scale=f"{RESULT}/other_scale.csv",
        characteristics=f"{RESULT}/characteristics.csv",
    output:
        frequencies=report(
            f"{RESULT}/frequencies.csv",
            caption="../report/frequencies.rst",
            category="Data",
            labels={"study": "{study}", "content": "frequencies"},
        ),
        summaries=f"{RESULT}/summaries.csv",
        tests=report(
            f"{RESULT}/tests.csv",
            caption="../report/tests.rst",
            category="Tests",
            labels={"study": "{study}", "content": "declared and exact tests"},
        ),
        sensitivity=report(
            f"{RESULT}/sensitivity.csv",
            caption="../report/sensitivity.rst",
            category="Tests",
            labels={"study": "{study}", "content": "the same tests on the other scale"},
        ),
        procedures=report(
            f"{RESULT}/procedures.csv",
            caption="../report/procedures.rst",
            category="Tests",
            labels={"study": "{study}", "content": "what each program prints"},
        ),
        effects=report(
            f"{RESULT}/effects.csv",
            caption="../report/effects.rst",
            category="Tests",
            labels={"study": "{study}", "content": "effects"},
        ),
        comparisons=f"{RESULT}/comparisons.csv",
        alternatives=report(
            f"{RESULT}/alternatives.csv",
            caption="../report/alternatives.rst",
            category="Tests",
            labels={"study": "{study}", "content": "the decision under other defensible tests"},
        ),
        baseline=report(
            f"{RESULT}/baseline.csv",
            caption="../report/baseline.rst",
            category="Data",
            labels={"study": "{study}", "content": "characteristics by group"},
        ),
    log:
        "logs/{study}/test_groups.log",
    params:
        code=digest_of("analysis", "audit", "stats", "study"),
        study=STUDY,
        results=subpath(output.tests, parent=True),
        confidence=lookup(dpath="confidence", within=config),
        seed=lookup(dpath="seed", within=config),
    shell:
        """
        oxymilk test-groups \
            --study {params.study:q} \
            --results {params.results:q} \
            --confidence {params.confidence:q} \
            --seed {params.seed:q} >{log:q} 2>&1
        """
