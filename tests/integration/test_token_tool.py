"""`make token`: what it prints for scripts, and that the commands which it prints for people do as they say."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from battery_service.tokens.store import caller_of, line_of, new_token, store_of

from tools.token_tool.__main__ import how_to, main

# Stands for the command of AWS: one parameter in a file, which whoever is `denied` can only write.
AWS = """#!{python}
import json, os, sys
folder, said = os.path.dirname(__file__), sys.argv[1:]
option = lambda name: said[said.index(name) + 1]
store = os.path.join(folder, "store.json")
if said[:2] == ["ssm", "get-parameter"]:
    if os.path.exists(os.path.join(folder, "denied")):
        sys.exit("AccessDeniedException")
    assert "--with-decryption" in said and option("--query") == "Parameter.Value" and option("--output") == "text"
    parameter = json.load(open(store))
    assert parameter["name"] == option("--name")
    print(parameter["value"])
elif said[:2] == ["ssm", "put-parameter"]:
    if os.path.exists(store) and "--overwrite" not in said:
        sys.exit("ParameterAlreadyExists")
    key = option("--key-id") if "--key-id" in said else None
    parameter = dict(name=option("--name"), value=option("--value"), type=option("--type"), key=key)
    json.dump(parameter, open(store, "w"))
else:
    sys.exit(f"unknown: {{said}}")
"""


@dataclass(frozen=True)
class Shell:
    """A shell in a folder in which `aws` is ours."""

    folder: Path

    def run(self, commands: str) -> int:
        path = f"{self.folder}:{os.environ['PATH']}"
        command = ["bash", "-c", commands]
        return subprocess.run(command, cwd=self.folder, env={"PATH": path}, timeout=30, check=False).returncode

    def parameter(self) -> dict[str, Any]:
        stored: dict[str, Any] = json.loads((self.folder / "store.json").read_text())
        return stored


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    aws = tmp_path / "aws"
    aws.write_text(AWS.format(python=sys.executable))
    aws.chmod(aws.stat().st_mode | stat.S_IXUSR)
    return Shell(tmp_path)


def commands_of(line: str, *, key: str = "") -> dict[str, str]:
    """The commands by the heading that they are under."""
    chapters = how_to(line, "/battery-analytics/prod/tokens", key).strip().split("\n\n")[1:]
    return {heading: commands for heading, _, commands in (chapter.partition(":\n") for chapter in chapters)}


def first_of(line: str, **more: str) -> str:
    return commands_of(line, **more)["The first token of a deployment"]


def further(line: str, **more: str) -> str:
    return commands_of(line, **more)["One more token; the others stay, and nothing is written if they cannot be read"]


def test_two_lines_for_scripts_and_nothing_else_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dashboard"]) == 0

    printed = capsys.readouterr()
    (_, token), (_, line) = (printed_line.split(": ") for printed_line in printed.out.splitlines())
    assert printed.out == f"token: {token}\nline: {line}\n"
    assert caller_of(token, store_of(line)) == "dashboard"
    assert line in printed.err
    assert token not in printed.err


def test_no_two_tokens_are_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        main(["dashboard"])
    assert len(set(capsys.readouterr().out.splitlines())) == 4


@pytest.mark.parametrize("caller", ["Dashboard", "-", "a b", "", "ä", "a" * 33, "a_b"])
def test_a_name_that_the_store_does_not_know_gets_no_token(caller: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--", caller])
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_the_commands_fill_a_parameter_and_add_to_it(shell: Shell) -> None:
    lines = [line_of(caller, new_token()) for caller in ("ann", "bob", "carl")]

    assert shell.run(first_of(lines[0])) == 0
    assert shell.run(further(lines[1])) == 0
    assert shell.run(further(lines[2])) == 0

    stored = shell.parameter()
    assert (stored["name"], stored["type"]) == ("/battery-analytics/prod/tokens", "SecureString")
    assert stored["value"].split("\n") == lines
    assert store_of(stored["value"]).malformed_lines == ()


def test_comments_stay_and_quotes_in_them_do_no_harm(shell: Shell) -> None:
    kept = f'# Ann\'s "own" $HOME `id` \\n\n\n{line_of("ann", "x")}  # laptop'
    (shell.folder / "store.json").write_text(json.dumps({"name": "/battery-analytics/prod/tokens", "value": kept}))

    assert shell.run(further(line_of("bob", "y"))) == 0

    assert shell.parameter()["value"] == f"{kept}\n{line_of('bob', 'y')}"


def test_nothing_is_written_where_the_others_cannot_be_read(shell: Shell) -> None:
    shell.run(first_of(line_of("ann", "x")))
    before = shell.parameter()
    (shell.folder / "denied").touch()
    assert shell.run(further(line_of("bob", "y"))) != 0
    assert shell.parameter() == before


def test_the_command_for_the_first_token_takes_none_away(shell: Shell) -> None:
    shell.run(first_of(line_of("ann", "x")))
    assert shell.run(first_of(line_of("bob", "y"))) != 0
    assert caller_of("x", store_of(shell.parameter()["value"])) == "ann"


def test_a_key_of_ones_own_stays_the_parameters(shell: Shell) -> None:
    key = "arn:aws:kms:eu-central-1:123456789012:key/0a1b"
    for command in (first_of(line_of("ann", "x"), key=key), further(line_of("bob", "y"), key=key)):
        assert shell.run(command) == 0
        assert shell.parameter()["key"] == key


def test_the_commands_for_this_machine_make_a_file_for_the_local_server(shell: Shell) -> None:
    for caller in ("ann", "bob"):
        add, serve = commands_of(line_of(caller, caller))["On this machine"].splitlines()
        assert shell.run(add) == 0
    store = store_of((shell.folder / "tokens.txt").read_text())
    assert [caller_of(token, store) for token in ("ann", "bob")] == ["ann", "bob"]
    assert serve.strip() == "make run ARGS='--tokens tokens.txt'"
