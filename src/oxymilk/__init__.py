"""Rank tests of small pre/post two-group studies, and a check of every number the paper printed."""

__version__ = "0.1.0"
