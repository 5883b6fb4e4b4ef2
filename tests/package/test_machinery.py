"""What the runner does as Lambda does, shown by functions that behave badly: they end, overrun, overeat and pry."""

import errno
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.artifact import artifact
from local.artifact import instance as instance_module
from local.artifact.runtime_api import FunctionError
from local.artifact.sandbox import why_not_bubblewrap
from tests.package.tiny import tiny_function

in_the_sandbox = pytest.mark.skipif(why_not_bubblewrap() is not None, reason=f"no sandbox: {why_not_bubblewrap()}")

OBEDIENT = """
import os, signal, sys, time
def handle(value, context):
    if value == "raise": raise ValueError("a fault of the handler")
    if value == "exit": sys.exit(3)
    if value == "killed": os.kill(os.getpid(), signal.SIGKILL)
    if value == "sleep": time.sleep(60)
    if value == "eat": return len(bytearray(4 * 2**30))
    if value == "too much": return "x" * (7 * 2**20)
    return [value, os.getpid()]
"""


@pytest.mark.parametrize(
    ("deed", "error_type", "message"),
    [
        ("raise", "ValueError", "a fault of the handler"),
        ("eat", "MemoryError", ""),
        ("exit", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("killed", "Runtime.ExitError", "Runtime exited with error: signal: killed"),
        ("sleep", "Sandbox.Timedout", "Task timed out after 2.00 seconds"),
        ("too much", "Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size"),
    ],
)
def test_an_invocation_that_goes_wrong_is_an_error_and_the_next_one_works(
    deed: str, error_type: str, message: str, tmp_path: Path
) -> None:
    with tiny_function(tmp_path, OBEDIENT, Timeout=2 if deed == "sleep" else 60) as tiny:
        with pytest.raises(FunctionError) as caught:
            tiny(deed)
        assert (caught.value.type, caught.value.message[: len(message)]) == (error_type, message)
        assert tiny("well")[0] == "well"


def test_an_instance_that_raised_is_kept_and_one_that_died_is_replaced(tmp_path: Path) -> None:
    with tiny_function(tmp_path, OBEDIENT) as tiny:
        tiny("well")
        first = tiny.function.instances
        with pytest.raises(FunctionError):
            tiny("raise")
        tiny("well")
        assert tiny.function.instances == first
        with pytest.raises(FunctionError):
            tiny("exit")
        tiny("well")
        assert len(tiny.function.instances) == 1
        assert not tiny.function.instances & first


def test_an_instance_that_died_while_nobody_called_is_replaced_unseen(tmp_path: Path) -> None:
    with tiny_function(tmp_path, OBEDIENT) as tiny:
        tiny("well")
        (instance,) = tiny.function.instances
        os.kill(instance.process.pid, signal.SIGKILL)
        instance.process.wait(60)
        assert tiny("well")[0] == "well"


def test_calls_at_the_same_time_have_an_instance_each_up_to_the_limit(tmp_path: Path) -> None:
    source = "import time\ndef handle(value, context):\n    time.sleep(0.3)\n    return value\n"
    with tiny_function(tmp_path, source, at_once=2) as tiny, ThreadPoolExecutor(4) as callers:
        assert sorted(callers.map(tiny, range(4))) == [0, 1, 2, 3]
        assert len(tiny.function.instances) == 2


def test_a_handler_that_cannot_be_imported_is_an_error_that_names_it(tmp_path: Path) -> None:
    with tiny_function(tmp_path, "import no_such_module") as tiny, pytest.raises(FunctionError) as caught:
        tiny()
    assert caught.value.type == "Runtime.ImportModuleError"
    assert "no_such_module" in caught.value.message


def test_a_handler_whose_import_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_module, "INIT_SECONDS", 0.5)
    source = "import time\ntime.sleep(60)"
    with tiny_function(tmp_path, source, Timeout=1) as tiny, pytest.raises(FunctionError) as caught:
        tiny()
    assert (caught.value.type, caught.value.message) == ("Sandbox.Timedout", "Init timed out after 1.50 seconds")


def test_closing_ends_a_call_that_is_worked_on(tmp_path: Path) -> None:
    with tiny_function(tmp_path, OBEDIENT, Timeout=60) as tiny:
        caught: list[FunctionError] = []

        def call() -> None:
            with pytest.raises(FunctionError) as error:
                tiny("sleep")
            caught.append(error.value)

        tiny("well")
        (instance,) = tiny.function.instances
        caller = threading.Thread(target=call)
        caller.start()
        while not instance.is_at_work:
            time.sleep(0.001)
        tiny.function.close()
        caller.join(60)
    assert [error.type for error in caught] == ["Runtime.ExitError"]


def test_the_context_is_lambdas(tmp_path: Path) -> None:
    source = (
        "def handle(value, context):\n"
        "    return [context.aws_request_id, context.function_name, context.memory_limit_in_mb,\n"
        "            context.invoked_function_arn, context.get_remaining_time_in_millis()]\n"
    )
    with tiny_function(tmp_path, source) as tiny:
        request_id, name, memory, arn, remaining = tiny()
    assert (request_id, name, memory) == ("a-request", "Tiny", "256")
    assert arn == "arn:aws:lambda:eu-central-1:000000000000:function:Tiny"
    assert 5_000 < remaining <= 10_001  # rounded to a millisecond, twice


