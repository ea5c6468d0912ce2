"""The time of a workspace: its clock, what is due, the thread that settles it."""
