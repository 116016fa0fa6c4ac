"""A paper's text and the claims that can be proposed from it."""
