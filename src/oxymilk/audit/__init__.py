"""Check the numbers a paper printed against the numbers its data give."""
