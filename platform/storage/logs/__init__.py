"""What happened and what is to happen, as rows: changes, firings, effects, runs, imports."""
