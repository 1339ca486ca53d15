"""Children end with their parent, a killed child comes back, one lock has one holder."""

import os
import signal
import subprocess
import sys
import time

import pytest

from treaty import locks
from treaty.processes import Child, command, end_all, fork, roomy

CHILD = "from treaty.processes import end_with_parent; end_with_parent(); import time; print('up', flush=True); time.sleep(60)"
PARENT = f"""
import sys, time
from treaty.processes import Child, command
child = Child("child", command(sys.executable, "-c", {CHILD!r}))
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.01)


@pytest.mark.needs_system("linux")
def test_a_child_dies_when_its_parent_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert parent.stdout.readline() == "up\n"  # the child shares the parent's output
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_alive(child), 2)


@pytest.mark.needs_system("linux")
def test_a_child_without_the_guard_lives_on():
    """The twin of the test above with the guard off: it shows that the test can fail."""
    careless = PARENT.replace("end_with_parent();", "")
    parent = subprocess.Popen([sys.executable, "-c", careless], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert parent.stdout.readline() == "up\n"
    parent.kill()
    parent.wait()
    time.sleep(0.3)
    assert is_alive(child)
    os.kill(child, signal.SIGKILL)


def test_a_killed_child_comes_back():
    child = Child("sleeper", command(sys.executable, "-c", "import time; time.sleep(60)"))
    child.tend()
    first = child.process.pid
    child.process.kill()
    statuses = []
    wait_until(lambda: statuses.append(child.tend()) or (child.process is not None and child.process.pid != first), 5)
    assert -signal.SIGKILL in statuses
    end_all([child])
    assert child.process.returncode == -signal.SIGTERM


def test_a_forked_child_has_what_its_parent_loaded_and_ends_when_asked(tmp_path):
    loaded = tmp_path / "loaded"
    child = Child("fork", fork(lambda: (loaded.write_text("yes"), time.sleep(60))))
    child.start()
    wait_until(loaded.exists)
    end_all([child])
    assert (child.process.exitcode, child.process.poll()) == (-signal.SIGTERM, -signal.SIGTERM)


def test_a_child_that_cannot_start_is_tried_less_and_less_often(monkeypatch):
    child = Child("broken", command(sys.executable, "-c", "raise SystemExit(3)"))
    waits = []
    for _ in range(3):
        child.again_at = 0
        child.tend()
        child.process.wait()
        assert child.tend() == 3
        waits.append(round(child.again_at - time.monotonic(), 1))
    assert waits in ([0.2, 0.5, 1.0], [0.3, 0.5, 1.0])  # 0.25, 0.5, 1


def test_a_child_that_does_not_listen_is_killed():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = Child("deaf", command(sys.executable, "-c", code))
    child.start()
    time.sleep(1)
    end_all([child], patience=0.2)
    assert child.process.returncode == -signal.SIGKILL


HOLD = """
import sys, time
from pathlib import Path
from treaty import locks
held = locks.take(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_holder_is_refused_by_the_number_of_the_first(tmp_path):
    with locks.take(tmp_path / "web.lock"), pytest.raises(locks.Held) as refused:
        locks.take(tmp_path / "web.lock")
    assert refused.value.pid == os.getpid()
    locks.take(tmp_path / "web.lock").release()


def test_a_killed_holder_leaves_nothing_to_clean_up(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "web.lock")], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(locks.Held, match=str(holder.pid)):
        locks.take(tmp_path / "web.lock")
    holder.kill()
    holder.wait()
    locks.take(tmp_path / "web.lock").release()


def test_a_lock_can_be_waited_for(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD.replace("sleep(60)", "sleep(0.5)"), str(tmp_path / "l")], stdout=subprocess.PIPE, text=True
    )
    holder.stdout.readline()
    locks.take(tmp_path / "l", wait=10).release()
    holder.wait()


def test_a_child_is_told_what_its_environment_does_not_say(monkeypatch, capfd):
    say = (sys.executable, "-c", "import os; print(os.environ['TOLD'])")
    command(*say, told={"TOLD": "by us"})().wait()
    monkeypatch.setenv("TOLD", "by them")
    command(*say, told={"TOLD": "by us"})().wait()
    assert capfd.readouterr().out == "by us\nby them\n"


FAULTS = """
import resource
from treaty.processes import roomy

def down(depth):
    return down(depth - 1) if depth else 0

def at(depth):
    if depth:
        at(depth - 1)
    for _ in range(20):
        down(8)

def faults(do):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    do()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

at(300)
print(faults(lambda: roomy(at, 300)), faults(lambda: at(300)))
"""


@pytest.mark.needs_system("linux")
def test_deep_calls_within_room_cost_no_memory_again_and_again():
    """Calls from every depth up to 300, so that some cross the edge of whatever memory their frames lie in.

    A process of its own: tests have room already. Where a Python of another version keeps its memory, there is nothing to better.
    """
    with_room, without = map(int, subprocess.check_output([sys.executable, "-c", FAULTS], text=True).split())
    assert with_room < 300
    if sys.version_info[:2] == (3, 11):
        assert without > 3 * with_room


def test_room_changes_nothing_that_is_called():
    assert roomy(lambda a, *, b: (a, b), 1, b=2) == (1, 2)
    with pytest.raises(KeyError, match="gone"):
        roomy({}.__getitem__, "gone")
