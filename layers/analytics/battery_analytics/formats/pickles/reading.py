"""Reads the value that a pickle holds from its bytes."""

import struct
from collections.abc import Callable

from battery_analytics.formats.pickles.machine import Machine
from battery_analytics.formats.pickles.operations import OPERATIONS
from battery_analytics.formats.pickles.values import GlobalName, MalformedPickle, RefusedPickle

MAX_OPERATIONS = 12_000_000
_STOP = ord(".")
_BETWEEN_CHECKS = 0xFFFF


def read_pickle(data: bytes, admitted: Callable[[GlobalName], bool]) -> object:
    """The value that a pickle of any protocol holds; lists may contain `NumberRun`s, calls are `Call`s.

    Raises MalformedPickle where the bytes are not a whole pickle, RefusedPickle where it names a global that
    `admitted` does not admit, or where it would take more memory or time than data of its size can need.
    """
    machine = Machine(data, admitted)
    try:
        return _run(machine)
    except (IndexError, ValueError, TypeError, struct.error) as fault:
        # Each of these means a stack, a number or a text that the bytes do not hold; the loop has no other input.
        raise MalformedPickle(f"it ends or has no valid instruction at byte {machine.position:,}") from fault


def _run(machine: Machine) -> object:
    data, operations = machine.data, OPERATIONS
    for step in range(MAX_OPERATIONS):
        code = data[machine.position]
        if code == _STOP:
            return machine.pop()
        machine.position += 1
        operations[code](machine)
        if not step & _BETWEEN_CHECKS:
            machine.check_bounds()
    raise RefusedPickle("it takes more instructions than cycling data of its size need")
