"""Say why a printed number differs: slips, programs, departures, finer scales, and what fits by chance."""

from oxymilk.explain.search import Explanations, explain_claims, explain_one

__all__ = ["Explanations", "explain_claims", "explain_one"]
