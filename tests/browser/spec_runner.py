"""Plays the specs of `e2e` in one Chromium, each as a test of its own."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.equipment import CHROMIUM, NODE, SPEC_RUNNER

SPECS = Path(__file__).parent / "e2e" / "src" / "specs"
SENTENCE = re.compile(r'^spec\(\s*"([^"\\]+)"', re.MULTILINE)
# The runner gives a spec three minutes, and its last picture one; this is for a runner that hangs.
ANSWER_SECONDS = 270


def sentences(group: str) -> list[str]:
    """What the specs of a group say, in their order; read from the source, so that it needs no Node."""
    return SENTENCE.findall((SPECS / f"{group}.ts").read_text())


@dataclass(frozen=True, slots=True)
class SpecRunner:
    """`pictures` is where a failing spec leaves what its page looked like."""

    process: subprocess.Popen[str]
    pictures: Path

    def sentences(self, group: str) -> list[str]:
        """What the specs of a group say, as the runner knows them."""
        known: list[str] = self._asked(group=group)["sentences"]
        return known

    def play(self, group: str, sentence: str, url: str, inputs: Mapping[str, object]) -> None:
        """Fails where the spec does, with its words."""
        named = {name: str(value) for name, value in inputs.items()}
        fault = self._asked(group=group, sentence=sentence, url=url, inputs=named, pictures=str(self.pictures))["fault"]
        assert fault is None, fault

    def _asked(self, **question: object) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        hung = threading.Timer(ANSWER_SECONDS, self.process.kill)
        hung.start()
        try:
            self.process.stdin.write(f"{json.dumps(question)}\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        finally:
            hung.cancel()
        assert line, f"the runner of the specs ended with {self.process.wait()}"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def spec_runner(pictures: Path) -> Iterator[SpecRunner]:
    assert NODE is not None
    assert CHROMIUM is not None
    command = [NODE, str(SPEC_RUNNER), CHROMIUM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield SpecRunner(process, pictures)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(60)
            finally:
                process.kill()
