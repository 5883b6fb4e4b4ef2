"""The pickle instructions: one small function per opcode, and the table of all of them."""

from collections.abc import Callable

from battery_analytics.formats.pickles.machine import Machine
from battery_analytics.formats.pickles.number_runs import RUNS
from battery_analytics.formats.pickles.scalar_runs import NOTES_PER_SCALAR, scalar_run
from battery_analytics.formats.pickles.values import Call, GlobalName, MalformedPickle, NumberRun, RefusedPickle

_LIST = 2
_DICT = 4


def _number(code: int) -> Callable[[Machine], None]:
    """Read one number, or all that follow each other with the same opcode."""
    layout = RUNS[code]
    size, single = layout.size, layout.single.unpack_from

    def operation(machine: Machine) -> None:
        start = machine.position - 1
        if layout.begins_at(machine.data, start):
            values = layout.read(machine.data, machine.codes, start)
            machine.position = start + values.size * size
            machine.push(NumberRun(values))
        else:
            machine.stack.append(single(machine.data, start + 1)[0])
            machine.position = start + size

    return operation


def _tuple_of(length: int) -> Callable[[Machine], None]:
    def operation(machine: Machine) -> None:
        items = [machine.pop() for _ in range(length)]
        machine.push_container(tuple(reversed(items)))

    return operation


def _marked_tuple(machine: Machine) -> None:
    machine.push_container(tuple(machine.pop_marked_values()))


def _marked_list(machine: Machine) -> None:
    machine.push_container(machine.pop_marked(), _LIST)


def _marked_dict(machine: Machine) -> None:
    items = machine.pop_marked_values()
    machine.push_container({}, _DICT)
    machine.fill(machine.top(), items)


def _marked_set(machine: Machine) -> None:
    machine.push_container(machine.pop_marked_values(), _LIST)


def _append(machine: Machine) -> None:
    item = machine.pop()
    machine.hold(1)
    machine.extend(machine.top(), [item])


def _appends(machine: Machine) -> None:
    items = machine.pop_marked()
    machine.extend(machine.top(), items)


def _add_items(machine: Machine) -> None:
    items = machine.pop_marked_values()
    machine.extend(machine.top(), items)


def _set_item(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.hold(2)
    machine.fill(machine.top(), [key, value])


def _set_items(machine: Machine) -> None:
    items = machine.pop_marked_values()
    machine.fill(machine.top(), items)


def _reduce(machine: Machine) -> None:
    args, target = machine.pop(), machine.pop()
    machine.call(target, args)


def _new_object_with_keywords(machine: Machine) -> None:
    keywords, args, target = machine.pop(), machine.pop(), machine.pop()
    if keywords:
        raise RefusedPickle("it builds an object with keyword arguments")
    machine.call(target, args)


def _marked_object(machine: Machine) -> None:
    target, *args = machine.pop_marked_values()
    machine.call(target, tuple(args))


def _instance(machine: Machine) -> None:
    args = tuple(machine.pop_marked_values())
    machine.name_global(machine.line(), machine.line())
    machine.call(machine.pop(), args)


def _build(machine: Machine) -> None:
    state, target = machine.pop(), machine.top()
    if not isinstance(target, Call):
        raise RefusedPickle("it changes the inside of a plain value")
    target.state = state


def _global_line(machine: Machine) -> None:
    machine.name_global(machine.line(), machine.line())


def _global_stack(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise MalformedPickle("a global's name is not text")
    machine.name_global(module, name)


def _pop(machine: Machine) -> None:
    if machine.marks and machine.marks[-1] == len(machine.stack):
        machine.marks.pop()
    else:
        machine.pop()


def _recall_short(machine: Machine) -> None:
    start = machine.position - 1
    machine.position += 1
    _recall(machine, start, machine.data[start + 1])


def _recall_long(machine: Machine) -> None:
    start = machine.position - 1
    _recall(machine, start, machine.number(4))


def _recall(machine: Machine, start: int, index: int) -> None:
    """Push a value of the memo. Where it begins a run of numpy scalars, push the whole run."""
    value = machine.recall(index)
    run = scalar_run(machine.data, start, machine.memo) if type(value) is GlobalName else None
    if run is None:
        machine.push(value)
        return
    machine.position = run.end
    machine.memo.extend([run] * (NOTES_PER_SCALAR * run.values.size))
    machine.push(NumberRun(run.values.astype(run.values.dtype.newbyteorder("="))))


def _memoize(machine: Machine) -> None:
    stack = machine.stack
    machine.memo.append(stack[-1] if type(stack[-1]) is not NumberRun else machine.top())


def _unknown(machine: Machine) -> None:
    raise MalformedPickle(f"byte {machine.position - 1} is no pickle instruction")


def _pop_mark(machine: Machine) -> None:
    machine.pop_marked()


def _old_integer(machine: Machine) -> object:
    text = machine.line()
    return text == "01" if text in {"00", "01"} else int(text)


def _quoted(machine: Machine) -> str:
    text = machine.line_bytes().strip()
    if len(text) < 2 or text[0] != text[-1] or text[:1] not in {b"'", b'"'}:
        raise MalformedPickle("a text of protocol 0 is not quoted")
    return text[1:-1].decode("unicode_escape")


def _refused(what: str) -> Callable[[Machine], None]:
    def operation(_machine: Machine) -> None:
        raise RefusedPickle(what)

    return operation


def _pushing(read: Callable[[Machine], object]) -> Callable[[Machine], None]:
    def operation(machine: Machine) -> None:
        machine.stack.append(read(machine))

    return operation


def _skipping(size: int) -> Callable[[Machine], None]:
    def operation(machine: Machine) -> None:
        machine.take(size)

    return operation


def _text(size_bytes: int, encoding: str, errors: str = "surrogatepass") -> Callable[[Machine], None]:
    def operation(machine: Machine) -> None:
        machine.stack.append(machine.take_counted(size_bytes).decode(encoding, errors))

    return operation


def _binary(size_bytes: int) -> Callable[[Machine], None]:
    return _pushing(lambda machine: machine.take_counted(size_bytes))


def _long(size_bytes: int) -> Callable[[Machine], None]:
    return _pushing(lambda m: int.from_bytes(m.take_counted(size_bytes), "little", signed=True))


_EXTENSION = _refused("it names a type by a number of Python's extension registry")
_PERSISTENT = _refused("it refers to an object outside the file")
_OUT_OF_BAND = _refused("its arrays lie outside the file (out-of-band buffers)")

_BY_OPCODE: dict[bytes, Callable[[Machine], None]] = {
    b"\x80": _skipping(1),  # PROTO
    b"\x95": _skipping(8),  # FRAME
    # numbers
    b"G": _number(ord("G")),
    b"K": _number(ord("K")),
    b"M": _number(ord("M")),
    b"J": _number(ord("J")),
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
    b"V": _pushing(lambda m: m.line_bytes().decode("raw_unicode_escape")),
    b"C": _binary(1),
    b"B": _binary(4),
    b"\x8e": _binary(8),
    b"\x96": _binary(8),
    # containers
    b"]": lambda m: m.push_container([], _LIST),
    b"}": lambda m: m.push_container({}, _DICT),
    b")": lambda m: m.push_container(()),
    b"\x8f": lambda m: m.push_container([], _LIST),  # EMPTY_SET, as a list: data need only its items
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
    b"j": _recall_long,
    b"g": lambda m: m.push(m.recall(int(m.line()))),
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
OPERATIONS: list[Callable[[Machine], None]] = [_BY_OPCODE.get(bytes([code]), _unknown) for code in range(256)]
