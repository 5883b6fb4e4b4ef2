"""The artifact answers as the source tree does, and imports what the source tree imports."""

import sys
from pathlib import Path

import pandas as pd

from events.gateway import Event, file_part, upload_event
from local.template import DeclaredFunction
from sample_cells.plain import CellData, cell, csv_set, pickled
from tools.artifact_build.artifact import opt_folders
from tools.artifact_build.isolated import said_by, said_by_artifact

SOURCES = [Path("functions/upload_handler"), Path("layers/analytics"), Path("layers/service")]
CELL_ID = "CHECK_25_A1"


def differences(science: DeclaredFunction) -> list[str]:
    """A complaint for each answer or import that the artifact does not share with the source tree."""
    events = made_up_uploads()
    artifact = said_by_artifact(science, events=events)
    source = said_by([sys.executable, "-B"], SOURCES, science, events=events)
    complaints = [
        f"{name}: the artifact answers {artifact['answers'][name]}, the source tree {source['answers'][name]}."
        for name in events
        if artifact["answers"][name] != source["answers"][name] or artifact["answers"][name]["status"] != 200
    ]
    shipped = {path.name.partition(".")[0] for folder in opt_folders(science) for path in folder.iterdir()}
    only_in_source = sorted(set(source["modules"]) - set(artifact["modules"]))
    return complaints + [
        f"The source tree imports {name} for an analysis, the artifact does not."
        for name in only_in_source
        if name.partition(".")[0] in shipped
    ]


def made_up_uploads() -> dict[str, Event]:
    """Every reader and every plot: CSV, and pickles of lists, of numpy arrays and of a pandas frame; some ask for gzip."""
    made_up = cell(CELL_ID)
    cycles = frames_of(made_up)
    arrays = {**made_up, "cycle_data": [{name: cycle[name].to_numpy() for name in cycle} for cycle in cycles]}
    gzip = {"Accept-Encoding": "gzip"}
    return {
        "CSV": upload_event([file_part(*named) for named in csv_set(made_up, CELL_ID).items()]),
        "lists in a pickle": upload_event([file_part(f"{CELL_ID}.pkl", pickled(made_up))], headers=gzip),
        "arrays in a pickle": upload_event([file_part(f"{CELL_ID}.pkl", pickled(arrays))], headers=gzip),
        "a frame in a pickle": upload_event([file_part(f"{CELL_ID}.pkl", pickled(pd.concat(cycles)))], headers=gzip),
    }


def frames_of(made_up: CellData) -> list[pd.DataFrame]:
    """A frame a cycle, a row a point."""
    match made_up:
        case {"cycle_data": list(cycles)}:
            return [pd.DataFrame(cycle) for cycle in cycles]
    raise ValueError("The made-up cell has no list of cycles.")
