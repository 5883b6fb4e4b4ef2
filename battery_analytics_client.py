"""The command-line client: python battery_analytics_client.py --file CELL.pkl"""

import sys

try:
    from battery_client.command import main
except (ModuleNotFoundError, SyntaxError) as missing:
    sys.exit(
        f"This needs Python 3.12 or later and the project's packages ({missing}): run `make test` or `make run` once, and then "
        ".venv/bin/python instead of python."
    )

if __name__ == "__main__":
    sys.exit(main())
