"""Progress of an upload and its analysis: one line that changes on a terminal, a few plain lines elsewhere."""

from time import monotonic
from typing import TextIO

WIDTH = 30
REDRAW_SECONDS = 0.1


class UploadProgress:
    """Give it to the transport, and call `finish` at the end, also after an error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._draws = stream.isatty()
        self._drawn_at = 0.0
        self._length = 0
        self._started = False
        self._stage = ""

    def update(self, sent_bytes: int, total_bytes: int) -> None:
        done = sent_bytes >= total_bytes
        megabytes = f"{total_bytes / 1e6:.1f} MB"
        if self._draws:
            if done:
                self._draw(f"Sent {megabytes}, waiting for the report ...")
            elif monotonic() - self._drawn_at > REDRAW_SECONDS:
                self._draw(f"{_bar(sent_bytes / total_bytes)} of {megabytes}")
        elif not self._started:
            self._stream.write(f"Sending {megabytes} ...\n")
        elif done:
            self._stream.write("Sent, waiting for the report ...\n")
        self._started = True
        self._stream.flush()

    def note(self, text: str) -> None:
        """A line that stays."""
        self.finish()
        self._stream.write(f"{text}\n")
        self._stream.flush()
        self._started, self._length = False, 0

    def stage(self, text: str) -> None:
        """What the server does now; written once per stage."""
        if text == self._stage:
            return
        self._stage = text
        if self._draws:
            self._draw(f"{text} ...")
        else:
            self._stream.write(f"{text} ...\n")
        self._started = True
        self._stream.flush()

    def finish(self) -> None:
        """Clear the line on the terminal."""
        if self._draws and self._started:
            self._stream.write("\r" + " " * self._length + "\r")
            self._stream.flush()

    def _draw(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._length))
        self._length = len(text)
        self._drawn_at = monotonic()


def _bar(share: float) -> str:
    filled = round(WIDTH * share)
    return f"[{'#' * filled}{'.' * (WIDTH - filled)}] {100 * share:3.0f} %"
