"""What travels: schemas that several resources share, and things as JSON."""
