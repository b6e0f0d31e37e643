"""What `halfmoon describe` shows: of a table, and of a model."""