def test_the_environment_is_lambdas_and_the_functions_and_nothing_of_this_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_USERS", "x")
    monkeypatch.setenv("AWS_PROFILE", "the-users")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    source = "import os\ndef handle(value, context): return dict(os.environ)"
    with tiny_function(tmp_path, source, Environment={"Variables": {"STAGE": "tested"}}) as tiny:
        seen = tiny()
    assert seen["STAGE"] == "tested"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    of_the_machine = {"A_SECRET_OF_THE_USERS", "AWS_PROFILE", "OPENBLAS_CORETYPE", "HOME", "USER", "VIRTUAL_ENV"}
    assert of_the_machine & seen.keys() == set()


@in_the_sandbox
def test_the_code_is_read_only_and_nothing_but_tmp_can_be_written(tmp_path: Path) -> None:
    source = """
import os
def refused(folder):
    try:
        open(os.path.join(folder, "written"), "w").close()
    except OSError:
        return True
def handle(value, context):
    return [refused(folder) for folder in ("/var/task", "/var/runtime", "/", "/usr/lib", "/opt", "/tmp")]
"""
    with tiny_function(tmp_path, source) as tiny:
        assert tiny() == [True, True, True, True, True, None]


@in_the_sandbox
def test_the_user_has_no_rights_and_sees_no_other_process(tmp_path: Path) -> None:
    source = """
import os
def handle(value, context):
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return [os.getuid(), os.getgid(), os.getgroups(), int(status["CapEff"], 16), status["NoNewPrivs"].strip(),
            len([name for name in os.listdir("/proc") if name.isdigit()])]
"""
    with tiny_function(tmp_path, source) as tiny:
        user, group, groups, capabilities, no_new_privileges, processes = tiny()
    assert (user, group, capabilities, no_new_privileges) == (993, 990, 0, "1")
    assert set(groups) <= {990, 65534}
    assert processes == 2  # bubblewrap's own first process, and this one


@in_the_sandbox
def test_of_this_machine_there_are_no_programs_no_files_and_no_packages(tmp_path: Path) -> None:
    source = """
import importlib.util, os, shutil
def handle(value, context):
    here = [path for path in ("/etc/passwd", "/home", "/work", "/usr/bin/python3") if os.path.exists(path)]
    packages = [name for name in ("pip", "numpy", "boto3", "moto") if importlib.util.find_spec(name)]
    return [here, packages, [name for name in ("sh", "fc-list", "gcc") if shutil.which(name)]]
"""
    with tiny_function(tmp_path, source) as tiny:
        assert tiny() == [[], [], []]


@in_the_sandbox
def test_tmp_holds_what_the_template_says_and_no_more(tmp_path: Path) -> None:
    source = """
def handle(value, context):
    try:
        with open("/tmp/file", "wb") as file:
            for written in range(1, 1000):
                file.write(bytes(2**20))
    except OSError as error:
        return [written, error.errno]
"""
    with tiny_function(tmp_path, source, EphemeralStorage={"Size": 64}) as tiny:
        written, number = tiny()
    assert 60 < written <= 65
    assert number == errno.ENOSPC


def test_a_function_with_a_snapshot_is_told_so_and_restored(tmp_path: Path) -> None:
    source = """
import os
from snapshot_restore_py import register_after_restore, register_before_snapshot
seen = []
register_before_snapshot(lambda: seen.append("snapshot"))
register_after_restore(lambda: seen.append("restored"))
def handle(value, context): return [os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], *reversed(seen)]
"""
    with tiny_function(tmp_path, source, SnapStart={"ApplyOn": "PublishedVersions"}) as tiny:
        assert tiny() == ["snap-start", "restored", "snapshot"]


def test_where_namespaces_are_refused_functions_run_as_bare_processes_and_the_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact, "why_not_bubblewrap", lambda: "namespaces are refused here")
    monkeypatch.setenv("A_SECRET_OF_THE_USERS", "x")
    source = "import os\ndef handle(value, context): return dict(os.environ)"
    with tiny_function(tmp_path, source) as tiny:
        seen = tiny()
    assert seen["LAMBDA_TASK_ROOT"] == str(tmp_path / "Tiny")
    assert "A_SECRET_OF_THE_USERS" not in seen
    assert "namespaces are refused here. Functions run without a sandbox." in tiny.lines[0]


def test_a_bare_process_is_held_to_its_memory_and_its_time_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifact, "why_not_bubblewrap", lambda: "namespaces are refused here")
    with tiny_function(tmp_path, OBEDIENT, Timeout=2) as tiny:
        for deed, error_type in (("eat", "MemoryError"), ("sleep", "Sandbox.Timedout"), ("exit", "Runtime.ExitError")):
            with pytest.raises(FunctionError) as caught:
                tiny(deed)
            assert caught.value.type == error_type
            assert tiny("well")[0] == "well"


@pytest.mark.parametrize("delay_ms", [0, 2, 5, 8, 12, 18, 25, 40, 80])
def test_an_instance_ends_at_once_however_far_its_start_has_come(delay_ms: int, tmp_path: Path) -> None:
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        with tiny_function(folder, OBEDIENT) as tiny:
            instance = tiny.started()
            time.sleep(delay_ms / 1000)
            ending = threading.Thread(target=instance.kill, daemon=True)
            ending.start()
            ending.join(5)
            assert not ending.is_alive(), "something of the instance still holds its output"
            assert commands_with(str(folder)) == []


def commands_with(text: str) -> list[str]:
    """The command lines of all processes of this machine that have the text in them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # ended meanwhile
            continue
        if text in command:
            found.append(command)
    return found
