"""python -m tools.benchmarks.cold_start: the time of the built artifact to its first answer, and when warm.

Every time is counted from the start of the process, with the sandbox. All are measured in turn, so that a change of the
machine's speed affects all alike.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from events.gateway import file_part, upload_event
from events.make_events import samples
from local.artifact.artifact import Artifact
from local.artifact.built_template import BUILT, NotBuiltError, check_runs_here
from local.artifact.instance import Instance
from local.artifact.lambda_environment import lambda_environment
from local.artifact.stack import ArtifactStack
from local.template import NO_QUOTAS
from tools.benchmarks.inputs import small_pickle

IMPORTS: Final = "import numpy, pandas, matplotlib.figure, matplotlib.backends.backend_agg"
RUNS: Final = 7
WARM_RUNS: Final = 31
HEALTH_ALLOWED_MS: Final = 150.0
ANNOUNCE_ALLOWED_MS: Final = 700.0
ANALYSIS_ALLOWED_IMPORTS: Final = 1.6
OVERHEAD_ALLOWED_MS: Final = 10.0


@dataclass(slots=True)
class Start:
    """One kind of start: milliseconds to the first `next` and to the first answer, for each run."""

    title: str
    function: str
    event: bytes | None = None
    ready_ms: list[float] = field(default_factory=list)
    answered_ms: list[float] = field(default_factory=list)

    def measure(self, artifact: Artifact) -> None:
        begun = time.perf_counter()
        instance = artifact.start(self.function)
        try:
            instance.wait_until_ready()
            self.ready_ms.append(_since_ms(begun))
            if self.event is not None:
                _answered(instance, self.event)
                self.answered_ms.append(_since_ms(begun))
        finally:
            instance.kill()

    @property
    def total_ms(self) -> float:
        return statistics.median(self.answered_ms)

    @property
    def restored_ms(self) -> float:
        """From the first `next` to the answer: the rest, if everything before is in a snapshot."""
        return statistics.median(total - ready for ready, total in zip(self.ready_ms, self.answered_ms, strict=True))

    def row(self) -> str:
        answered = f"{self.total_ms:10.0f} {self.restored_ms:10.0f}" if self.answered_ms else ""
        return f"  {self.title:44} {statistics.median(self.ready_ms):10.0f} {answered}"


@dataclass(frozen=True, slots=True)
class Check:
    """A figure and its limit."""

    title: str
    value: float
    allowed: float
    unit: str

    @property
    def passed(self) -> bool:
        return self.value <= self.allowed

    def row(self) -> str:
        verdict = "pass" if self.passed else "MISS"
        return f"  {self.title:56} {self.value:8.2f} {self.unit:3} allowed {self.allowed:6.1f}  {verdict}"


def main(arguments: Sequence[str]) -> int:
    """Prints the tables; 1 if a figure is over its limit."""
    parser = argparse.ArgumentParser(description="Measure the cold starts of the built artifact.")
    parser.add_argument("--build", type=Path, default=BUILT, help=f"the built artifact; default: {BUILT}")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"default: {RUNS}, of which the median counts")
    options = parser.parse_args(arguments)
    try:
        check_runs_here(options.build)
    except NotBuiltError as error:
        parser.error(str(error))
    # The embedded DynamoDB takes longer than the cloud's, so nothing is counted while times are measured.
    stack = ArtifactStack(options.build, log=_ignore_line, parameters=NO_QUOTAS)
    try:
        stack.start()
        checks = _measured(stack, options.runs)
    finally:
        stack.stop()
    print("\nlimits")
    print(*(check.row() for check in checks), sep="\n")
    return 0 if all(check.passed for check in checks) else 1


def _measured(stack: ArtifactStack, runs: int) -> list[Check]:
    origin, content = small_pickle()
    cell = json.dumps(upload_event([file_part("BENCH_35_B1.pkl", content)])).encode()
    log: list[str] = []

    def keep(_name: str, line: str) -> None:
        log.append(line)

    def artifact(snapshots: str) -> closing[Artifact]:
        template = stack.template.given({"SnapStart": snapshots})
        return closing(Artifact(template, log=keep, services=stack.environment))

    with artifact("off") as on_demand, artifact("on") as with_snapshots:
        events = {name: json.dumps(sample.event).encode() for name, sample in samples().items()}
        functions = [Start(name, name) for name in on_demand.described]
        health = Start("GET /health, site function", "SiteFunction", events["health"])
        upload_health = Start("GET /health, upload function", "UploadFunction", events["health"])
        announce = Start("POST /api/uploads", "UploadsApiFunction", events["uploads_request"])
        analysis = Start(f"POST /api/upload, first analysis of {len(content) / 1e6:.1f} MB", "UploadFunction", cell)
        restored = [Start(start.title, start.function, start.event) for start in (upload_health, analysis)]
        imports_ms: list[float] = []
        for _ in range(runs):
            imports_ms.append(_imports_ms(on_demand))
            for start in (*functions, health, upload_health, announce, analysis):
                start.measure(on_demand)
            for start in restored:
                start.measure(with_snapshots)
        overheads_ms = _warm_overheads_ms(on_demand, cell, log)

    imports = statistics.median(imports_ms)
    print(f"in a {on_demand.sandbox.name}; {origin}; median of {runs}, in milliseconds from the start of the process")
    head = f"{'first next':>10} {'answer':>10} {'since next':>10}"
    print(f"\n{'on demand':46} {head}")
    print(*(start.row() for start in (*functions, health, upload_health, announce, analysis)), sep="\n")
    print(f"\n{'with a snapshot after the first next':46} {head}")
    print(*(start.row() for start in restored), sep="\n")
    print(f"\n  {'the science imports by themselves':44} {imports:10.0f}\n    {IMPORTS}")
    ratio = f"first analysis ({analysis.total_ms:.0f} ms) to the imports ({imports:.0f} ms)"
    return [
        Check("GET /health, site function", health.total_ms, HEALTH_ALLOWED_MS, "ms"),
        Check("GET /health, upload function", upload_health.total_ms, HEALTH_ALLOWED_MS, "ms"),
        Check("POST /api/uploads", announce.total_ms, ANNOUNCE_ALLOWED_MS, "ms"),
        Check(ratio, analysis.total_ms / imports, ANALYSIS_ALLOWED_IMPORTS, "x"),
        Check(
            "warm, in addition to the library's own time", statistics.median(overheads_ms), OVERHEAD_ALLOWED_MS, "ms"
        ),
    ]


def _imports_ms(artifact: Artifact) -> float:
    """The whole time of a Python process that only imports, in the sandbox of the upload function."""
    function = artifact.described["UploadFunction"]
    paths = artifact.sandbox.paths(function)
    environment = lambda_environment(function, paths, runtime_api="", services={})
    command = artifact.sandbox.command(function, environment, ("-c", IMPORTS))
    begun = time.perf_counter()
    subprocess.run(command, check=True)  # noqa: S603  # the sandbox makes the command
    return _since_ms(begun)


def _warm_overheads_ms(artifact: Artifact, event: bytes, log: list[str]) -> list[float]:
    """For several analyses, the round trip minus the time of the library according to the log."""
    instance = artifact.start("UploadFunction")
    try:
        _answered(instance, event)
        overheads = []
        for _ in range(WARM_RUNS):
            log.clear()
            begun = time.perf_counter()
            _answered(instance, event)
            round_trip_ms = _since_ms(begun)
            instance.wait_until_ready()
            overheads.append(round_trip_ms - _library_ms(log))
    finally:
        instance.kill()
    return overheads


def _library_ms(log: Sequence[str]) -> float:
    """From the log line about the upload, which comes through a pipe and may be a moment late."""
    for _ in range(100):
        for line in tuple(log):
            if '"stages_ms"' in line:
                stages: Mapping[str, float] = json.loads(line)["stages_ms"]
                return sum(stages.values())
        time.sleep(0.01)
    raise RuntimeError("the function logged nothing about the analysis")


def _answered(instance: Instance, event: bytes) -> None:
    answer: Any = json.loads(instance.invoke(event, "cold-start"))
    if answer["statusCode"] not in (200, 201):
        raise RuntimeError(f"the function answered {answer['statusCode']}: {answer['body'][:500]}")


def _since_ms(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000.0


def _ignore_line(_name: str, _line: str) -> None:
    """Ignores what functions print."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
