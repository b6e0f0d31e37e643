"""A fitted model of a table as figures, beside baselines on the same split."""
