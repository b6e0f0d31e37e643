"""Training: one fit from the data as they come to the weights that stay."""
