"""Checks that the artifact gives the same answers as the source tree, and imports the same modules."""

import sys
from pathlib import Path

import pandas as pd

from events.gateway import Event, file_part, upload_event
from local.template import DeclaredFunction
from sample_cells.plain import CellData, cell, csv_set, pickled
from tools.artifact_build.artifact import opt_folders
from tools.artifact_build.isolated import probe, probe_artifact

SOURCES = [Path("functions/upload_handler"), Path("layers/analytics"), Path("layers/service")]
CELL_ID = "CHECK_25_A1"


def differences(science: DeclaredFunction) -> list[str]:
    """An error for each answer or import that differs between the artifact and the source tree."""
    events = synthetic_uploads()
    artifact = probe_artifact(science, events=events)
    source = probe([sys.executable, "-B"], SOURCES, science, events=events)
    errors = [
        f"{name}: the artifact answers {artifact['answers'][name]}, the source tree {source['answers'][name]}."
        for name in events
        if artifact["answers"][name] != source["answers"][name] or artifact["answers"][name]["status"] != 200
    ]
    shipped = {path.name.partition(".")[0] for folder in opt_folders(science) for path in folder.iterdir()}
    only_in_source = sorted(set(source["modules"]) - set(artifact["modules"]))
    return errors + [
        f"The source tree imports {name} for an analysis, the artifact does not."
        for name in only_in_source
        if name.partition(".")[0] in shipped
    ]


def synthetic_uploads() -> dict[str, Event]:
    """Uploads for every reader and every plot: CSV, and pickles of lists, of numpy arrays and of a pandas frame."""
    synthetic = cell(CELL_ID)
    cycles = frames_of(synthetic)
    arrays = {**synthetic, "cycle_data": [{name: cycle[name].to_numpy() for name in cycle} for cycle in cycles]}
    gzip = {"Accept-Encoding": "gzip"}
    return {
        "CSV": upload_event([file_part(*named) for named in csv_set(synthetic, CELL_ID).items()]),
        "lists in a pickle": upload_event([file_part(f"{CELL_ID}.pkl", pickled(synthetic))], headers=gzip),
        "arrays in a pickle": upload_event([file_part(f"{CELL_ID}.pkl", pickled(arrays))], headers=gzip),
        "a frame in a pickle": upload_event([file_part(f"{CELL_ID}.pkl", pickled(pd.concat(cycles)))], headers=gzip),
    }


def frames_of(synthetic: CellData) -> list[pd.DataFrame]:
    """One frame per cycle, one row per point."""
    match synthetic:
        case {"cycle_data": list(cycles)}:
            return [pd.DataFrame(cycle) for cycle in cycles]
    raise ValueError("The synthetic cell has no list of cycles.")
