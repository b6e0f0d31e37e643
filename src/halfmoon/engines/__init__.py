"""Engines: who carries out the updates, and who predicts."""
