"""Begin a study from its sheet, and say what a study still lacks."""
