"""The body of a request, in memory or on disk: its bytes are what came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.body import SHORT_BYTES, Body

CHUNKS = st.lists(st.integers(1, 3 * SHORT_BYTES).map(lambda size: bytes([size % 251]) * size), max_size=12)


def filled(chunks: list[bytes], *, in_memory_bytes: int) -> Body:
    body = Body(in_memory_bytes)
    for chunk in chunks:
        body.append(chunk)
    return body


@given(CHUNKS, st.sampled_from([0, SHORT_BYTES, 10**9]))
def test_a_body_is_what_came_in_memory_and_on_disk(chunks: list[bytes], in_memory_bytes: int) -> None:
    body = filled(chunks, in_memory_bytes=in_memory_bytes)

    assert body.size_bytes == sum(map(len, chunks))
    assert b"".join(body.read()) == b"".join(chunks)


def test_a_body_of_single_bytes_is_kept_in_few_pieces() -> None:
    pieces = filled([b"x"] * (4 * SHORT_BYTES), in_memory_bytes=10**9).read()

    assert list(map(len, pieces)) == [SHORT_BYTES] * 4


def test_a_body_on_disk_is_closed_with_it() -> None:
    body = filled([b"x" * 100], in_memory_bytes=10)
    body.close()

    with pytest.raises(ValueError, match="closed file"):
        body.read()
