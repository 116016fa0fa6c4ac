"""Propose the claims of a paper from its text."""
