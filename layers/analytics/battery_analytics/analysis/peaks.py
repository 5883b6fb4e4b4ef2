"""Peaks of a curve: where it rises above both of its sides, and which peak of one cycle is which of the next."""

from dataclasses import dataclass

import numpy as np

from battery_analytics.cell import FloatArray, IntArray

LEAST_PROMINENCE_SHARE = 0.04
NOISES = 5.0
MOST_PEAKS = 8
FEWEST_CYCLES_OF_A_TRACK = 3


def peak_places(curve: FloatArray, noise_share: float) -> IntArray:
    """The places of the local maxima that rise clearly above the higher of their two sides, in order.

    Clearly is 4 % of the curve's range, and five times its noise, which is a share of its height. Of more than `MOST_PEAKS`
    the most prominent are kept. A side is the lowest place between a maximum and the next higher one, or the curve's end.
    """
    rises = np.diff(curve) > 0
    turns = np.flatnonzero(rises[1:] != rises[:-1]) + 1
    places = [0, *turns.tolist(), curve.size - 1]
    heights = curve[places].tolist()
    least = LEAST_PROMINENCE_SHARE * float(curve.max() - np.median(curve))
    found = []
    for number in range(1, len(places) - 1):
        height = heights[number]
        if height <= heights[number - 1]:
            continue  # a minimum
        side = max(_side(heights, number, -1), _side(heights, number, 1))
        if height - side >= max(least, NOISES * noise_share * height):
            found.append((height - side, places[number]))
    kept = sorted(found, reverse=True)[:MOST_PEAKS]
    return np.array(sorted(place for _, place in kept), dtype=np.int64)


def _side(heights: list[float], number: int, step: int) -> float:
    """The lowest turning point from a maximum to the next higher one in this direction."""
    height = lowest = heights[number]
    place = number + step
    while 0 <= place < len(heights) and heights[place] <= height:
        lowest = min(lowest, heights[place])
        place += step
    return lowest


@dataclass(frozen=True, slots=True)
class Track:
    """One peak over the cycles: for each cycle its number among that cycle's peaks, -1 where it has none."""

    places: list[int]
    first_V: float


def tracked(positions_V: list[FloatArray], widest_V: float) -> list[Track]:
    """The peaks of all cycles as tracks, in the order of their voltages.

    Going from cycle to cycle, a peak belongs to the track whose last place is nearest, if it is also the peak nearest to that
    track, within `widest_V` and less than half the distance to the next track. A peak that is nobody's begins a track;
    tracks of fewer than three cycles, where there are more, are noise.
    """
    tracks: list[Track] = []
    last: list[float] = []
    for cycle, positions in enumerate(positions_V):
        for track in tracks:
            track.places.append(-1)
        taken = _matched(np.array(last), positions, widest_V)
        for number, position in enumerate(positions.tolist()):
            if taken[number] < 0:
                tracks.append(Track([*[-1] * cycle, number], position))
                last.append(position)
            else:
                tracks[taken[number]].places[-1] = number
                last[taken[number]] = position
    fewest = min(FEWEST_CYCLES_OF_A_TRACK, len(positions_V))
    kept = [track for track in tracks if sum(place >= 0 for place in track.places) >= fewest]
    return sorted(kept, key=lambda track: track.first_V)


def _matched(last_V: FloatArray, positions_V: FloatArray, widest_V: float) -> list[int]:
    """For each position the number of its track, -1 for none."""
    if not last_V.size or not positions_V.size:
        return [-1] * positions_V.size
    distance = np.abs(positions_V[:, np.newaxis] - last_V)
    nearest_track, nearest_peak = distance.argmin(axis=1), distance.argmin(axis=0)
    found = []
    for number, track in enumerate(nearest_track.tolist()):
        near = distance[number, track]
        others = np.delete(np.abs(last_V - last_V[track]), track)
        space_V = others.min() / 2 if others.size else np.inf
        found.append(track if nearest_peak[track] == number and near <= min(widest_V, max(space_V, 1e-3)) else -1)
    return found
