"""The words for a test: names of groups, rates, and blocks of cycles."""

import math
from collections import Counter
from collections.abc import Sequence

from battery_analytics.protocol.kinds import Group, Kind

NAMES: dict[Kind, str] = {
    "formation": "formation",
    "ageing": "ageing",
    "check_up": "check-up",
    "rate_step": "rate step",
    "pulse": "pulses",
    "other": "other cycles",
}
_SLOWEST_DECIMAL_C = 0.7


def group_names(groups: Sequence[Group]) -> list[str]:
    """A name per group: its kind, numbered where several groups are of one kind."""
    total = Counter(one.kind for one in groups)
    seen: Counter[Kind] = Counter()
    names: list[str] = []
    for one in groups:
        seen[one.kind] += 1
        names.append(f"{one.kind}_{seen[one.kind]}" if total[one.kind] > 1 else one.kind)
    return names


def rate_words(rate_C: float) -> str:
    """A rate as it is spoken of: "1C", "C/20"."""
    if not math.isfinite(rate_C) or rate_C <= 0:
        return "an unknown rate"
    if rate_C >= _SLOWEST_DECIMAL_C:
        return f"{rate_C:.2g}C"
    return f"C/{1 / rate_C:.2g}"


def cycle_words(first: int, last: int) -> str:
    """ "cycle 3", "cycles 3 to 120"."""
    return f"cycle {first:,}" if first == last else f"cycles {first:,} to {last:,}"
