"""Definitions and the tables that follow from them."""
