"""Write what readers open: tables, figures and the report, in each language of config.yaml.

Inputs:  the CSVs of results/{study}/, data/{study}/study.yaml
Outputs: results/{study}/{language}/tables/, figures/, report.html
"""


rule make_tables:
    input:
        study="data/{study}/study.yaml",
        frequencies="results/{study}/frequencies.csv",
        tests="results/{study}/tests.csv",
        verdicts="results/{study}/verdicts.csv",
        effects="results/{study}/effects.csv",
        explanations="results/{study}/explanations.csv",
        baseline="results/{study}/baseline.csv",
        summaries="results/{study}/summaries.csv",
        sensitivity="results/{study}/sensitivity.csv",
        code=subcommand_sources("make_tables"),
    output:
        tables=report(
            directory(all_languages("results/{study}/{language}/tables")),
            patterns=["table_{number}.html"],
            caption="../report/tables.rst",
            category="Tables",
            labels={"study": "{study}", "table": "{number}"},
        ),
    log:
        "logs/{study}/make_tables.log",
    params:
        folder=subpath(input.verdicts, parent=True),
        languages=",".join(LANGUAGES),
    shell:
        """
        oxymilk make-tables \
            --study {input.study:q} \
            --frequencies {input.frequencies:q} \
            --tests {input.tests:q} \
            --verdicts {input.verdicts:q} \
            --effects {input.effects:q} \
            --explanations {input.explanations:q} \
            --baseline {input.baseline:q} \
            --summaries {input.summaries:q} \
            --sensitivity {input.sensitivity:q} \
            --languages {params.languages:q} \
            --folder {params.folder:q} >{log:q} 2>&1
        """


rule plot_figures:
    input:
        study="data/{study}/study.yaml",
        observations="results/{study}/observations.csv",
        tests="results/{study}/tests.csv",
        procedures="results/{study}/procedures.csv",
        verdicts="results/{study}/verdicts.csv",
        effects="results/{study}/effects.csv",
        explanations="results/{study}/explanations.csv",
        outcomes="results/{study}/outcomes.csv",
        code=subcommand_sources("plot_figures"),
    output:
        figures=report(
            directory(all_languages("results/{study}/{language}/figures")),
            patterns=["{figure}.svg"],
            caption="../report/figures.rst",
            category="Figures",
            labels={"study": "{study}", "figure": "{figure}"},
        ),
    log:
        "logs/{study}/plot_figures.log",
    params:
        folder=subpath(input.verdicts, parent=True),
        languages=",".join(LANGUAGES),
        formats=",".join(lookup(dpath="figure_formats", within=config)),
    shell:
        """
        oxymilk plot-figures \
            --study {input.study:q} \
            --observations {input.observations:q} \
            --tests {input.tests:q} \
            --procedures {input.procedures:q} \
            --verdicts {input.verdicts:q} \
            --effects {input.effects:q} \
            --explanations {input.explanations:q} \
            --outcomes {input.outcomes:q} \
            --formats {params.formats:q} \
            --languages {params.languages:q} \
            --folder {params.folder:q} >{log:q} 2>&1
        """


rule render_report:
    input:
        study="data/{study}/study.yaml",
        sheets=study_sheets,
        claims="data/{study}/claims.csv",
        observations="results/{study}/observations.csv",
        frequencies="results/{study}/frequencies.csv",
        tests="results/{study}/tests.csv",
        procedures="results/{study}/procedures.csv",
        verdicts="results/{study}/verdicts.csv",
        effects="results/{study}/effects.csv",
        explanations="results/{study}/explanations.csv",
        datasets="results/{study}/datasets.csv",
        contradictions="results/{study}/contradictions.csv",
        outcomes="results/{study}/outcomes.csv",
        baseline="results/{study}/baseline.csv",
        summaries="results/{study}/summaries.csv",
        sensitivity="results/{study}/sensitivity.csv",
        code=subcommand_sources("render_report"),
    output:
        reports=report(
            all_languages("results/{study}/{language}/report.html"),
            caption="../report/report.rst",
            category="Report",
            labels={"study": "{study}", "content": "the whole report"},
        ),
    log:
        "logs/{study}/render_report.log",
    params:
        folder=subpath(input.verdicts, parent=True),
        languages=",".join(LANGUAGES),
    shell:
        """
        oxymilk render-report \
            --study {input.study:q} \
            --claims {input.claims:q} \
            --observations {input.observations:q} \
            --frequencies {input.frequencies:q} \
            --tests {input.tests:q} \
            --procedures {input.procedures:q} \
            --verdicts {input.verdicts:q} \
            --effects {input.effects:q} \
            --explanations {input.explanations:q} \
            --datasets {input.datasets:q} \
            --contradictions {input.contradictions:q} \
            --outcomes {input.outcomes:q} \
            --baseline {input.baseline:q} \
            --summaries {input.summaries:q} \
            --sensitivity {input.sensitivity:q} \
            --languages {params.languages:q} \
            --folder {params.folder:q} >{log:q} 2>&1
        """
