"""Processes that belong together: children end with their parent, a killed child comes back, one signal ends all.

Pure standard library: the parent loads nothing it does not need, so it starts at once and stays small.
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ParamSpec, Protocol, TypeVar

PARENT = "TREATY_PARENT"
"""Tells a child which process it ends with."""
PR_SET_PDEATHSIG = 1
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LIVED = 5.0
"""Seconds after which a child's end is no longer taken for a failed start."""


Given = ParamSpec("Given")
Made = TypeVar("Made")

GARBAGE = 50_000
"""Objects made and not yet freed before the youngest are searched for cycles: some ten batches of 500 events."""


def rarely_collect() -> None:
    """What is loaded stays; records and requests make thousands of objects and few cycles, so collecting after each is in vain.

    Called once everything is loaded, and before forking. A collection of all that stops a process for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 10, 10)


SLOTS = 66_000
"""Of the frame of `roomy`, 8 bytes each: a little over half a megabyte, so that a whole one is taken, half of it for what is called."""


def roomy(do: Callable[Given, Made], *args: Given.args, **more: Given.kwargs) -> Made:
    """Call it with room for the frames of all it calls.

    CPython takes memory for frames in pieces of 16 KB and gives a piece back as soon as the first frame in it returns. Whoever calls
    back and forth across the edge of a piece has the system map and clear memory each time: writing one statement of a figure cost
    6,000 page faults, a third of a page's processor time. This function's own frame needs a piece of a megabyte; the calls below it
    stay within that.
    """
    return do(*args, **more)


roomy.__code__ = roomy.__code__.replace(co_stacksize=SLOTS)


def end_with_parent(parent: int | None = None) -> None:
    """Make this process die at once when its parent does, however that ends.

    parent: its process number; by default the one the parent left in the environment, and nothing happens without.
    Linux tells the kernel; elsewhere a thread looks twice a second. Dying is safe at any moment, so nothing is cleaned up.
    """
    parent = parent or int(os.environ.get(PARENT, "0"))
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True, name="parent").start()
    if os.getppid() != parent:  # it ended before the kernel was told
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)


class Process(Protocol):
    """A running process, as `subprocess` describes one."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...


@dataclass
class Child:
    """A process to be kept running. A failed start is repeated after 0.25, 0.5, 1 … 10 seconds."""

    name: str
    begin: Callable[[], Process]
    process: Process | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = 0.0

    def start(self) -> Process:
        self.started = time.monotonic()
        self.process = self.begin()
        return self.process

    def tend(self) -> int | None:
        """Start it again if it has ended and its time has come. Returns the status with which it ended, once."""
        if self.process is None:
            if time.monotonic() >= self.again_at:
                self.start()
            return None
        status = self.process.poll()
        if status is not None:
            self.process = None
            lived = time.monotonic() - self.started
            self.failures = 0 if lived >= LIVED else self.failures + 1
            self.again_at = time.monotonic() + (min(10.0, 0.125 * 2**self.failures) if self.failures else 0.0)
        return status

    def end(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


JUDGES = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000"}
"""Told to processes in which leads are judged: each statement makes and frees thousands of small things, and takes an eighth less
time where the C library keeps so many of a size at hand instead of 7 (measured; some 10 MB). Another C library reads no such thing.
"""


def command(*words: str, told: Mapping[str, str] = MappingProxyType({})) -> Callable[[], Process]:
    """A child that runs a command; it is told which process it ends with. told: its environment, where ours does not say it."""

    def begin() -> Process:
        env = {**told, **os.environ, PARENT: str(os.getpid())}
        return subprocess.Popen(words, env=env)  # noqa: S603 - our own commands, no shell

    return begin


def python(*words: str, told: Mapping[str, str] = MappingProxyType({})) -> Callable[[], Process]:
    """A child that runs one of our modules; see `command`."""
    return command(sys.executable, "-m", *words, told=told)


def fork(work: Callable[[], None]) -> Callable[[], Process]:
    """A child that runs a function of this process, with everything it has loaded: it is there at once.

    This process must not have opened a database or started a thread.
    """

    def begin() -> Process:
        child = Forked(target=_as_child, args=(os.getpid(), work))
        child.start()
        return child

    return begin


def _as_child(parent: int, work: Callable[[], None]) -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    end_with_parent(parent)
    roomy(work)


class Forked(multiprocessing.get_context("fork").Process):  # type: ignore[misc]
    """A forked process with the words of `subprocess`."""

    def poll(self) -> int | None:
        return self.exitcode  # type: ignore[no-any-return]

    def wait(self, timeout: float | None = None) -> int:
        self.join(timeout)
        if self.exitcode is None:
            raise subprocess.TimeoutExpired(self.name, timeout or 0)
        return int(self.exitcode)

    def send_signal(self, sig: int, /) -> None:
        os.kill(self.pid, sig)


def run(name: str, begin: Callable[[], Process]) -> int:
    """Run a child to its end and return its status; it ends with this process."""
    child = Child(name, begin)
    try:
        return child.start().wait()
    except KeyboardInterrupt:
        end_all([child])
        raise


def end_all(children: Sequence[Child], patience: float = 10.0) -> None:
    """Ask all to end, wait, and kill those that do not."""
    for child in children:
        child.end()
    until = time.monotonic() + patience
    for child in children:
        if child.process is not None:
            try:
                child.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.end(signal.SIGKILL)
                child.process.wait()


class Stop:
    """Set by SIGTERM, SIGINT or SIGHUP."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        for number in SIGNALS:
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked.set()
