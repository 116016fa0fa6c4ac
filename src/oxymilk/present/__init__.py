"""Tables, figures and reports: pure functions from result tables and a study; nothing is computed here."""
