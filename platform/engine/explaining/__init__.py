"""Why a condition holds or not, and what would turn it."""
