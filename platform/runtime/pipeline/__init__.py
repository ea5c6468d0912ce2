"""The road of one change, hops 3 to 9, the same code for production and simulation; see its README."""
