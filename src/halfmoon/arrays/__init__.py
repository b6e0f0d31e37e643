"""What NumPy lacks: elementary functions, random numbers by position, sparse rows."""
