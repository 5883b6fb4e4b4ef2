"""A new token, and how to add it to a token store: `python -m tools.token_tool CALLER`, as `make token` does.

Two lines on stdout, for scripts: `token: bat_…` and `line: CALLER HASH`. Instructions go to stderr.
"""

import argparse
import sys
from collections.abc import Sequence
from shlex import quote

from battery_service.tokens.store import is_caller, line_of, new_token

PARAMETER = "/battery-analytics/dev/tokens"


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    token = new_token()
    line = line_of(options.caller, token)
    print(f"token: {token}\nline: {line}", flush=True)
    print(how_to(line, options.parameter, options.key), file=sys.stderr)
    return 0


def how_to(line: str, parameter: str, key: str) -> str:
    """How to add the line to a token store without losing another; shell commands that can be pasted."""
    name = quote(parameter)
    put = f"aws ssm put-parameter --name {name} --type SecureString --tier Intelligent-Tiering"
    if key:
        put += f" --key-id {quote(key)}"
    return f"""
Give the token to its caller; it is not saved and cannot be shown again. Add the line to the token store, which holds no secret.

The first token of a deployment:
  {put} --value {quote(line)}

One more token; the others stay, and nothing is written if they cannot be read:
  tokens=$(aws ssm get-parameter --name {name} --with-decryption --query Parameter.Value --output text) && \\
    {put} --overwrite --value "$tokens"$'\\n'{quote(line)}

On this machine:
  echo {quote(line)} >> tokens.txt
  make run ARGS='--tokens tokens.txt'
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.token_tool", description="Make a token for a caller of the API."
    )
    parser.add_argument(
        "caller", type=_caller, help="who will use it, such as dashboard; the caller's jobs belong to this name"
    )
    parser.add_argument(
        "--parameter", default=PARAMETER, help="the SSM parameter with the tokens (default: %(default)s)"
    )
    parser.add_argument("--key", default="", metavar="ARN", help="the KMS key of the parameter, if it has its own")
    return parser


def _caller(text: str) -> str:
    if not is_caller(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a caller's name; use up to 32 lower-case letters, digits and hyphens, not starting with a hyphen"
        )
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
