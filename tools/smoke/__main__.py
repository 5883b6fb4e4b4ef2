"""Runs every check against a deployment and prints its result and its time; exits with 1 if one failed."""

import argparse
import os
import sys
import time
from collections.abc import Sequence

from tools.smoke.checks import CHECKS
from tools.smoke.deployment import Deployment, SmokeError


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.smoke", description="Check a deployment from outside.")
    parser.add_argument("url", help="the address of the API, such as the output ApiUrl of the stack")
    url = parser.parse_args(arguments).url
    # Every process of the machine can read a token on a command line.
    deployment = Deployment(url, os.environ.get("BATTERY_API_TOKEN", ""))
    failed = 0
    for name, check in CHECKS.items():
        started = time.perf_counter()
        try:
            check(deployment)
        except SmokeError as error:
            failed += 1
            print(f"FAILED  {name}: {error}")
        else:
            print(f"ok      {name}  ({1000 * (time.perf_counter() - started):.0f} ms)")
    print(f"{len(CHECKS) - failed} of {len(CHECKS)} checks passed at {url}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
