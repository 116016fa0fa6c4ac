"""Say why a printed number differs: slips, programs, departures, finer scales, and what fits by chance."""

from oxymilk.explain.search import Explanations, describe_explanation, explain_claims, explain_one

__all__ = ["Explanations", "describe_explanation", "explain_claims", "explain_one"]
