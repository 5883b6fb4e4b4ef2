"""A pickle machine that runs nothing: it reads the bytes into a stack and a memo, with limits for each.

Python's own unpickler builds objects by calling what the file names. This one only records it: a global becomes a
`GlobalName`, a call becomes a `Call` with its arguments and state, and `objects` turns numpy's and pandas' calls into
arrays. Only names that mean something else have to be refused.

The limits are made for files of 50 MB: a value takes some 64 bytes, a container up to 64 bytes per unit of weight.
"""

from collections.abc import Callable

import numpy as np

from battery_analytics.formats.pickles.scalar_runs import ScalarRun
from battery_analytics.formats.pickles.values import (
    GETATTR,
    Call,
    GlobalName,
    MalformedPickle,
    NumberRun,
    RefusedPickle,
    attribute_of,
    check_key,
    expanded,
    length,
    shown,
)

MAX_VALUES = 6_000_000
MAX_MEMO = 10_000_000
MAX_MARKS = 1_000_000
MAX_CONTAINER_WEIGHT = 4_000_000
MAX_MEMO_GAP = 4_096
_GLOBAL_WEIGHT = 40


class Machine:
    """One pass over one pickle."""

    def __init__(self, data: bytes, admitted: Callable[[GlobalName], bool]) -> None:
        self.data = data
        self.codes = np.frombuffer(data, dtype=np.uint8)
        self.admitted = admitted
        self.position = 0
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.memo: list[object] = []
        self.held = 0
        self.container_weight = 0

    def check_bounds(self) -> None:
        """Refuse a file whose stack and memo grow beyond what data need; called every few thousand instructions."""
        if self.held + len(self.stack) > MAX_VALUES or len(self.memo) > MAX_MEMO or len(self.marks) > MAX_MARKS:
            raise RefusedPickle("it holds more single values than cycling data of its size can")

    def hold(self, n_values: int) -> None:
        """Count values that leave the stack for a container."""
        self.held += n_values
        if self.held > MAX_VALUES:
            raise RefusedPickle("it holds more single values than cycling data of its size can")

    def take(self, size: int) -> bytes:
        end = self.position + size
        if end > len(self.data):
            raise MalformedPickle("the file ends before the pickle does")
        chunk = self.data[self.position : end]
        self.position = end
        return chunk

    def take_counted(self, size: int) -> bytes:
        """Read a length of `size` bytes, then as many bytes as it says."""
        position = self.position
        start = position + size
        end = start + (self.data[position] if size == 1 else int.from_bytes(self.data[position:start], "little"))
        if end > len(self.data):
            raise MalformedPickle("the file ends before the pickle does")
        self.position = end
        return self.data[start:end]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def line_bytes(self) -> bytes:
        end = self.data.find(b"\n", self.position)
        if end < 0:
            raise MalformedPickle("the file ends before the pickle does")
        text = self.data[self.position : end]
        self.position = end + 1
        return text

    def line(self) -> str:
        return self.line_bytes().decode("utf-8")

    def push(self, value: object) -> None:
        self.stack.append(value)

    def push_container(self, value: object, weight: int = 1) -> None:
        """Push a container that takes some 64 bytes per unit of weight."""
        self.container_weight += weight
        if self.container_weight > MAX_CONTAINER_WEIGHT:
            raise RefusedPickle("it holds more lists and dicts than cycling data of its size can")
        self.stack.append(value)

    def pop(self) -> object:
        """Pop the top value; of a run of numbers its last one."""
        value = self.stack.pop()
        if type(value) is not NumberRun:
            return value
        self.stack.extend(expanded([value]))
        return self.stack.pop()

    def pop_marked(self) -> list[object]:
        """Pop the values above the last mark, runs of numbers as they are."""
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        self.hold(len(items))
        return items

    def pop_marked_values(self) -> list[object]:
        """Pop the values above the last mark, runs of numbers as single numbers."""
        items = self.pop_marked()
        self.hold(length(items))
        return expanded(items)

    def top(self) -> object:
        if type(self.stack[-1]) is NumberRun:
            self.stack.extend(expanded([self.stack.pop()]))
        return self.stack[-1]

    def remember(self, index: int) -> None:
        if index == len(self.memo):
            self.memo.append(self.top())
            return
        gap = index - len(self.memo)
        if not 0 <= index <= MAX_MEMO or gap > MAX_MEMO_GAP:
            raise RefusedPickle("its memo is larger than its contents")
        if gap >= 0:
            self.memo.extend([None] * (gap + 1))
        self.memo[index] = self.top()

    def recall(self, index: int) -> object:
        if index < 0:
            raise MalformedPickle("it refers to a value that it does not hold")
        value = self.memo[index]
        return value.remembered(index) if type(value) is ScalarRun else value

    def name_global(self, module: str, name: str) -> None:
        named = GlobalName(module, name)
        if not self.admitted(named):
            readable = f"{shown(module)}.{shown(name)}".replace("'", "")
            raise RefusedPickle(f"it names {readable}, which is not plain data", readable)
        self.push_container(named, weight=_GLOBAL_WEIGHT)

    def call(self, target: object, args: object) -> None:
        if not isinstance(target, GlobalName) or not isinstance(args, tuple):
            raise RefusedPickle("it calls something that is not a named type")
        if str(target) in GETATTR:
            self.push_container(attribute_of(args), weight=_GLOBAL_WEIGHT)
            return
        self.push_container(Call(target, args), weight=2)

    def fill(self, target: object, keys_and_values: list[object]) -> None:
        keys = keys_and_values[::2]
        for key in keys:
            check_key(key)
        if isinstance(target, Call):
            if target.items is None:
                target.items = []
            target.items.extend(keys_and_values)
        elif isinstance(target, dict):
            target.update(zip(keys, keys_and_values[1::2], strict=True))
        else:
            raise MalformedPickle("items are set on something that is not a dict")

    def extend(self, target: object, items: list[object]) -> None:
        if not isinstance(target, list):
            raise MalformedPickle("items are appended to something that is not a list")
        target.extend(items)
