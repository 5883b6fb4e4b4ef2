"""A pickle machine that reads and never runs: opcodes in, plain values out, nothing of the file is ever called.

Python's own unpickler builds objects by calling what the file names. This one only notes it: a global becomes a
`GlobalName`, a call becomes a `Call` with its arguments and state, and `pickled_arrays` reads numpy's and pandas'
notes as data. So there is nothing to forbid but names that mean something else, and those are refused by name.

Runs of numbers, of which cycling data consist, are read by numpy straight from the bytes: a list of floats is a float64
array before a single Python object is made.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

MAX_OPERATIONS = 24_000_000
MAX_CONTAINERS = 2_000_000
MAX_VALUES = 8_000_000
MAX_MEMO_GAP = 4_096
RUN_CHUNK = 1_024
SHORTEST_RUN = 8


class MalformedPickle(Exception):
    """The bytes are not a pickle, or it ends too early."""


class RefusedPickle(Exception):
    """The pickle names, or asks for, what plain data do not need."""

    def __init__(self, reason: str, name: str | None = None) -> None:
        super().__init__(reason)
        self.name = name


@dataclass(frozen=True, slots=True)
class GlobalName:
    """A module's attribute that the pickle names."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False)
class Call:
    """A call that the pickle asks for, written down instead of made."""

    target: GlobalName
    args: tuple[object, ...]
    state: object = None
    items: list[object] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class NumberRun:
    """Consecutive numbers of a list, read at once; it stands in the list in their place."""

    values: npt.NDArray[np.generic]


def expanded(items: Iterable[object]) -> list[object]:
    """The items with every run of numbers written out as Python numbers."""
    flat: list[object] = []
    for item in items:
        if type(item) is NumberRun:
            flat.extend(item.values.tolist())
        else:
            flat.append(item)
    return flat


