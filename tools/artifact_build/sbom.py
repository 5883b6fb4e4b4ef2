"""The bill of materials of the artifact, as CycloneDX 1.6: `python -m tools.artifact_build.sbom`.

It is read from the artifact itself: metadata and native libraries of the layers, and the lock file of the page if the page
was built. It has no time and no random number, so equal artifacts have equal lists.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.artifact_build.artifact import functions_of, layers_of
from tools.artifact_build.libraries import ENCLOSED, Library, npm_libraries, python_libraries

NPM_LOCK = Path("dashboard/package-lock.json")
BUILT_PAGE = Path("functions/site/page/index.html")

type Component = dict[str, Any]


def bill_of_materials(name: str, version: str, components: Sequence[Component]) -> str:
    """The document. It stops the build if the document is not valid CycloneDX."""
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": name, "name": name, "version": version}},
        "components": components,
    }
    text = json.dumps(document, indent=2) + "\n"
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SystemExit(f"The bill of materials is not valid: {fault}")
    return text


def component_of(library: Library) -> Component:
    """The component of a library from a package index."""
    return {
        "type": "library",
        "bom-ref": library.package_url,
        "name": library.name,
        "version": library.version,
        "purl": library.package_url,
        "licenses": [{"expression": library.licence}],
        "externalReferences": [{"type": "website", "url": library.home}],
    }


def enclosed_components(folder: Path) -> Iterator[Component]:
    """One component per file of native libraries and fonts in wheels. It stops the build at one without a known licence."""
    known = {path: enclosed for enclosed in ENCLOSED for path in folder.glob(enclosed.files)}
    unknown = sorted(path for path in folder.glob("*.libs/*") if path not in known)
    if unknown:
        raise SystemExit(f"Add these to ENCLOSED, with their licences: {', '.join(map(str, unknown))}")
    for path, enclosed in sorted(known.items()):
        name = path.relative_to(folder).as_posix()
        yield {
            "type": "file",
            "bom-ref": name,
            "name": name,
            "description": enclosed.name,
            "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}],
            "licenses": [{"expression": enclosed.licence}],
        }


def main() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    folders = [layer / "python" for layer in layers_of(functions_of())]
    libraries = python_libraries(folders) + (npm_libraries(NPM_LOCK) if BUILT_PAGE.is_file() else [])
    enclosed = [component for folder in folders for component in enclosed_components(folder)]
    print(bill_of_materials(project["name"], project["version"], [*map(component_of, libraries), *enclosed]), end="")


if __name__ == "__main__":
    main()
