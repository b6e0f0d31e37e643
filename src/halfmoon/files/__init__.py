"""Files: models as data, which nothing executes."""
