"""Everything that is shipped has a licence that somebody has read, and the page that lists them is up to date."""

from pathlib import Path

import pytest

from tools.artifact_build.libraries import Library, npm_libraries, python_libraries
from tools.artifact_build.licences import DOCUMENT, document


def metadata_folder(folder: Path, name: str, *lines: str) -> Path:
    """A folder with the metadata of one library, version 1.0."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("\n".join(["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *lines]) + "\n")
    return folder


def test_the_page_of_licences_is_what_the_lock_files_say() -> None:
    assert DOCUMENT.read_text() == document(), "run `make licences`"


def test_an_expression_is_taken_before_prose(tmp_path: Path) -> None:
    lines = (
        "License: Dual licence",
        "License-Expression: Apache-2.0 OR MIT",
        "Project-URL: Source, https://example.com",
    )
    [library] = python_libraries([metadata_folder(tmp_path, "Some_Library", *lines)])
    assert library == Library("pypi", "some-library", "1.0", "Apache-2.0 OR MIT", "https://example.com")
    assert library.package_url == "pkg:pypi/some-library@1.0"


@pytest.mark.parametrize("line", ["License: see the file", "Classifier: License :: OSI Approved :: BSD License"])
def test_a_licence_that_is_not_clear_has_to_be_read_by_somebody(line: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="licence of unclear"):
        python_libraries([metadata_folder(tmp_path, "unclear", line)])


def test_a_library_that_two_layers_have_is_named_once(tmp_path: Path) -> None:
    folders = [metadata_folder(tmp_path / layer, "six", "License: MIT") for layer in ("one", "other")]
    assert [library.name for library in python_libraries(folders)] == ["six"]


def test_of_the_page_only_what_is_bundled_is_listed(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text(
        """{"packages": {
            "": {"name": "dashboard"},
            "node_modules/vite": {"version": "6.0.0", "license": "MIT", "dev": true},
            "node_modules/@scope/chart": {"version": "1.2.3", "license": "ISC"},
            "node_modules/a/node_modules/b": {"version": "4.5.6", "license": "MIT"}
        }}"""
    )
    assert [(library.package_url, library.licence) for library in npm_libraries(lock)] == [
        ("pkg:npm/%40scope/chart@1.2.3", "ISC"),
        ("pkg:npm/b@4.5.6", "MIT"),
    ]


def test_without_a_page_there_is_nothing_to_list(tmp_path: Path) -> None:
    assert npm_libraries(tmp_path / "package-lock.json") == []
