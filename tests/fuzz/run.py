"""Draws inputs for a target until its time is over, and keeps what it finds as files."""

import hashlib
import logging
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.targets import TARGETS, Target

FINDINGS = Path("fuzz-findings")
INPUTS_PER_ROUND = 200
SECONDS_TO_MAKE_SMALL = 30.0
MEMORY_BYTES = 4_000_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a target's run came to: the number of inputs, and the findings as text."""

    target: str
    n_inputs: int
    findings: tuple[str, ...]


def run_in_process(name: str, seconds: float, first_seed: int) -> Outcome:
    """Fuzz the target of this name in this process, whose memory is limited from now on. It prints nothing."""
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  # the handlers' log lines and metrics
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    logging.getLogger().addHandler(logging.NullHandler())
    target = next(one for one in TARGETS if one.name == name)
    return fuzz(target, seconds=seconds, first_seed=first_seed)


def fuzz(target: Target, *, seconds: float, first_seed: int, kept_in: Path = FINDINGS) -> Outcome:
    """Draw inputs for so many seconds, each round from a seed of its own; a finding ends its round."""
    ends_at = time.monotonic() + seconds
    n_inputs = 0
    failed: tuple[Any, Exception] | None = None
    findings: dict[str, str] = {}

    def check(drawn: Any) -> None:
        nonlocal n_inputs, failed
        if time.monotonic() > ends_at + (0 if failed is None else SECONDS_TO_MAKE_SMALL):
            return
        n_inputs += 1
        try:
            target.check(drawn)
        except Exception as found:
            failed = drawn, found
            raise

    number = first_seed
    while time.monotonic() < ends_at:
        failed = None
        with suppress(Exception):  # kept by `check`; hypothesis may tell it otherwise where the time is over
            _round(target, number, check)
        if failed is not None:
            text = _told(target, *failed, kept_in)
            findings.setdefault(text[-1], "".join(text))
        number += 1
    return Outcome(target.name, n_inputs, tuple(findings.values()))


def _round(target: Target, number: int, check: Callable[[Any], None]) -> None:
    @seed(number)
    @settings(
        max_examples=INPUTS_PER_ROUND,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(target.inputs)
    def round_of(drawn: Any) -> None:
        check(drawn)

    round_of()


def _told(target: Target, drawn: Any, found: Exception, kept_in: Path) -> list[str]:
    files = target.files(drawn)
    digest = hashlib.sha256(b"".join(files.values())).hexdigest()[:12]
    folder = kept_in / f"{target.name}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    place = traceback.extract_tb(found.__traceback__)[-1]
    sizes = ", ".join(f"{len(content):,} bytes" for content in files.values())
    return [
        f"  {folder} ({sizes})\n",
        f"  {type(found).__name__} at {Path(place.filename).name}:{place.lineno}: {found}\n",
    ]
