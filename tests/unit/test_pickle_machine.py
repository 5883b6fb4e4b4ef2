"""The pickle machine gives what Python's own unpickler gives for plain data, without calling anything."""

import collections
import pickle
import struct

import numpy as np
import pytest
from battery_analytics.formats.pickles.objects import admits, resolved
from battery_analytics.formats.pickles.reading import read_pickle
from battery_analytics.formats.pickles.values import GlobalName, MalformedPickle, NumberRun, RefusedPickle, expanded
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)

_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(), max_size=20),
    st.binary(max_size=20),
)
_keys = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.text(max_size=9)
)
_plain = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=20),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(_keys, inner, max_size=8),
        st.lists(st.integers(0, 70_000), min_size=8, max_size=40),
        st.lists(st.floats(allow_nan=False), min_size=8, max_size=40),
    ),
    max_leaves=15,
)


def plain(value: object) -> object:
    """A value as Python's unpickler would leave it: runs of numbers written out, calls taken for what they stand for."""
    value = resolved(value)
    if isinstance(value, list):
        return [plain(item) for item in expanded(value)]
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def read(data: bytes) -> object:
    return plain(read_pickle(data, admits))


@pytest.mark.parametrize(
    ("written", "text"), [(b"'ab'", "ab"), (b'"a\'b"', "a'b"), (b"'\\x41\\n'", "A\n"), (b"''", "")]
)
def test_a_text_as_python_2_wrote_it_in_protocol_0_is_read_between_its_quotes(written: bytes, text: str) -> None:
    assert read(b"S" + written + b"\np0\n.") == text


@pytest.mark.parametrize("written", [b"ab", b"'", b"'ab\"", b"\"ab'", b""])
def test_a_text_in_protocol_0_without_its_quotes_is_malformed(written: bytes) -> None:
    with pytest.raises(MalformedPickle):
        read(b"S" + written + b"\np0\n.")


@examples(150)
@given(value=_plain, protocol=st.sampled_from(PROTOCOLS))
def test_plain_data_of_every_protocol_read_as_python_reads_them(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)

    assert read(data) == pickle.loads(data)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("length", [7, 8, 9, 999, 1000, 1001, 1024, 2500])
def test_lists_of_numbers_of_any_length_keep_each_number(protocol: int, length: int) -> None:
    values = {
        "floats": [index / 7 for index in range(length)],
        "bytes": [index % 256 for index in range(length)],
        "words": [256 + index for index in range(length)],
        "integers": [-70_000 - index for index in range(length)],
        "mixed": [index / 2 if index % 3 else index for index in range(length)],
        "constant": [25.0] * length,
    }

    assert read(pickle.dumps(values, protocol)) == values


def test_a_list_of_floats_is_one_array_before_it_is_anything_else() -> None:
    values = read_pickle(pickle.dumps([0.5] * 900, 4), admits)

    assert isinstance(values, list)
    assert [type(item) for item in values] == [NumberRun]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_value_that_is_referred_to_again_is_the_same_value(protocol: int) -> None:
    column = [1.5, 2.5]
    value = read_pickle(pickle.dumps({"a": column, "b": column}, protocol), admits)

    assert isinstance(value, dict)
    assert value["a"] is value["b"]


def test_a_list_that_holds_itself_is_read() -> None:
    itself: list[object] = []
    itself.append(itself)

    value = read_pickle(pickle.dumps(itself), admits)

    assert isinstance(value, list)
    assert value[0] is value


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", "<i8", "<i4", "<u2"])
def test_lists_of_numpy_scalars_keep_each_number(protocol: int, dtype: str) -> None:
    array = np.arange(1, 40).astype(dtype)

    value = read(pickle.dumps([list(array), "between", list(array[::-1])], protocol))

    assert value == [array.tolist(), "between", array[::-1].tolist()]


@pytest.mark.parametrize("protocol", [4, 5])
def test_many_numpy_scalars_are_read_as_runs_across_batches_and_frames(protocol: int) -> None:
    values = [list(np.random.default_rng(1).random(3_500)) for _ in range(3)]

    read_values = read_pickle(pickle.dumps(values, protocol), admits)

    assert isinstance(read_values, list)
    assert sum(isinstance(item, NumberRun) for item in read_values[1]) >= 3
    assert plain(read_values) == [[float(value) for value in column] for column in values]


@pytest.mark.parametrize("protocol", [4, 5])
def test_a_numpy_scalar_of_a_run_that_is_referred_to_again_gives_its_value(protocol: int) -> None:
    column = list(np.arange(50) / 7)
    data = pickle.dumps([column, column[13], column[49], [column[7]] * 20, {"last": column[20]}], protocol)

    assert read(data) == pickle.loads(data)


def test_what_a_numpy_scalar_of_a_run_is_made_of_can_be_referred_to_as_well() -> None:
    data = pickle.dumps(list(np.arange(20.0)), 4)
    bytes_note, arguments_note = 15, 16  # the second scalar's, by pickletools.dis
    referring = data[:-1] + b"0" + b"h" + bytes([bytes_note]) + b"h" + bytes([arguments_note]) + b"\x86."

    pair = read_pickle(referring, admits)

    assert isinstance(pair, tuple)
    content, arguments = pair
    assert content == struct.pack("<d", 1.0)
    assert arguments[1] == struct.pack("<d", 1.0)


def test_an_ordered_dict_is_a_dict() -> None:
    assert read(pickle.dumps(collections.OrderedDict(a=1, b=[2.0]), 4)) == {"a": 1, "b": [2.0]}


@pytest.mark.parametrize(
    "data", [b"", b"\x80", b"\x80\x04", b"\x80\x04.", b"hello", b"\x80\x04]", b"(.", b"\xff.", b"K."]
)
def test_what_is_no_whole_pickle_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedPickle):
        read_pickle(data, admits)


def test_a_name_that_is_not_admitted_is_refused_by_its_name() -> None:
    with pytest.raises(RefusedPickle, match=r"os\.system") as refusal:
        read_pickle(b"cos\nsystem\n(S'true'\ntR.", admits)

    assert refusal.value.name == "os.system"


def test_each_global_is_asked_for() -> None:
    asked: list[str] = []

    def admitted(name: GlobalName) -> bool:
        asked.append(str(name))
        return True

    read_pickle(pickle.dumps(np.arange(3.0), 4), admitted)

    assert asked == ["numpy._core.multiarray._reconstruct", "numpy.ndarray", "numpy.dtype"]
