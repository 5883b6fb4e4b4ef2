"""The command line: `battery-analytics --file CELL.pkl`, or `python battery_analytics_client.py` in the repository."""

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from battery_client.answers import Report
from battery_client.api import Api
from battery_client.errors import ClientError
from battery_client.job import JobFollower
from battery_client.plots import save_plots, show_plots
from battery_client.presigned import PresignedTransport
from battery_client.progress import UploadProgress
from battery_client.summary import summary
from battery_client.token import VARIABLE, bearer_token
from battery_client.transport import DirectTransport, Transport, TransportBySize, Upload

OPTION_NAMES = ("plots", "sections", "eol_threshold", "capacity_reference", "cycles", "compare", "format")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after a report, 1 after any error, which is then the last line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console without ° or Δ still gets its summary
    parser = _parser()
    chosen = parser.parse_args(arguments)
    paths = [*chosen.file, *chosen.files]
    if chosen.job and paths:
        parser.error("--job takes no files: the job has them already")
    if not paths and not chosen.job:
        parser.error("nothing to analyse: give --file or --files")
    try:
        report = _report(chosen, paths)
        _output(report, chosen)
    except (ClientError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Send battery cycling data to the Battery Analytics API.")
    files = parser.add_argument_group("files")
    files.add_argument("--file", type=Path, action="append", default=[], metavar="PATH", help="a file to analyse")
    files.add_argument(
        "--files", type=Path, nargs="+", default=[], metavar="PATH", help="files to analyse together, such as a CSV set"
    )
    parser.add_argument(
        "--url", default="http://localhost:5000/api/upload", help="the upload endpoint (default: %(default)s)"
    )
    parser.add_argument(
        "--token",
        metavar="TOKEN",
        help=f"your token, if the server asks for one; the environment variable {VARIABLE} is safer, because the list of "
        "this machine's processes does not show it",
    )
    kind = parser.add_argument_group(
        "upload", "by default the size decides: one request, or a presigned upload and a job above the server's limit"
    )
    chosen = kind.add_mutually_exclusive_group()
    chosen.add_argument("--direct", action="store_true", help="one request, whatever the size")
    chosen.add_argument("--presigned", action="store_true", help="a presigned upload and a job, whatever the size")
    chosen.add_argument("--job", metavar="ID", help="fetch the report of a job that was started before")
    results = parser.add_argument_group("results, in addition to the summary on the terminal")
    results.add_argument("--output", type=Path, metavar="PATH", help="save the whole report as JSON")
    results.add_argument("--save-plots", type=Path, metavar="DIR", help="save the plots as PNG files")
    results.add_argument("--show-plots", action="store_true", help="open the plots in the browser")
    analysis = parser.add_argument_group("analysis")
    analysis.add_argument(
        "--plots",
        help="standard, all, none, or names separated by commas (default: standard with --output, --save-plots or "
        "--show-plots, otherwise none)",
    )
    analysis.add_argument("--sections", metavar="NAMES", help="sections to compute, separated by commas (default: all)")
    analysis.add_argument(
        "--eol-threshold", metavar="SHARE", help="end of life as a share of the reference capacity (default: 0.80)"
    )
    analysis.add_argument(
        "--capacity-reference", metavar="WHICH", help="reference capacity, initial or nominal (default: initial)"
    )
    analysis.add_argument(
        "--compare", metavar="WHICH", help="cycles to compare: auto, ageing, check_ups or all (default: auto)"
    )
    analysis.add_argument(
        "--format", metavar="NAME", help="format to read the files by, a name of GET /api/formats (default: by content)"
    )
    analysis.add_argument(
        "--cycles",
        metavar="NUMBERS",
        help="cycles whose curves to return, such as 1,50,99 (default: first, middle, last)",
    )
    return parser


def _readable(paths: Sequence[Path]) -> Sequence[Path]:
    """The same paths. Raises ClientError or OSError if one of them is not a readable file."""
    for path in paths:
        if not path.is_file():
            raise ClientError(f"{path} is a directory, not a file." if path.is_dir() else f"{path} does not exist.")
        path.open("rb").close()
    return paths


def _options(chosen: argparse.Namespace) -> dict[str, str]:
    options = {name: str(value) for name in OPTION_NAMES if (value := getattr(chosen, name)) is not None}
    plots_wanted = chosen.output or chosen.save_plots or chosen.show_plots
    return options if plots_wanted else {"plots": "none", **options}


def _report(chosen: argparse.Namespace, paths: Sequence[Path]) -> Report:
    token = os.environ.get(VARIABLE, "") if chosen.token is None else chosen.token
    api = Api(chosen.url, bearer_token(token))
    follower = JobFollower(api)
    progress = UploadProgress(sys.stderr)
    try:
        if chosen.job:
            return follower.report_of(chosen.job, progress)
        upload = Upload(_readable(paths), _options(chosen))
        return _transport(chosen, api, follower).analyse(upload, progress)
    finally:
        progress.finish()


def _transport(chosen: argparse.Namespace, api: Api, follower: JobFollower) -> Transport:
    direct, presigned = DirectTransport(api), PresignedTransport(api, follower)
    if chosen.direct:
        return direct
    return presigned if chosen.presigned else TransportBySize(api, direct, presigned)


def _output(report: Report, chosen: argparse.Namespace) -> None:
    print(summary(report))
    if chosen.output:
        chosen.output.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"Report: {chosen.output}")
    if chosen.save_plots:
        paths = save_plots(report, chosen.save_plots)
        print(f"Plots: {len(paths)} in {chosen.save_plots}")
    if chosen.show_plots:
        print(f"Plots: {show_plots(report)}")
