"""The options that both local servers have: where they listen, and which tokens they accept."""

import argparse
from pathlib import Path


def server_parser(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("port", nargs="?", type=_port, default=5000, help="default: 5000; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 opens it to the network")
    parser.add_argument(
        "--tokens",
        type=Path,
        metavar="FILE",
        help="accept only requests with a token of this file, which `make token` makes",
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port; ports are 0 to 65535")
    return port
