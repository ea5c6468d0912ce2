"""Who signs in: addresses, secrets, failures that slow down guessing, people who leave."""
