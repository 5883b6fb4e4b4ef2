"""The one array type of the simulation."""

import numpy as np
import numpy.typing as npt

type FloatArray = npt.NDArray[np.float64]
