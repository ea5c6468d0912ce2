"""Untyped syntax and a workspace's names → typed nodes, with every error."""
