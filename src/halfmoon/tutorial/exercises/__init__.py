"""Section 8, the five exercises of the lesson: a module for each.

`trials` trains one network from several initial weights, and evaluates it.
"""
