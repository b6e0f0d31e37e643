"""Engines: who carries out the updates, computes gradients, and predicts."""
