"""Writes docs/licences.md, the licences of everything that is shipped: `python -m tools.artifact_build.licences`.

Versions are left out: uv.lock and the bill of materials have them, and a licence rarely changes with one.
"""

from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

from tools.artifact_build.libraries import ENCLOSED, Library, library_of, npm_libraries
from tools.artifact_build.sbom import NPM_LOCK
from tools.artifact_build.uv import locked_requirements

DOCUMENT = Path("docs/licences.md")
LAYERS = {"analytics": "battery-analytics", "service": "battery-service"}

HEAD = """# Licences of the shipped libraries

The project's own code is under the [MIT licence](../LICENSE). A deployment also holds the libraries below. The texts of the
Python libraries' licences are in the layers, in each library's `*.dist-info`; they also name what is linked into a library's
modules. `make package` writes `.aws-sam/sbom.json`, the same list with versions and hashes, in the CycloneDX format.

`make licences` writes this page from the lock files, and a test compares the two.
"""


def document() -> str:
    """The page, from the lock files and the metadata of what is installed from them."""
    required = {layer: required_by(package) for layer, package in LAYERS.items()}
    libraries = (library_of(distribution(name)) for name in sorted(set().union(*required.values())))
    python = ((it, " and ".join(layer for layer, names in required.items() if it.name in names)) for it in libraries)
    npm = npm_libraries(NPM_LOCK)
    return "\n".join([HEAD, *python_table(python), "", *enclosed_table(), "", *npm_table(npm)]) + "\n"


def required_by(package: str) -> set[str]:
    """The names of the libraries that Lambda's Python on Linux needs for the package."""
    requirements = map(Requirement, locked_requirements("--package", package, "--no-hashes"))
    return {it.name for it in requirements if it.marker is None or it.marker.evaluate({"sys_platform": "linux"})}


def python_table(libraries: Iterable[tuple[Library, str]]) -> Iterator[str]:
    yield "## Python libraries"
    yield ""
    yield "| library | licence | layer |"
    yield "|---|---|---|"
    for library, layer in libraries:
        yield f"| [{library.name}]({library.home}) | {library.licence} | {layer} |"


def enclosed_table() -> Iterator[str]:
    yield "## Native libraries and fonts within them"
    yield ""
    yield "| part | licence | files |"
    yield "|---|---|---|"
    for enclosed in ENCLOSED:
        yield f"| {enclosed.name} | {enclosed.licence} | `{enclosed.files}` |"


def npm_table(libraries: Iterable[Library]) -> Iterator[str]:
    yield "## JavaScript libraries in the page"
    yield ""
    yield "| library | licence |"
    yield "|---|---|"
    for library in libraries:
        yield f"| [{library.name}]({library.home}) | {library.licence} |"


def main() -> None:
    DOCUMENT.write_text(document())


if __name__ == "__main__":
    main()
