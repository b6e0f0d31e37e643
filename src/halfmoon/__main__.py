"""``python -m halfmoon``."""

from halfmoon.commands.main import main

main()
