"""The list of parts: valid CycloneDX, the same for the same artifact, and nothing in it that nobody has looked at."""

import hashlib
import json
from pathlib import Path

import pytest

from tools.artifact_build.libraries import Library
from tools.artifact_build.sbom import bill_of_materials, component_of, enclosed_components

CHART = Library("npm", "@scope/chart", "1.2.3", "ISC", "https://example.com/chart")


def test_a_library_is_named_by_its_package_url_version_and_licence() -> None:
    said = json.loads(bill_of_materials("api", "0.1.0", [component_of(CHART)]))
    [component] = said["components"]
    assert (said["bomFormat"], said["specVersion"]) == ("CycloneDX", "1.6")
    assert component["purl"] == "pkg:npm/%40scope/chart@1.2.3"
    assert component["licenses"] == [{"expression": "ISC"}]


def test_what_is_not_valid_cyclonedx_stops_the_build() -> None:
    with pytest.raises(SystemExit, match="not valid"):
        bill_of_materials("api", "0.1.0", [{"type": "spare part", "name": "chart"}])


def test_a_native_library_within_a_wheel_is_listed_with_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "pillow.libs" / "libtiff-20b7e810.so.6.3.0"
    file.parent.mkdir()
    file.write_bytes(b"native code")
    [component] = enclosed_components(tmp_path)
    assert component["name"] == "pillow.libs/libtiff-20b7e810.so.6.3.0"
    assert component["description"] == "LibTIFF"
    assert component["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(b"native code").hexdigest()}]
    bill_of_materials("api", "0.1.0", [component])


def test_a_native_library_whose_licence_nobody_has_read_stops_the_build(tmp_path: Path) -> None:
    file = tmp_path / "pandas.libs" / "libnew-1.so"
    file.parent.mkdir()
    file.touch()
    with pytest.raises(SystemExit, match=r"libnew-1\.so"):
        list(enclosed_components(tmp_path))
