"""What NumPy lacks: elementary functions, random numbers, sparse rows, reading tables.

The random numbers are computed from their position alone: no generator has a state.
"""
