"""oxymilk: recompute a two-group pre/post study and check every number its paper printed.

snakemake            all studies of config.yaml, into results/<study>/
snakemake verify     and hold every printed number to its expected verdict
"""

from snakemake.utils import min_version

min_version("9.16")


configfile: "config.yaml"


report: "workflow/report/workflow.rst"


# The system that `make` needs and no more. Used only under --software-deployment-method apptainer; oxymilk must then be
# installed in it (`make results` inside the container does).
container: "docker://python:3.11-bookworm"


include: "workflow/rules/common.smk"
include: "workflow/rules/ingest.smk"
include: "workflow/rules/analyse.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/present.smk"


rule all:
    """Everything a reader of a study opens, and the tables behind it."""
    default_target: True
    input:
        expand(
            [
                "results/{study}/observations.csv",
                "results/{study}/frequencies.csv",
                "results/{study}/tests.csv",
                "results/{study}/procedures.csv",
                "results/{study}/effects.csv",
                "results/{study}/verdicts.csv",
                "results/{study}/explanations.csv",
                "results/{study}/datasets.csv",
                "results/{study}/contradictions.csv",
            ],
            study=STUDIES,
        ),
        expand(
            [
                "results/{study}/{language}/tables",
                "results/{study}/{language}/figures",
                "results/{study}/{language}/report.html",
            ],
            study=STUDIES,
            language=LANGUAGES,
        ),
