"""What `halfmoon fit` is made of, one part a module."""
