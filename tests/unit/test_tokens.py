"""Tokens and their store: who is let in by which lines, whatever else the text holds."""

import hmac
import re

import pytest
from battery_service.tokens.store import (
    TokenStore,
    bearer_token,
    caller_of,
    hash_of,
    is_caller,
    line_of,
    new_token,
    store_of,
)
from hypothesis import given
from hypothesis import strategies as st

# "abc", from FIPS 180-2, appendix B.1.
HASH_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
CALLERS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True)
NOTHING = st.sampled_from(["", "   ", "\t", "# dashboard", "  #", "#" + "a" * 80])
LINES_THAT_MEAN_NOTHING = [
    "dashboard",
    HASH_OF_ABC,
    f"Dashboard {HASH_OF_ABC}",
    f"-dashboard {HASH_OF_ABC}",
    f"{'a' * 33} {HASH_OF_ABC}",
    f"dashböard {HASH_OF_ABC}",
    f"dashboard {HASH_OF_ABC[:-1]}",
    f"dashboard {HASH_OF_ABC}0",
    f"dashboard {'g' * 64}",
    f"dashboard {'٣' * 64}",
    f"dashboard:{HASH_OF_ABC}",
    f"dashboard {HASH_OF_ABC} laptop",
    "dashboard bat_a-token-in-the-place-of-its-hash",
]


def test_a_token_says_what_it_is_and_has_256_bits_of_chance() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    # 43 characters of base64 hold 32 bytes
    assert all(re.fullmatch(r"bat_[A-Za-z0-9_-]{43}", token) for token in made)


def test_the_store_keeps_the_sha_256_of_a_token() -> None:
    assert hash_of("abc") == HASH_OF_ABC
    assert line_of("dashboard", "abc") == f"dashboard {HASH_OF_ABC}"


def test_blank_lines_and_comments_are_for_people() -> None:
    text = f"# who may call\r\n\r\n  dashboard\t{HASH_OF_ABC}  # Ann's, since May\r\n"
    assert store_of(text) == TokenStore((("dashboard", HASH_OF_ABC),))


def test_what_editors_and_other_tools_leave_in_a_text_does_no_harm() -> None:
    assert store_of(f"\ufeffdashboard {HASH_OF_ABC.upper()}").entries == (("dashboard", HASH_OF_ABC),)


@pytest.mark.parametrize("line", LINES_THAT_MEAN_NOTHING)
def test_a_line_that_means_nothing_is_named_by_its_number_and_locks_nobody_out(line: str) -> None:
    store = store_of(f"# before\n{line_of('first', 'one')}\n{line}\n{line_of('last', 'two')}\n")
    assert store.malformed_lines == (3,)
    assert [caller_of(token, store) for token in ("one", "two")] == ["first", "last"]


def test_a_caller_has_two_tokens_while_one_is_changed_for_the_other() -> None:
    old, new = new_token(), new_token()
    both = store_of(f"{line_of('dashboard', old)}\n{line_of('dashboard', new)}")
    assert (caller_of(old, both), caller_of(new, both)) == ("dashboard", "dashboard")
    after = store_of(line_of("dashboard", new))
    assert (caller_of(old, after), caller_of(new, after)) == (None, "dashboard")


@given(st.lists(st.tuples(CALLERS, NOTHING), max_size=8))
def test_every_token_opens_to_its_own_caller_and_any_other_to_nobody(given_to: list[tuple[str, str]]) -> None:
    shown = [(new_token(), caller, between) for caller, between in given_to]
    store = store_of("\n".join(f"{between}\n{line_of(caller, token)}" for token, caller, between in shown))
    assert store.malformed_lines == ()
    assert [caller_of(token, store) for token, _, _ in shown] == [caller for _, caller, _ in shown]
    assert caller_of(new_token(), store) is None


@given(st.text() | st.text(alphabet="ab0 #\n\r\t-\ufeff" + HASH_OF_ABC))
def test_any_text_is_a_store_of_sound_entries_and_numbered_rest(text: str) -> None:
    store = store_of(text)
    lines = text.split("\n")
    for caller, digest in store.entries:
        assert is_caller(caller)
        assert re.fullmatch("[0-9a-f]{64}", digest)
    assert all(lines[number - 1].strip() for number in store.malformed_lines)
    assert len(store.entries) + len(store.malformed_lines) <= len(lines)


def test_what_the_store_keeps_opens_nothing() -> None:
    assert caller_of(HASH_OF_ABC, store_of(f"dashboard {HASH_OF_ABC}")) is None


@given(st.text())
def test_an_empty_store_lets_nobody_in(token: str) -> None:
    assert caller_of(token, store_of("# nobody yet\n")) is None


@pytest.mark.parametrize("token", ["1", "500", "999", "none of them"])
def test_every_line_is_compared_wherever_the_token_is(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of("\n".join(line_of(f"caller-{number}", str(number)) for number in range(1000)))
    compared: list[str] = []
    compare_digest = hmac.compare_digest

    def compare(shown: str, known: str) -> bool:
        compared.append(known)
        return compare_digest(shown, known)

    monkeypatch.setattr(hmac, "compare_digest", compare)

    assert caller_of(token, store) == (f"caller-{token}" if token.isdigit() else None)
    assert compared == [digest for _, digest in store.entries]


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer bat_x", "bat_x"),
        ("bearer bat_x", "bat_x"),
        ("BEARER   bat_x  ", "bat_x"),
        ("Bearer", None),
        ("Bearer ", None),
        ("", None),
        ("bat_x", None),
        ("Basic YmF0X3g=", None),
        ("Bearerbat_x", None),
        ("Bearer bat_x,Bearer bat_y", "bat_x,Bearer bat_y"),  # two headers, as API Gateway joins them: nobody's
    ],
)
def test_a_token_comes_as_a_bearer_token(header: str, token: str | None) -> None:
    assert bearer_token(header) == token


def test_a_token_that_no_text_can_hold_is_nobodys() -> None:
    assert caller_of("bat_\ud800", store_of(line_of("dashboard", "bat_x"))) is None
