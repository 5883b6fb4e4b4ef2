"""The targets of the fuzzers: for each kind of input how it is drawn, and what must hold for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from events.gateway import BOUNDARY, file_part, multipart_body
from sample_cells.plain import cell, pickled
from tests.fuzz import inputs
from tests.fuzz.checks import check_files, check_form, check_json
from tests.fuzz.edits import EDITS, edited


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of input: its strategy, its check, and how an input is kept as files of these names."""

    name: str
    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]
    files: Callable[[Any], dict[str, bytes]]


def _as_files(files: inputs.Files) -> dict[str, bytes]:
    return {file.name.replace("/", "_") or "unnamed": file.content for file in files}


def _of_files(name: str, strategy: st.SearchStrategy[inputs.Files]) -> Target:
    return Target(name, strategy, check_files, _as_files)


def _forms() -> st.SearchStrategy[tuple[bytes, str]]:
    content = pickled(cell("A", n_cycles=2))
    bodies = [
        multipart_body([file_part("A.pkl", content)]),
        multipart_body([file_part("a.csv", b"x"), file_part("", b"")]),
    ]
    types = st.sampled_from([f"multipart/form-data; boundary={BOUNDARY}", "multipart/form-data", "", "text/plain"])
    edited_bodies = st.builds(lambda index, edits: edited(bodies[index], edits), st.integers(0, 1), EDITS)
    return st.tuples(edited_bodies, types | st.text(max_size=40).map("multipart/form-data; boundary={}".format))


TARGETS: tuple[Target, ...] = (
    _of_files("pickles", inputs.edited_files("pickle") | inputs.pickles()),
    _of_files("tables", inputs.edited_files("text") | inputs.tables()),
    _of_files("csv_sets", inputs.csv_sets()),
    _of_files("binaries", inputs.edited_files("binary")),
    _of_files("archives", inputs.archives()),
    Target("forms", _forms(), lambda form: check_form(*form), lambda form: {"body": form[0], "type": form[1].encode()}),
    Target("json", inputs.json_texts(), check_json, lambda body: {"body.json": body}),
)
