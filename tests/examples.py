"""How many examples a property is tried with, where Hypothesis' hundred are too many or too few."""

from hypothesis import settings

_USUAL = 100


def examples(number: int) -> settings:
    """Settings for so many examples, and for as much fewer as the profile in force asks for."""
    return settings(max_examples=max(1, number * settings().max_examples // _USUAL))
