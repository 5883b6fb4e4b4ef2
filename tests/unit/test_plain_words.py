"""Public texts keep to plain words: phrases and pictures that must not come back, each with what to use instead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
# Files, and folders with all files below them whose suffix is in SUFFIXES.
PUBLIC_TEXTS = (
    "README.md",
    "CONTRIBUTING.md",
    "docs",
    "dashboard/README.md",
    "dashboard/index.html",
    "dashboard/src",
    "client",
    "battery_analytics_client.py",
    "tools",
    "sample_cells",
    "events",
    "layers",
    "functions",
    "local",
    "template.yaml",
    "battery_analytics_api.py",
    "Makefile",
    ".ci/run",
    ".github",
    "pyproject.toml",
)
SUFFIXES = {".md", ".py", ".ts", ".tsx", ".css", ".html", ".yaml", ".yml", ".toml", ".mk"}
THINGS = (
    "row|line|file|module|folder|column|point|form|value|record|frame|block|part|group|array|series|button|letter|"
    "message|request|test|plot|picture|cell|page|report|tree|alarm|run|job|key"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern of words, in any case, and the words to use instead; those in `terms` are terms of the glossary."""

    pattern: str
    instead: str
    terms: tuple[str, ...] = ()

    def found_in(self, text: str) -> str | None:
        found = re.search(self.pattern, text, re.IGNORECASE)
        return found and found[0]


RULES = (
    Rule(r"\bdoors?\b|[a-z]_door\b|\bdoor_|ServerDoor|FrontDoor", "handler or endpoint", ("handler", "endpoint")),
    Rule(r"\bgate ?keeper|\bgates?\b|storage_gate", "authorizer or endpoint", ("authorizer", "endpoint")),
    Rule(r"\bthe house\b|\brooms?\b", "the folders, or space"),
    Rule(
        r"\bby (the )?way of\b|\b(direct|presigned|second|other|careful|same) ways?\b|\bways? (in|for|by|through|to)\b"
        r"|presigned_?way|\bthe way for\b",
        "direct upload or presigned upload, or how it is done",
        ("direct upload", "presigned upload"),
    ),
    Rule(r"\bby (the )?storage\b|through the storage\b", "presigned upload", ("presigned upload",)),
    Rule(
        r"(?<!active )(?<!projection\.)\bvoices?\b|\bspeaks?\b|whose word|\bhas the word\b|\bits word\b",
        "method, or projects",
        ("method", "projection"),
    ),
    Rule(r"\b(own|server's|in) words\b|\bsays? (nothing|anything) of\b", "message"),
    Rule(r"(?<!--)\bsilent\b|\bsilence\b", "abstains, or does not answer", ("abstain",)),
    Rule(r"\bown course\b|\bthe course of\b|\bits course\b", "trajectory", ("trajectory (model)",)),
    Rule(r"\bhonest\w*", "how sure it is, or its basis", ("calibrated", "indicative")),
    Rule(r"\bforesees?\b|\bforetells?\b|\bknows lives\b", "projects", ("projection",)),
    Rule(r"\b(no|an?) end in sight\b", "no upper limit, or later"),
    Rule(
        r"\btaken (it )?up\b|\btakes? (it )?up\b|\btook (it )?up\b|\bpick(s|ed)? (it )?up\b",
        "claims, or an attempt",
        ("attempt",),
    ),
    Rule(r"\btaken away\b|\btakes? .{0,20}token away\b", "revoked", ("token",)),
    Rule(
        r"\blet(s|ting)?( \w+)? in\b|\bturn(s|ed)? away\b|\bcomes? in\?|\blocks nobody",
        "accepted, added or rejected",
        ("token",),
    ),
    Rule(r"\bstands? in for\b|\bstands in\b", "is used instead of"),
    Rule(r"\bin_place\b|\bput in place\b", "fixtures"),
    Rule(r"\bmade[- ]up\b(?! names)", "synthetic, or fake"),
    Rule(r"\bpatien(ce|t|tly)\b", "timeout, or with retries"),
    Rule(r"\banew\b", "again"),
    Rule(r"\bforgets?\b|\bforgotten\b", "deletes"),
    Rule(r"\bmend(s|ed)?\b", "repairs, fixes"),
    Rule(r"\bbut for\b", "except"),
    Rule(r"\bbeside the file is\b|\bis why\b", "the error is shown with the file", ("error",)),
    Rule(r"\bunderstands? numpy|\bnotes as data\b", "turns numpy's and pandas' objects into arrays"),
    Rule(r"\bon (its|their) way\b|\bthe way there\b|\bunder way\b", "is being sent, or running"),
    Rule(rf"\b(one|an?|each|\d+) (more )?({THINGS})s? an? (?!user|caller|client|person)\w+", "per: one row per cell"),
    Rule(
        r"(%|\bpercent|\bAh|\bcharge|\bfade|\btimes|\bms|\btrees) an? (cycle|stage|frame|run|month|second|day)\b",
        "per cycle",
    ),
)


def texts() -> Iterator[tuple[str, str]]:
    """Every line of the public texts, with its file and number."""
    for name in PUBLIC_TEXTS:
        path = ROOT / name
        files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
        assert files, f"{name} is gone: change PUBLIC_TEXTS"
        for file in files:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                # The glossary's last column names the words that are not used.
                text = line.rsplit("|", 2)[0] if file == GLOSSARY else line
                yield f"{file.relative_to(ROOT)}:{number}", text


LINES = list(texts())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.instead)
def test_no_public_text_has_a_phrase_that_must_not_come_back(rule: Rule) -> None:
    found = [f"{place}: “{words}”, use: {rule.instead}" for place, text in LINES if (words := rule.found_in(text))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "phrase",
    [
        "a door, not a room",
        "one row a cell",
        "one module a format",
        "Whose word it is",
        "How often a worker has taken it up",
        "The gatekeeper's own way to the embedded S3",
        "understands numpy's and pandas' notes as data",
        "The population model knows lives to 90 % alone",
        "its course is open",
        "beside the file is why",
        "a token that was taken away",
        "0.02 % a cycle",
        "the small page stands in",
    ],
)
def test_a_phrase_that_was_there_once_is_found(phrase: str) -> None:
    assert any(rule.found_in(phrase) for rule in RULES)


@pytest.mark.parametrize(
    "phrase",
    [
        "one row per cell",
        "the token was revoked",
        "a file a user can read",
        "the handler of the endpoint",
        "0.02 % per cycle",
    ],
)
def test_a_plain_phrase_is_not_found(phrase: str) -> None:
    assert not any(rule.found_in(phrase) for rule in RULES)


def glossary_terms() -> list[str]:
    rows = [line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| **")]
    named = [re.sub(r"\*\*", "", row.split("|")[1]).strip() for row in rows]
    return [term.strip() for names in named for term in names.split(", ")]


def test_the_glossary_names_each_term_once() -> None:
    terms = glossary_terms()
    assert len(terms) > 80
    assert sorted(terms) == sorted(set(terms))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.terms], ids=lambda rule: rule.instead)
def test_the_words_to_use_instead_are_terms_of_the_glossary(rule: Rule) -> None:
    assert set(rule.terms) <= set(glossary_terms())
