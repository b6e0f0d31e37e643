"""``python -m halfmoon``."""

from halfmoon.cli import main

main()
