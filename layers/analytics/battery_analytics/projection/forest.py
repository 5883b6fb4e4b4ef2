"""A forest of regression trees as arrays: to evaluate it needs neither a pickle nor scikit-learn.

Evaluated level by level for all trees at once; the comparison is scikit-learn's own, float32 feature against
float64 threshold, so that each input reaches the same leaf as in scikit-learn.
"""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Forest:
    """All nodes of all trees, shape (n_nodes,); `feature` is -1 at a leaf; `roots` has shape (n_trees,)."""

    roots: IntArray
    feature: IntArray
    threshold: FloatArray
    left: IntArray
    right: IntArray
    value: FloatArray

    def mean(self, features: FloatArray) -> float:
        """The mean over the trees of the value of the leaf that the features, shape (n_features,), fall into."""
        asked = features.astype(np.float32)
        node = self.roots
        while True:
            feature = self.feature[node]
            inner = feature >= 0
            if not inner.any():
                return float(self.value[node].mean())
            goes_left = asked[feature] <= self.threshold[node]
            node = np.where(inner, np.where(goes_left, self.left[node], self.right[node]), node)
