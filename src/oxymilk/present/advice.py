"""What readers of the results should be told, a line each where it applies."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxymilk.present.view import View

# a standardised difference at which results depend on how they are adjusted (Stuart 2010, doi:10.1214/09-STS313)
LARGE_DIFFERENCE = 0.25


def advice(view: View) -> list[str]:
    """Return the advice that applies to a study, in the order in which readers meet what it is about."""
    t, study, lines = view.t, view.study, []
    alpha = t.number(study.alpha)
    # a characteristic has one difference, in its row of each level and group
    differences = {row["characteristic"]: row["difference"] for row in view.rows("baseline")}
    labels = {variable.id: view.label(variable) for variable in (*study.characteristics, study.outcome)}
    large = [name for name, size in differences.items() if size and float(size) >= LARGE_DIFFERENCE]
    if large:
        listed = ", ".join(f"{labels[name]} ({t.number(differences[name], 2)})" for name in large)
        lines.append(t("advice.baseline", variables=listed))
    if study.outcome.kind != "levels" and study.outcome.scale == "level":
        lines.append(t("advice.levels"))

    effects = {(row["test"], row["group"], row["effect"]): row["estimate"] for row in view.rows("effects")}
    tests = [row for row in view.rows("tests") if row["p_value"]]
    names = {(row["test"], row["group"]): view.name_of_test(row) for row in tests}
    for test, name in names.items():
        least = {role: effects[*test, f"least_{role}"] for role in ("declared", "exact")}
        hopeless = [role for role, p in least.items() if p and float(p) >= study.alpha]
        if hopeless:
            p = t.p_value(least[hopeless[0]], study.alpha)
            lines.append(t(f"advice.least_{hopeless[0]}", test=name, p=p, alpha=alpha))
    claims = [row for row in view.rows("verdicts") if row["check"] != "cited"]
    decisions = {(row["test"], row["group"]) for row in claims if row["quantity"] == "decision"}
    decided = [test for test in names if test in decisions]
    if decided and ("rank_sum", "") in set(names) - decisions:
        between = {row["role"]: row["p_value"] for row in tests if row["test"] == "rank_sum"}
        p = {role: t.p_value(between.get(role), study.alpha) for role in ("declared", "exact")}
        lines.append(t("advice.within", **p))
    if len(decided) > 1:
        adjusted = {names[test]: t.p_value(effects[*test, "holm_declared"], study.alpha) for test in decided}
        listed = "; ".join(f"{p} ({name})" for name, p in adjusted.items())
        lines.append(t("advice.adjusted", n=len(decided), alpha=alpha, tests=listed))
    return lines
