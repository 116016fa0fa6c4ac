"""From observations to result tables, and a second opinion of other programs on their p-values."""
