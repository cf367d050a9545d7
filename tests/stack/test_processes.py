"""What a stack remembers and what it may end, with processes that only sleep."""

import os
import socket
import subprocess
import sys
import time

import psutil
import pytest

from ecomintent.errors import InputError
from infra.local_stack import running, state
from infra.local_stack.state import Started

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
# Like a worker's flow run: in a session of its own, out of its starter's group.
LEAVES_ITS_GROUP = [
    sys.executable,
    "-c",
    f"import subprocess, time; subprocess.Popen({SLEEP!r}, start_new_session=True); time.sleep(600)",
]


@pytest.fixture
def stack(tmp_path):
    made = state.make(tmp_path / "stack", postgres="postgresql://me:hush@127.0.0.1", prefix="p", free_ports=True)
    yield made
    running.stop(made, list(made.processes))


def gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_stack_is_found_again_as_it_was_made_whatever_is_asked_later(stack):
    again = state.make(stack.folder, postgres="postgresql://other", prefix="other", free_ports=False)

    assert again == state.load(stack.folder) == stack
    assert "hush" not in repr(stack)
    assert {path.stat().st_mode & 0o777 for path in (stack.folder / "secrets").iterdir()} == {0o600}
    assert (stack.folder / "stack.json").stat().st_mode & 0o777 == 0o600


def test_two_stacks_have_secrets_and_ports_of_their_own(stack, tmp_path):
    other = state.make(tmp_path / "other", postgres="postgresql://a", prefix="p", free_ports=True)

    assert {stack.secret(name) for name in state.SECRETS} & {other.secret(name) for name in state.SECRETS} == set()
    assert len({*stack.ports.values(), *other.ports.values()}) == 8


def test_a_port_that_is_taken_is_named_before_anything_is_written(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setitem(state.PORTS, "mlflow", port)

        with pytest.raises(InputError, match=f"port {port} of 127.0.0.1 is taken"):
            state.make(tmp_path / "stack", postgres="postgresql://a", prefix="p", free_ports=False)

    assert not (tmp_path / "stack").exists()


def test_a_folder_without_a_stack_says_what_makes_one(tmp_path):
    with pytest.raises(InputError, match="infra/local-stack up makes one"):
        state.load(tmp_path)


def test_a_service_is_known_to_run_until_it_is_stopped(stack):
    running.start(stack, "one", SLEEP, {}, stack.folder)
    process = psutil.Process(stack.processes["one"].pid)

    assert running.alive(state.load(stack.folder), "one")
    assert running.stop(stack, ["one", "two"]) == ["one"]
    assert gone(process)
    assert state.load(stack.folder).processes == {}


def test_a_process_that_merely_has_the_number_of_ours_is_left_alone(stack):
    stranger = subprocess.Popen(SLEEP, start_new_session=True)
    try:
        stack.processes["one"] = Started(stranger.pid, at=1.0)

        assert not running.alive(stack, "one")
        assert running.stop(stack, ["one"]) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_what_left_its_group_ends_with_the_stack_but_not_with_another(stack, tmp_path):
    other = state.make(tmp_path / "other", postgres="postgresql://a", prefix="q", free_ports=True)
    for each in (stack, other):
        running.start(each, "worker", LEAVES_ITS_GROUP, {}, stack.folder)
    leaders = [psutil.Process(each.processes["worker"].pid) for each in (stack, other)]
    assert running.wait_until(lambda: all(leader.children() for leader in leaders), seconds=60)
    ours, theirs = (leader.children()[0] for leader in leaders)
    assert os.getpgid(ours.pid) != leaders[0].pid

    running.stop(stack, ["worker"])
    assert (gone(leaders[0]), gone(ours), gone(leaders[1]), gone(theirs)) == (True, True, False, False)

    running.stop(other, ["worker"])
    assert gone(theirs)


def test_waiting_ends_when_the_time_is_over():
    asked = []

    assert not running.wait_until(lambda: bool(asked.append(time.monotonic())), seconds=0)
    assert running.wait_until(lambda: True, seconds=0)
    assert len(asked) == 1
