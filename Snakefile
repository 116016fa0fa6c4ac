"""oxymilk: recompute a two-group pre/post study and check every number its paper printed.

snakemake            all studies of config.yaml, into results/<study>/
snakemake verify     and hold every printed number to its expected verdict
snakemake crosscheck and compute every p-value once more by other programs

From another folder, which then has its own config.yaml and data/: snakemake -s path/to/Snakefile
"""

from snakemake.utils import min_version

min_version("9.16")


report: "workflow/report/workflow.rst"


# The system that `make` needs and no more. Used only under --software-deployment-method apptainer; oxymilk must then be
# installed in it (`make results` inside the container does).
container: "docker://python:3.11-bookworm"


include: "workflow/rules/common.smk"
include: "workflow/rules/ingest.smk"
include: "workflow/rules/analyse.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/present.smk"
include: "workflow/rules/crosscheck.smk"


onstart:
    wait_for_other_runs()


onsuccess:
    say_where_results_are()


onerror:
    say_faults_last(log)


rule all:
    """Everything a reader of a study opens, and the tables behind it."""
    default_target: True
    input:
        expand(rules.refuse_study.output, study=REFUSED),
        expand(
            [
                f"{RESULT}/observations.csv",
                f"{RESULT}/frequencies.csv",
                f"{RESULT}/tests.csv",
                f"{RESULT}/procedures.csv",
                f"{RESULT}/effects.csv",
            ],
            study=STUDIES,
        ),
        expand(
            [
                f"{RESULT}/verdicts.csv",
                f"{RESULT}/explanations.csv",
                f"{RESULT}/datasets.csv",
                f"{RESULT}/contradictions.csv",
            ],
            study=AUDITED,
        ),
        expand(
            [
                f"{RESULT}/{{language}}/tables",
                f"{RESULT}/{{language}}/figures",
                f"{RESULT}/{{language}}/manuscript.docx",
                f"{RESULT}/{{language}}/report.html",
            ],
            study=STUDIES,
            language=LANGUAGES,
        ),
        expand(f"{RESULT}/{{language}}/audit", study=AUDITED, language=LANGUAGES),
