"""Write what readers open: tables, figures, the manuscript and the report, in each language of config.yaml.

Inputs:  the CSVs of <results>/{study}/, <data>/{study}/study.yaml
Outputs: <results>/{study}/{language}/tables/, numbers.csv, numbers.tex, figures/, manuscript.docx, report.html
"""


rule make_tables:
    input:
        study=study_file,
        frequencies=f"{RESULT}/frequencies.csv",
        tests=f"{RESULT}/tests.csv",
        effects=f"{RESULT}/effects.csv",
        comparisons=f"{RESULT}/comparisons.csv",
        alternatives=f"{RESULT}/alternatives.csv",
        baseline=f"{RESULT}/baseline.csv",
        summaries=f"{RESULT}/summaries.csv",
        sensitivity=f"{RESULT}/sensitivity.csv",
        audit=audit_tables("verdicts"),
    output:
        tables=report(
            directory(all_languages(f"{RESULT}/{{language}}/tables")),
            patterns=["table_{number}.html"],
            caption="../report/tables.rst",
            category="Tables",
            labels={"study": "{study}", "table": "{number}"},
        ),
        numbers=all_languages(f"{RESULT}/{{language}}/numbers.csv"),
        macros=all_languages(f"{RESULT}/{{language}}/numbers.tex"),
    log:
        "logs/{study}/make_tables.log",
    params:
        code=digest_of("present", "audit", "study", "stats"),
        study=STUDY,
        results=subpath(input.tests, parent=True),
        languages=",".join(LANGUAGES),
    shell:
        """
        oxymilk make-tables \
            --study {params.study:q} \
            --results {params.results:q} \
            --languages {params.languages:q} >{log:q} 2>&1
        """


rule plot_figures:
    input:
        study=study_file,
        observations=f"{RESULT}/observations.csv",
        tests=f"{RESULT}/tests.csv",
        procedures=f"{RESULT}/procedures.csv",
        effects=f"{RESULT}/effects.csv",
        audit=audit_tables("verdicts", "explanations", "outcomes"),
    output:
        figures=report(
            directory(all_languages(f"{RESULT}/{{language}}/figures")),
            patterns=["{figure}.svg"],
            caption="../report/figures.rst",
            category="Figures",
            labels={"study": "{study}", "figure": "{figure}"},
        ),
    log:
        "logs/{study}/plot_figures.log",
    params:
        code=digest_of("present", "audit", "analysis", "study", "stats"),
        study=STUDY,
        results=subpath(input.tests, parent=True),
        languages=",".join(LANGUAGES),
        formats=",".join(["svg", "png", *lookup(dpath="figure_formats", within=config)]),
        width=lookup(dpath="figure_width", within=config),
    shell:
        """
        oxymilk plot-figures \
            --study {params.study:q} \
            --results {params.results:q} \
            --languages {params.languages:q} \
            --formats {params.formats:q} \
            --width {params.width:q} >{log:q} 2>&1
        """


rule write_documents:
    input:
        study=study_file,
        sheets=study_sheets,
        observations=f"{RESULT}/observations.csv",
        frequencies=f"{RESULT}/frequencies.csv",
        tests=f"{RESULT}/tests.csv",
        procedures=f"{RESULT}/procedures.csv",
        effects=f"{RESULT}/effects.csv",
        comparisons=f"{RESULT}/comparisons.csv",
        alternatives=f"{RESULT}/alternatives.csv",
        baseline=f"{RESULT}/baseline.csv",
        summaries=f"{RESULT}/summaries.csv",
        sensitivity=f"{RESULT}/sensitivity.csv",
        audit=audit_tables("verdicts", "explanations", "datasets", "contradictions", "outcomes"),
        crosscheck=second_opinion,
        tables=all_languages(f"{RESULT}/{{language}}/tables"),
        audited=audit_folders,
        figures=all_languages(f"{RESULT}/{{language}}/figures"),
    output:
        manuscripts=all_languages(f"{RESULT}/{{language}}/manuscript.docx"),
        reports=report(
            all_languages(f"{RESULT}/{{language}}/report.html"),
            caption="../report/report.rst",
            category="Report",
            labels={"study": "{study}", "content": "the whole report"},
        ),
    log:
        "logs/{study}/write_documents.log",
    params:
        code=digest_of("present", "audit", "study", "stats"),
        study=STUDY,
        results=subpath(input.tests, parent=True),
        languages=",".join(LANGUAGES),
    shell:
        """
        oxymilk write-documents \
            --study {params.study:q} \
            --results {params.results:q} \
            --languages {params.languages:q} >{log:q} 2>&1
        """
