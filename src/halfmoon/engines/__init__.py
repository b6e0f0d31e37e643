"""Engines carry out the updates, compute gradients, and predict."""
