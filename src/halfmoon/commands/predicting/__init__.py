"""What `halfmoon predict` is made of: the columns of its output, and its blocks."""
