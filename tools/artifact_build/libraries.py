"""The shipped libraries of others: name, version and licence as an SPDX expression."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import cast

# The metadata of these libraries has no clear licence; these are from their licence files.
LICENCES_READ = {
    "access-parser": "Apache-2.0",
    "aws-lambda-powertools": "MIT-0",
    "cycler": "BSD-3-Clause",
    "fastparquet": "Apache-2.0",
    "kiwisolver": "BSD-3-Clause",
    "matplotlib": "LicenseRef-matplotlib",
    "multipart": "MIT",
    "python-dateutil": "Apache-2.0 AND BSD-3-Clause",
    "s3transfer": "Apache-2.0",
}
# Values of the field `License` that are SPDX expressions.
SPDX_IDENTIFIERS = {"Apache-2.0", "BSD-3-Clause", "MIT"}


@dataclass(frozen=True)
class Library:
    """One library of a package index: `pypi` or `npm`."""

    index: str
    name: str
    version: str
    licence: str
    home: str

    @property
    def package_url(self) -> str:
        return f"pkg:{self.index}/{self.name.replace('@', '%40')}@{self.version}"


@dataclass(frozen=True)
class Enclosed:
    """A part inside a wheel that has its own licence; `files` is the pattern of its files."""

    name: str
    licence: str
    files: str


ENCLOSED = (
    Enclosed("DejaVu Sans", "Bitstream-Vera", "matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf"),
    Enclosed(
        "OpenBLAS with LAPACK and libgfortran",
        "BSD-3-Clause AND BSD-3-Clause-Open-MPI AND (GPL-3.0-or-later WITH GCC-exception-3.1)",
        "numpy.libs/libscipy_openblas*",
    ),
    Enclosed("Brotli", "MIT", "pillow.libs/libbrotli*"),
    Enclosed("FreeType", "FTL", "pillow.libs/libfreetype*"),
    Enclosed("HDF5", "BSD-3-Clause", "h5py.libs/libhdf5*"),
    Enclosed("libaec", "BSD-2-Clause", "h5py.libs/libaec*"),
    Enclosed("libaec's replacement of Szip", "BSD-2-Clause", "h5py.libs/libsz*"),
    Enclosed("HarfBuzz", "MIT-Modern-Variant", "pillow.libs/libharfbuzz*"),
    Enclosed("libjpeg-turbo", "IJG AND BSD-3-Clause AND Zlib", "pillow.libs/libjpeg*"),
    Enclosed("liblzma", "0BSD", "pillow.libs/liblzma*"),
    Enclosed("libpng", "libpng-2.0", "pillow.libs/libpng*"),
    Enclosed("LibTIFF", "libtiff", "pillow.libs/libtiff*"),
    Enclosed("libXau", "MIT-open-group", "pillow.libs/libXau*"),
    Enclosed("libxcb", "X11", "pillow.libs/libxcb*"),
    Enclosed("OpenJPEG", "BSD-2-Clause", "pillow.libs/libopenjp2*"),
    Enclosed("Zstandard", "BSD-3-Clause", "pillow.libs/libzstd*"),
)


def python_libraries(folders: Iterable[Path]) -> list[Library]:
    """The libraries with metadata in these folders, without our own, by name."""
    found = {library_of(distribution) for distribution in distributions(path=[str(folder) for folder in folders])}
    return sorted(found, key=lambda library: library.name)


def library_of(distribution: Distribution) -> Library:
    """A Python library as its metadata describes it."""
    metadata = cast(Message, distribution.metadata)
    name = normalised(distribution.name)
    return Library("pypi", name, distribution.version, _licence(name, metadata), _home(metadata))


def npm_libraries(lock: Path) -> list[Library]:
    """The libraries in the page, from its lock file; none if there is no such file."""
    if not lock.is_file():
        return []
    packages = json.loads(lock.read_text())["packages"]
    return [
        Library("npm", name, package["version"], package["license"], f"https://www.npmjs.com/package/{name}")
        for path, package in sorted(packages.items())
        if path and not package.get("dev") and not package.get("optional")
        for name in [path.rpartition("node_modules/")[2]]
    ]


def normalised(name: str) -> str:
    """The name as package indexes compare it."""
    return name.lower().replace("_", "-").replace(".", "-")


def _licence(name: str, metadata: Message) -> str:
    if expression := metadata.get("License-Expression") or LICENCES_READ.get(name):
        return expression
    stated: str = metadata.get("License", "")
    if stated not in SPDX_IDENTIFIERS:
        raise SystemExit(f"The licence of {name} is not clear from its metadata: read it and add it to LICENCES_READ.")
    return stated


def _home(metadata: Message) -> str:
    """The address of the project, or of its page at the index."""
    urls = dict(_labelled(metadata))
    for label in ("source", "repository", "source code", "code", "homepage", "home-page"):
        if label in urls:
            return urls[label]
    return f"https://pypi.org/project/{normalised(metadata['Name'])}/"


def _labelled(metadata: Message) -> Iterator[tuple[str, str]]:
    if home := metadata.get("Home-page"):
        yield "home-page", home
    for line in metadata.get_all("Project-URL", []):
        label, _, url = line.partition(", ")
        yield label.lower(), url
