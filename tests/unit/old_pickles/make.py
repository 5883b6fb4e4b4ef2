"""Write the pickles of this directory: run with the interpreter of an environment that has the old numpy and pandas."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pandas as pd

tag, protocol = sys.argv[1], int(sys.argv[2])
frame = pd.DataFrame(
    {
        "cycle_number": np.repeat([1, 2], [3, 2]),
        "current_in_A": np.arange(5.0) - 2,
        "voltage_in_V": np.linspace(3, 4, 5),
        "time_in_s": np.arange(5) * 30,
        "step": ["a", "b", "c", "d", "e"],
        "rest": np.array([True, False, True, False, True]),
        "temperature_in_C": np.array([25, 25, 26, 25, 25], dtype="float32"),
    }
)
arrays = {
    "doubles": np.arange(3.0),
    "big_endian": np.arange(3, dtype=">f8"),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "strided": np.arange(10.0)[::2],
    "text": np.array(["3.5", "4"]),
    "objects": np.array([1, None, "x"], dtype=object),
    "scalar": np.float64(1.5),
    "integer": np.int64(4),
    "list_of_scalars": [np.float64(x) for x in (1, 2, 3)],
    "series": frame["voltage_in_V"],
    "column_of_frame": frame["voltage_in_V"].values,
}
here = Path(__file__).parent
for name, content in (("frame", frame), ("arrays", arrays), ("rows", frame[frame.cycle_number == 1])):
    (here / f"{tag}_{name}_p{protocol}.pkl").write_bytes(pickle.dumps(content, protocol))
