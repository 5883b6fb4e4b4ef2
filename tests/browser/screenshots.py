"""python -m tests.browser.screenshots [FOLDER]: takes the pictures of the dashboard in docs/images anew, from sample cells."""

import pickle
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from PIL import Image

from sample_cells.files import write_cell
from sample_cells.named import SAMPLES
from tests.browser.dropped_files import RunsACommand
from tests.browser.equipment import CHROMIUM, NODE, ROOT, SPEC_RUNNER, missing_for_dashboard
from tests.browser.servers import server_of_tokens, wait_for_storage
from tests.integration.server_process import server_process
from tools.benchmarks.inputs import large_pickle, sample_pickle

COLORS = 256
FREQUENT = 64
SHADES_ALIKE = 16
PAPER_DPI = 80
LARGEST_BYTES = 200_000


def main(folder: Path) -> None:
    if (why := missing_for_dashboard()) or NODE is None or CHROMIUM is None:
        sys.exit(f"Cannot take pictures of the dashboard: {why}.")
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        files, taken = Path(name) / "files", Path(name) / "taken"
        files.mkdir()
        taken.mkdir()
        write_files(files)
        homes = [Path(tempfile.mkdtemp(dir=name)) for _ in range(3)]
        local = servers.enter_context(server_process(homes[0]))
        cloud = servers.enter_context(server_process(homes[1], "--cloud-limits"))
        tokens = servers.enter_context(server_of_tokens(homes[2]))
        wait_for_storage(cloud.url)
        urls = (local.url, cloud.url, tokens.url)
        subprocess.run(
            [NODE, str(SPEC_RUNNER.with_name("screenshots.js")), CHROMIUM, str(taken), *urls, str(files)],
            check=True,
            timeout=300,
        )
        on_paper(taken)
        for picture in sorted(taken.glob("*.png")):
            kept = folder / picture.name
            quantised(picture, kept)
            print(f"{kept} {kept.stat().st_size:,} bytes")
            if kept.stat().st_size > LARGEST_BYTES:
                print(f"  is larger than {LARGEST_BYTES:,} bytes")


def write_files(folder: Path) -> None:
    for name, sample in SAMPLES.items():
        write_cell(sample.simulate(name), folder)
    (folder / "LARGE.pkl").write_bytes(large_pickle(sample_pickle()))
    (folder / "HOSTILE.pkl").write_bytes(pickle.dumps(RunsACommand()))
    (folder / "NO_CURRENT.csv").write_text("cycle_number,voltage_in_V\n1,3.7\n1,3.6\n")


def on_paper(folder: Path) -> None:
    """The two printed pages side by side, where Poppler is there to draw them."""
    if shutil.which("pdftoppm") is None:
        print("No picture of the printed report: pdftoppm is not installed.")
        return
    paper = folder / "dashboard-print.pdf"
    subprocess.run(["pdftoppm", "-r", str(PAPER_DPI), "-png", str(paper), str(folder / "page")], check=True, timeout=60)
    files = sorted(folder.glob("page-*.png"))
    pages = [Image.open(file).convert("RGB") for file in files]
    gap = 12
    sheet = Image.new("RGB", (sum(page.width + gap for page in pages) + gap, pages[0].height + 2 * gap), "#999999")
    for place, page in enumerate(pages):
        sheet.paste(page, (gap + place * (page.width + gap), gap))
    sheet.save(folder / "dashboard-print.png")
    for file in files:
        file.unlink()


def quantised(source: Path, target: Path) -> None:
    """The picture in its most frequent colours, and one shade of each other hue; the rest become the nearest."""
    with Image.open(source) as picture:
        pixels = np.asarray(picture.convert("RGB"), dtype=np.int64)
    height, width, _ = pixels.shape
    colors, places, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    by_frequency = colors[np.argsort(-counts)]
    # Shades of grey are many, and a thin line's hue is rare.
    _, first_of_hue = np.unique(by_frequency // SHADES_ALIKE, axis=0, return_index=True)
    kept = by_frequency[np.union1d(np.arange(min(FREQUENT, len(colors))), first_of_hue)[:COLORS]]
    nearest = np.array([np.square(kept - color).sum(axis=1).argmin() for color in colors], dtype=np.uint8)
    few = Image.fromarray(nearest[places].reshape(height, width), "P")
    few.putpalette(kept.astype(np.uint8).tobytes())
    few.save(target, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
