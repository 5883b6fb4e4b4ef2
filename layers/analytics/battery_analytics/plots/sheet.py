"""The sheet of a plot: a white matplotlib figure in pixels, its marks, its texts and its PNG encoding.

Texts are set by Pillow after matplotlib has drawn the rest: a `matplotlib.text.Text` takes ten times as long.
"""

import struct
import textwrap
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox, IdentityTransform
from PIL import Image, ImageDraw, ImageFont

from battery_analytics.cell import FloatArray

type Color = str | tuple[float, float, float]

WIDTH_PX = 1000
DPI = 100
POINTS_PER_PX = 72 / DPI
LEFT_PX = 96
RIGHT_PX = WIDTH_PX - 24

# Okabe & Ito (2008): distinct with every kind of colour vision.
BLUE, ORANGE, VERMILION, PURPLE = "#0072B2", "#E69F00", "#D55E00", "#CC79A7"
INK, GREY, GRID, SPINE = "#1A1A1A", "#555555", "#E4E4E4", "#808080"

# The font that comes with matplotlib, by its file, so that a plot does not depend on the machine's fonts.
_FONT_FILE = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
_TEXT_PX, _TITLE_PX = 15, 19
_TITLE_LENGTH = 80
_LINE_LENGTH = 112

type Align = Literal["left", "center", "right"]
_ANCHORS: dict[Align, str] = {"left": "lm", "center": "mm", "right": "rm"}


@dataclass(frozen=True, slots=True)
class Mark:
    """The look of one series, in the panel and in its legend."""

    color: Color
    line: Literal["-", "--", ":", "none"] = "none"
    width_px: float = 2.5
    marker: str = "none"
    size_px: float = 7.0
    hollow: bool = False


class Sheet:
    """A plot, in pixels from the lower left. Later marks cover earlier ones, and texts cover all marks."""

    def __init__(self, height_px: int, title: str, summary: Sequence[str] = ()) -> None:
        size_inch = (WIDTH_PX / DPI, height_px / DPI)
        self._height_px = height_px
        self._figure = Figure(figsize=size_inch, dpi=DPI, facecolor="white", edgecolor="white")
        self._canvas = FigureCanvasAgg(self._figure)
        self._layers = 0
        self._texts: list[_Text] = []
        # Each sheet has a font of its own, because threads must not share a FreeType face.
        self._font = _font(_TEXT_PX)
        self._texts.append(_Text(24, height_px - 28, _one_line(title, _TITLE_LENGTH), INK, "left", _font(_TITLE_PX)))
        lines = [line for sentence in summary for line in _wrapped(sentence)]
        for number, line in enumerate(lines):
            self.text(24, height_px - 56 - 22 * number, line, color=GREY)

    def add(self, artist: Artist, clip: Bbox | None = None) -> None:
        artist.set_transform(IdentityTransform())
        artist.set_zorder(self._layers)
        artist.set_clip_box(clip)
        self._figure.add_artist(artist)
        self._layers += 1

    def text(
        self,
        x_px: float,
        y_px: float,
        text: str,
        *,
        color: str = INK,
        align: Align = "left",
        upright: bool = False,
    ) -> None:
        """Text whose middle height is at `y_px`, nothing where that is unknown.

        Upright text reads upwards and is centred on its position.
        """
        if np.isfinite(x_px) and np.isfinite(y_px):
            self._texts.append(_Text(x_px, y_px, text, color, align, self._font, upright))

    def text_width_px(self, text: str) -> float:
        return self._font.getlength(text)

    def mark(self, x_px: FloatArray, y_px: FloatArray, mark: Mark, clip: Bbox | None = None) -> None:
        size = mark.size_px * POINTS_PER_PX
        self.add(
            Line2D(
                x_px,
                y_px,
                color=mark.color,
                linestyle=mark.line,
                linewidth=mark.width_px * POINTS_PER_PX,
                marker=mark.marker,
                markersize=size,
                markerfacecolor="none" if mark.hollow else mark.color,
                markeredgecolor=mark.color,
                markeredgewidth=1.3 * POINTS_PER_PX if mark.hollow else 0,
            ),
            clip,
        )

    def legend(self, x_px: float, y_px: float, entries: Sequence[tuple[str, Mark]]) -> float:
        """Draw samples and names in one row from `x_px` on; returns where the row ends."""
        for name, mark in entries:
            sample_px = 26 if mark.line != "none" else 10
            middle_px = np.array([x_px, x_px + sample_px]) if mark.line != "none" else np.array([x_px + 5])
            self.mark(middle_px, np.full(middle_px.shape, float(y_px)), mark)
            self.text(x_px + sample_px + 7, y_px, name)
            x_px += sample_px + 7 + self.text_width_px(name) + 20
        return x_px

    def png(self) -> bytes:
        self._canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib's Agg backend has no annotations
        size = self._canvas.get_width_height()
        rgba = self._canvas.buffer_rgba()  # type: ignore[no-untyped-call]  # as above
        image = Image.frombuffer("RGBA", size, rgba, "raw", "RGBA", 0, 1).convert("RGB")
        draw = ImageDraw.Draw(image)
        for text in self._texts:
            place = (text.x_px, self._height_px - text.y_px)
            if text.upright:
                _draw_upright(image, place, text)
            else:
                draw.text(place, text.text, fill=text.color, font=text.font, anchor=_ANCHORS[text.align])
        return _encode_png(np.asarray(image))


@dataclass(frozen=True, slots=True)
class _Text:
    x_px: float
    y_px: float
    text: str
    color: str
    align: Align
    font: ImageFont.FreeTypeFont
    upright: bool = False


def _font(size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT_FILE, size_px, layout_engine=ImageFont.Layout.BASIC)


def _one_line(text: str, most: int) -> str:
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= most else text[: most - 1] + "…"


def _wrapped(sentence: str) -> list[str]:
    return textwrap.wrap(_one_line(sentence, 2 * _LINE_LENGTH), _LINE_LENGTH, max_lines=2, placeholder=" …")


def _draw_upright(image: Image.Image, place: tuple[float, float], text: _Text) -> None:
    width, height = round(text.font.getlength(text.text)) + 2, 2 * _TEXT_PX
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).text((width / 2, height / 2), text.text, fill=255, font=text.font, anchor="mm")
    mask = mask.transpose(Image.Transpose.ROTATE_90)
    image.paste(text.color, (round(place[0] - height / 2), round(place[1] - width / 2)), mask)


def _encode_png(rgb: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    """An RGB PNG without metadata, from (height, width, 3) values; each row as its difference to the one above.

    It takes a third of the time of Pillow's encoder, which tries five filters on each row.
    Source: PNG specification (W3C, third edition), sections 5, 9.2 and 11.2.
    """
    height, width, _ = rgb.shape
    pixels = rgb.reshape(height, 3 * width)
    rows = np.full((height, 1 + 3 * width), 2, np.uint8)
    rows[0, 1:] = pixels[0]
    np.subtract(pixels[1:], pixels[:-1], out=rows[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, level=1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
