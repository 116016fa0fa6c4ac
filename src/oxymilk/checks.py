"""Checks beside the pipeline: explanations, data behind counts, programs, a printed test, a paper, a second opinion."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Literal

import typer
from typer import Argument, BadParameter, Option

from oxymilk.commands import (
    Budget,
    Data,
    Language,
    PaperFile,
    Participants,
    ResultsOf,
    Study,
    configured,
    folder_of,
    look_for_folders,
    results_of,
    split,
    study_and_claims,
)
from oxymilk.faults import Fault, FaultsError
from oxymilk.files import as_read, write_csv
from oxymilk.words import nearest


def explain(
    study: Study,
    claim: Annotated[str, Argument(help="The id of a claim of its claims.csv.")],
    printed: Annotated[str | None, Option(help="What would explain this string in its place.")] = None,
    participants: Participants = 2,
    budget: Budget = 1_000_000,
    data: Data = None,
    language: Language = "en",
) -> None:
    """Explain one printed number at the terminal, whether it differs or not."""
    from oxymilk.analysis.tables import frequency_table, rank_test_table
    from oxymilk.audit.verdicts import audit_claims
    from oxymilk.explain import explain_one
    from oxymilk.ingest import ingest_observations
    from oxymilk.present.terminal import print_explanations

    folder = folder_of(study, data)
    loaded, claims = study_and_claims(folder)
    ingested = ingest_observations(loaded, folder)
    data = SimpleNamespace(**{name: ingested.frame(name) for name in ingested.tables})
    observations, other = data.observations, "level" if loaded.outcome.scale == "score" else "score"
    frequencies, tests = (as_read(of(loaded, observations)) for of in (frequency_table, rank_test_table))
    sensitivity = as_read(rank_test_table(loaded, data.other_scale, other))
    verdicts = audit_claims(loaded, claims, frequencies, tests, data)
    if claim not in (known := [one.id for one in claims]):
        near = {"legal": f"{', '.join(known[:5])}, ...", "nearest": nearest(claim, known)}
        raise FaultsError([Fault("value_unknown", "oxymilk explain CLAIM", value=claim, params=near)])
    wanted = {"printed": printed, "participants": participants, "budget": budget}
    try:
        of_study = loaded, claims, verdicts, observations, (tests, sensitivity)
        explanations, _ = explain_one(*of_study, claim, **wanted)
    except ValueError:
        due = {"expected": "number"}
        raise FaultsError(
            [Fault("value_wrong_kind", "oxymilk explain --printed", value=printed, params=due)]
        ) from None
    print_explanations(explanations, language)


def reconstruct(
    study: Study,
    output: Annotated[Path | None, Option(help="Write the sheet here when there is only one.")] = None,
    budget: Budget = 1_000_000,
    data: Data = None,
    language: Language = "en",
) -> None:
    """List the datasets that the printed counts allow: the sheet when there is one, ranges when there are several."""
    from oxymilk.explain.reconstruct import reconstruct
    from oxymilk.present.terminal import print_reconstruction

    look_for_folders(output)
    reconstruction = reconstruct(*study_and_claims(folder_of(study, data)), budget)
    print_reconstruction(reconstruction, language)
    if output and reconstruction.sheet is not None:
        write_csv(reconstruction.sheet, output)


def programs(
    test: Annotated[Literal["signed_rank", "rank_sum"], Argument(help="The test.")],
    first: Annotated[str, Option(help="Values before, or of the first group: 0,0,1 or 5.5,7.")] = "",
    second: Annotated[str, Option(help="Values after, or of the second group.")] = "",
    counts: Annotated[str, Option(help="Or a table, before x after, or group x level: '0,10;7,3'.")] = "",
    default_only: Annotated[bool, Option("--default", help="Only what is printed unasked.")] = False,
    language: Language = "en",
) -> None:
    """Print what each statistics program gives for the same data."""
    from oxymilk.present.terminal import print_programs
    from oxymilk.stats.programs import evaluate_programs
    from oxymilk.stats.ranks import expand_counts

    if bool(counts) == bool(first or second):
        raise BadParameter("counts_or_lists", param_hint="--counts")
    try:
        table = [split(row) for row in counts.split(";")] if counts else None
        values = expand_counts(test, table) if table else (split(first), split(second))
        results = evaluate_programs(test, *values)
    except ValueError:
        problem, option = ("counts_table", "--counts") if counts else ("lists", "--first, --second")
        raise BadParameter(problem, param_hint=option) from None
    print_programs([each for each in results if each.printed_by_default or not default_only], language)


def check(
    test: Annotated[
        str, Argument(help="wilcoxon, mann-whitney, mcnemar, chi-square, fisher, t-paired, ...")
    ] = "",
    p: Annotated[str, Option(help="The p-value as printed: 0,004, .000, '<0.05', 1.2E-5, ns, '**'.")] = "",
    n: Annotated[str, Option(help="Sizes of the groups; pairs; of wilcoxon also falls,rises.")] = "",
    counts: Annotated[str, Option(help="Rows of counts or percentages: '0,10;7,3', '20%,80%;90%,10%'.")] = "",
    margins: Annotated[str, Option(help="Row totals and column totals, or before and after.")] = "",
    z: Annotated[str, Option(help="The printed Z.")] = "",
    chi2: Annotated[str, Option(help="The printed chi-square.")] = "",
    t: Annotated[str, Option("--t", help="The printed t; of wilcoxon T.")] = "",
    f: Annotated[str, Option("--f", help="The printed F.")] = "",
    r: Annotated[str, Option("--r", help="The printed correlation.")] = "",
    u: Annotated[str, Option("--u", help="The printed U.")] = "",
    w: Annotated[str, Option("--w", help="The printed W, or T.")] = "",
    df: Annotated[str, Option(help="Degrees of freedom; of F two.")] = "",
    rank_sums: Annotated[str, Option(help="140,70 or 239,5;355,5; of wilcoxon negative,positive.")] = "",
    mean_ranks: Annotated[str, Option(help="As rank sums.")] = "",
    means: Annotated[str, Option("--mean", help="Means, or the one mean of differences.")] = "",
    sds: Annotated[str, Option("--sd", help="Standard deviations, one a mean.")] = "",
    ses: Annotated[str, Option("--se", help="Standard errors, one a mean.")] = "",
    intervals: Annotated[str, Option("--interval", help="95% intervals, two ends a mean.")] = "",
    medians: Annotated[str, Option("--median", help="Medians.")] = "",
    quartiles: Annotated[str, Option(help="Lower and upper quartile of each group.")] = "",
    scale: Annotated[str, Option(help="Range of whole scores: 1..3.")] = "",
    program: Annotated[str, Option(help="The program that the paper names.")] = "",
    tails: Annotated[str, Option(help="1 or 2, where the paper says so.")] = "",
    alpha: Annotated[str, Option(help="The level of significance.")] = "0.05",
    decision: Annotated[str, Option(help="What the paper decides: significant, not significant.")] = "",
    rounding: Annotated[str, Option(help="half_up, half_even or truncate, where it is known.")] = "",
    decimal_mark: Annotated[str, Option(help="',' or '.', where only one is used.")] = "",
    table: Annotated[Path | None, Option(help="A table of tests, one a row, in place of one test.")] = None,
    output: Annotated[Path | None, Option(help="Where the verdicts of a table go.")] = None,
    json: Annotated[bool, Option("--json", help="The same facts for a program.")] = False,
    language: Language = "en",
) -> None:
    """Check a printed test by what is printed with it: counts, ranks, a statistic, means.

    Exit status 0: the p-value fits. 1: it differs, or cannot be checked. 2: something is faulty or missing.
    """
    # the names of the parameters are those of the fields
    cells = dict(locals())
    from oxymilk.present.check import FITS, as_json, check_table, judge, lines_of, read_evidence

    if table:
        if not output or test:
            raise BadParameter("table_alone", param_hint="--table")
        look_for_folders(output)
        raise typer.Exit(check_table(table, output))
    judgement = judge(evidence := read_evidence(cells))
    for line in [as_json(evidence, judgement)] if json else lines_of(evidence, judgement, language):
        typer.echo(line)
    raise typer.Exit(0 if judgement.verdict in FITS else 1)


def check_paper(
    file: PaperFile,
    write: Annotated[str, Option(help="Also make the study of this name, with its claims.")] = "",
    data: Data = None,
    language: Language = "en",
) -> None:
    """Check the printed tests of a paper by its text alone: statistics beside p-values, counts of the groups.

    Exit status 0: all that could be checked fit. 1: a test differs. 2: the file cannot be read, or nothing be checked.
    """
    from oxymilk.draft.read import read_paper
    from oxymilk.present.check_paper import check_paper

    lines, status = check_paper(paper := read_paper(file), language)
    typer.echo("\n".join(lines))
    if write:
        from oxymilk.new_study.from_paper import SHEET, study_from_paper
        from oxymilk.new_study.lexicon import say
        from oxymilk.texts import labels

        files = study_from_paper(paper, write, configured("data", data), language)
        if files[-1].name != SHEET:
            typer.echo(labels(language)("check_paper.no_dataset"))
        typer.echo(say("messages.written", language, files=", ".join(map(str, files)), study=files[0]))
        typer.echo(say("messages.next_check", language, name=write))
    raise typer.Exit(status)


def crosscheck(
    study: Annotated[Path, Argument(help="The study, by its name or its folder.")],
    data: Data = None,
    results: ResultsOf = None,
    language: Language = "en",
) -> None:
    """Compute the p-values once more by scipy, pingouin, R, coin and PSPP; exit status 1: one differs unexplained."""
    from oxymilk.analysis.crosscheck import crosscheck_table
    from oxymilk.present.crosscheck import crosscheck_lines
    from oxymilk.study import load_study

    folder = folder_of(study, data)
    tables = results_of(folder, configured("results", results) / folder.name)
    tables.write("crosscheck", crosscheck_table(load_study(folder), tables))
    rows = tables.rows("crosscheck")
    typer.echo("\n".join(crosscheck_lines(rows, language)))
    if any(row["status"] == "differs" for row in rows):
        raise typer.Exit(1)
