"""Rules in force: published, checked, renamed, stopped, explained; and the language for editors."""
