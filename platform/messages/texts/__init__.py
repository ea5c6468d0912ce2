"""Texts of codes and labels, one YAML file per room, each code with en and zh."""
