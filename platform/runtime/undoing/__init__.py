"""Taking back what firings wrote: what there is to undo, how it conflicts with what happened since, and doing it."""
