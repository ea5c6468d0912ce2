"""Backtests: a rule played over what has happened in the workspace; see the README."""
