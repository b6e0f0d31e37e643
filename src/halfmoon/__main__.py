"""``halfmoon`` and ``python -m halfmoon``."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C ends it in a line, also while it is loaded."""
    try:
        from halfmoon.commands.main import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("halfmoon: interrupted.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