@dataclass(frozen=True, slots=True)
class _RunLayout:
    """How one number opcode lies in the bytes when it repeats: opcode, value, opcode, value."""

    record: np.dtype[np.void]

    def read(self, data: bytes, codes: npt.NDArray[np.uint8], start: int) -> npt.NDArray[np.generic]:
        """The values of all records from `start` that share its opcode."""
        size = self.record.itemsize
        available = min((len(data) - start) // size, RUN_CHUNK)
        differs = codes[start : start + available * size : size] != codes[start]
        length = int(differs.argmax()) if available else 0
        if length == 0 and available and not differs[0]:
            length = available
        values = np.frombuffer(data, dtype=self.record, count=length, offset=start)["value"]
        return values.astype(np.float64 if values.dtype.kind == "f" else np.int64)


def _layout(value: str) -> _RunLayout:
    return _RunLayout(np.dtype([("opcode", "u1"), ("value", value)]))


_RUNS = {ord("G"): _layout(">f8"), ord("K"): _layout("u1"), ord("M"): _layout("<u2"), ord("J"): _layout("<i4")}


def read_pickle(data: bytes, admitted: Callable[[GlobalName], bool]) -> object:
    """The value that a pickle of any protocol holds; lists may contain `NumberRun`s, calls are `Call`s.

    Raises MalformedPickle where the bytes are not a whole pickle, RefusedPickle where it names a global that
    `admitted` does not admit, or where it would take more memory or time than data of its size can need.
    """
    machine = _Machine(data, admitted)
    try:
        return machine.run()
    except (IndexError, ValueError, TypeError, struct.error) as fault:
        # Any of these is a stack, a number or a text that the bytes do not hold: never ours, the loop has no other input.
        raise MalformedPickle(f"it ends or breaks off at byte {machine.position} ({fault})") from fault


class _Machine:
    """One pass over one pickle."""

    def __init__(self, data: bytes, admitted: Callable[[GlobalName], bool]) -> None:
        self.data = data
        self.codes = np.frombuffer(data, dtype=np.uint8)
        self.admitted = admitted
        self.position = 0
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.memo: list[object] = []
        self.containers = 0

    def run(self) -> object:
        data, operations = self.data, _OPERATIONS
        for step in range(MAX_OPERATIONS):
            code = data[self.position]
            if code == _STOP:
                return self.pop()
            self.position += 1
            operations[code](self)
            if not step & 0xFFFF and len(self.stack) + len(self.memo) > MAX_VALUES:
                break
        raise RefusedPickle("it holds more single values than cycling data of its size can")

    # ------------------------------------------------ bytes

    def take(self, size: int) -> bytes:
        end = self.position + size
        if size < 0 or end > len(self.data):
            raise MalformedPickle("the file ends before the pickle does")
        chunk = self.data[self.position : end]
        self.position = end
        return chunk

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def line(self) -> str:
        end = self.data.find(b"\n", self.position)
        if end < 0:
            raise MalformedPickle("the file ends before the pickle does")
        text = self.data[self.position : end]
        self.position = end + 1
        return text.decode("utf-8")

    # ------------------------------------------------ stack

    def push(self, value: object) -> None:
        self.stack.append(value)

    def push_container(self, value: object) -> None:
        self.containers += 1
        if self.containers > MAX_CONTAINERS:
            raise RefusedPickle("it holds more lists and dicts than cycling data of its size can")
        self.stack.append(value)

    def write_out_top(self) -> None:
        """Make the top of the stack a single value where it is a run of them."""
        if type(self.stack[-1]) is NumberRun:
            self.stack.extend(expanded([self.stack.pop()]))

    def pop(self) -> object:
        self.write_out_top()
        return self.stack.pop()

    def pop_marked(self) -> list[object]:
        """What lies above the last mark, runs of numbers as they are."""
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items

    def top(self) -> object:
        self.write_out_top()
        return self.stack[-1]

    # ------------------------------------------------ memo

    def remember(self, index: int) -> None:
        gap = index - len(self.memo)
        if gap > MAX_MEMO_GAP:
            raise RefusedPickle("its memo is larger than its contents")
        self.memo.extend([None] * (gap + 1))
        self.memo[index] = self.top()

    def recall(self, index: int) -> None:
        self.stack.append(self.memo[index])

    # ------------------------------------------------ building

    def name_global(self, module: str, name: str) -> None:
        named = GlobalName(module, name)
        if not self.admitted(named):
            raise RefusedPickle(f"it names {named}, which is not plain data", str(named))
        self.push(named)

    def call(self, target: object, args: object) -> None:
        if not isinstance(target, GlobalName) or not isinstance(args, tuple):
            raise RefusedPickle("it calls something that is not a named type")
        self.push_container(Call(target, args))

    def fill(self, target: object, keys_and_values: list[object]) -> None:
        if isinstance(target, Call):
            target.items.extend(keys_and_values)
            return
        if not isinstance(target, dict):
            raise MalformedPickle("items are set on something that is not a dict")
        keys = keys_and_values[::2]
        for key in keys:
            _check_key(key)
        target.update(zip(keys, keys_and_values[1::2], strict=True))

    def extend(self, target: object, items: list[object]) -> None:
        if isinstance(target, Call):
            target.items.extend(items)
        elif isinstance(target, list):
            target.extend(items)
        else:
            raise MalformedPickle("items are appended to something that is not a list")


def _check_key(key: object) -> None:
    """Admit the keys that data have; others could be made to collide, which would take hours instead of seconds."""
    if not isinstance(key, str | bytes | float | None) and not (isinstance(key, int) and abs(key) < 2**53):
        raise RefusedPickle("a key of a dict is neither text nor a number")


# ---------------------------------------------------- operations


def _run_of(code: int, single: Callable[[_Machine], object]) -> Callable[[_Machine], None]:
    """Read one number, or as many as follow each other in the same spelling."""
    layout = _RUNS[code]
    size = layout.record.itemsize

    def operation(machine: _Machine) -> None:
        start = machine.position - 1
        probe = start + SHORTEST_RUN * size
        if probe < len(machine.data) and machine.data[probe] == code:
            values = layout.read(machine.data, machine.codes, start)
            if values.size >= SHORTEST_RUN:
                machine.position = start + values.size * size
                machine.push(NumberRun(values))
                return
        machine.push(single(machine))

    return operation


def _tuple_of(length: int) -> Callable[[_Machine], None]:
    def operation(machine: _Machine) -> None:
        items = [machine.pop() for _ in range(length)]
        machine.push_container(tuple(reversed(items)))

    return operation


def _marked_tuple(machine: _Machine) -> None:
    machine.push_container(tuple(expanded(machine.pop_marked())))


def _marked_list(machine: _Machine) -> None:
    machine.push_container(machine.pop_marked())


def _marked_dict(machine: _Machine) -> None:
    items = expanded(machine.pop_marked())
    machine.push_container({})
    machine.fill(machine.top(), items)


def _marked_set(machine: _Machine) -> None:
    machine.push_container(expanded(machine.pop_marked()))


def _append(machine: _Machine) -> None:
    item = machine.pop()
    machine.extend(machine.top(), [item])


def _appends(machine: _Machine) -> None:
    items = machine.pop_marked()
    machine.extend(machine.top(), items)


def _add_items(machine: _Machine) -> None:
    items = expanded(machine.pop_marked())
    machine.extend(machine.top(), items)


def _set_item(machine: _Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.fill(machine.top(), [key, value])


def _set_items(machine: _Machine) -> None:
    items = expanded(machine.pop_marked())
    machine.fill(machine.top(), items)


def _reduce(machine: _Machine) -> None:
    args, target = machine.pop(), machine.pop()
    machine.call(target, args)


def _new_object_with_keywords(machine: _Machine) -> None:
    keywords, args, target = machine.pop(), machine.pop(), machine.pop()
    if keywords:
        raise RefusedPickle("it builds an object with keyword arguments")
    machine.call(target, args)


def _marked_object(machine: _Machine) -> None:
    target, *args = expanded(machine.pop_marked())
    machine.call(target, tuple(args))


def _instance(machine: _Machine) -> None:
    args = tuple(expanded(machine.pop_marked()))
    machine.name_global(machine.line(), machine.line())
    machine.call(machine.pop(), args)


def _build(machine: _Machine) -> None:
    state, target = machine.pop(), machine.top()
    if not isinstance(target, Call):
        raise RefusedPickle("it changes the inside of a plain value")
    target.state = state


def _global_line(machine: _Machine) -> None:
    machine.name_global(machine.line(), machine.line())


def _global_stack(machine: _Machine) -> None:
    name, module = machine.pop(), machine.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise MalformedPickle("a global's name is not text")
    machine.name_global(module, name)


def _pop(machine: _Machine) -> None:
    if machine.marks and machine.marks[-1] == len(machine.stack):
        machine.marks.pop()
    else:
        machine.pop()


def _recall_short(machine: _Machine) -> None:
    machine.stack.append(machine.memo[machine.data[machine.position]])
    machine.position += 1


def _memoize(machine: _Machine) -> None:
    stack = machine.stack
    machine.memo.append(stack[-1] if type(stack[-1]) is not NumberRun else machine.top())


def _unknown(machine: _Machine) -> None:
    raise MalformedPickle(f"byte {machine.position - 1} is no pickle instruction")


def _pop_mark(machine: _Machine) -> None:
    machine.pop_marked()


def _old_integer(machine: _Machine) -> object:
    text = machine.line()
    return text == "01" if text in {"00", "01"} else int(text)


def _quoted(machine: _Machine) -> str:
    text = machine.line().strip()
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "\"'":
        raise MalformedPickle("a text of protocol 0 is not quoted")
    return text[1:-1].encode("latin-1", "replace").decode("unicode_escape")


def _refused(what: str) -> Callable[[_Machine], None]:
    def operation(_machine: _Machine) -> None:
        raise RefusedPickle(what)

    return operation


def _pushing(read: Callable[[_Machine], object]) -> Callable[[_Machine], None]:
    def operation(machine: _Machine) -> None:
        machine.stack.append(read(machine))

    return operation


def _skipping(size: int) -> Callable[[_Machine], None]:
    def operation(machine: _Machine) -> None:
        machine.take(size)

    return operation


def _text(size_bytes: int, encoding: str, errors: str = "surrogatepass") -> Callable[[_Machine], None]:
    return _pushing(lambda machine: machine.take(machine.number(size_bytes)).decode(encoding, errors))


def _binary(size_bytes: int) -> Callable[[_Machine], None]:
    return _pushing(lambda machine: machine.take(machine.number(size_bytes)))


def _long(size_bytes: int) -> Callable[[_Machine], None]:
    return _pushing(lambda m: int.from_bytes(m.take(m.number(size_bytes)), "little", signed=True))


_STOP = ord(".")
_EXTENSION = _refused("it names a type by a number of Python's extension registry")
_PERSISTENT = _refused("it refers to an object outside the file")
_OUT_OF_BAND = _refused("its arrays lie outside the file (out-of-band buffers)")

_BY_OPCODE: dict[bytes, Callable[[_Machine], None]] = {
    b"\x80": _skipping(1),  # PROTO
    b"\x95": _skipping(8),  # FRAME
    # numbers
    b"G": _run_of(ord("G"), lambda m: struct.unpack(">d", m.take(8))[0]),
    b"K": _run_of(ord("K"), lambda m: m.number(1)),
    b"M": _run_of(ord("M"), lambda m: m.number(2)),
    b"J": _run_of(ord("J"), lambda m: struct.unpack("<i", m.take(4))[0]),
    b"F": _pushing(lambda m: float(m.line())),
    b"I": _pushing(_old_integer),
    b"L": _pushing(lambda m: int(m.line().rstrip("L"))),
    b"\x8a": _long(1),
    b"\x8b": _long(4),
    # constants
    b"N": _pushing(lambda _m: None),
    b"\x88": _pushing(lambda _m: True),
    b"\x89": _pushing(lambda _m: False),
    # text and bytes; str of Python 2 is bytes of no declared encoding
    b"\x8c": _text(1, "utf-8"),
    b"X": _text(4, "utf-8"),
    b"\x8d": _text(8, "utf-8"),
    b"U": _text(1, "latin-1"),
    b"T": _text(4, "latin-1"),
    b"S": _pushing(_quoted),
    b"V": _pushing(lambda m: m.line().encode("latin-1", "replace").decode("raw_unicode_escape")),
    b"C": _binary(1),
    b"B": _binary(4),
    b"\x8e": _binary(8),
    b"\x96": _binary(8),
    # containers
    b"]": lambda m: m.push_container([]),
    b"}": lambda m: m.push_container({}),
    b")": lambda m: m.push_container(()),
    b"\x8f": lambda m: m.push_container([]),  # EMPTY_SET: its order and its items are all that data need
    b"\x85": _tuple_of(1),
    b"\x86": _tuple_of(2),
    b"\x87": _tuple_of(3),
    b"(": lambda m: m.marks.append(len(m.stack)),
    b"t": _marked_tuple,
    b"l": _marked_list,
    b"d": _marked_dict,
    b"\x91": _marked_set,
    b"a": _append,
    b"e": _appends,
    b"\x90": _add_items,
    b"s": _set_item,
    b"u": _set_items,
    # stack and memo
    b"0": _pop,
    b"1": _pop_mark,
    b"2": lambda m: m.push(m.top()),
    b"\x94": _memoize,
    b"q": lambda m: m.remember(m.number(1)),
    b"r": lambda m: m.remember(m.number(4)),
    b"p": lambda m: m.remember(int(m.line())),
    b"h": _recall_short,
    b"j": lambda m: m.recall(m.number(4)),
    b"g": lambda m: m.recall(int(m.line())),
    # what names, calls or reaches outside
    b"c": _global_line,
    b"\x93": _global_stack,
    b"R": _reduce,
    b"\x81": _reduce,  # NEWOBJ: the same two values, a type instead of a function
    b"\x92": _new_object_with_keywords,
    b"o": _marked_object,
    b"i": _instance,
    b"b": _build,
    b"\x82": _EXTENSION,
    b"\x83": _EXTENSION,
    b"\x84": _EXTENSION,
    b"P": _PERSISTENT,
    b"Q": _PERSISTENT,
    b"\x97": _OUT_OF_BAND,
    b"\x98": _OUT_OF_BAND,
}
_OPERATIONS: list[Callable[[_Machine], None]] = [_BY_OPCODE.get(bytes([code]), _unknown) for code in range(256)]
