"""Tables of columns of any kind: read, understood, and encoded as numbers."""
