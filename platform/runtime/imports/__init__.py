"""Import of files: sources, plans, conversion, and the run that writes through the commands' door; see the README."""
