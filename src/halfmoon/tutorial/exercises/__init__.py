"""Section 8, the five exercises of the lesson: a module for each.

`starts` trains one network from several initial weights, and `grids` places small
pictures.
"""
