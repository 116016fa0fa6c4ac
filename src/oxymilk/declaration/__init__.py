"""The form of study.yaml: its parts as typed models, its tree of lines, the checks between its keys."""
