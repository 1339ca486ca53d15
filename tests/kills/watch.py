"""Are there ever two writers? Looks, from outside, which processes hold the database file open for writing."""

import os
import threading
import time
from pathlib import Path

EVERY = 0.01 if os.environ.get("TREATY_PROOF") else 0.03
"""Seconds between two looks. A hundred a second take a tenth of a processor; the long proof has it."""
EXITING = 0x4
"""The kernel's flag of a process that has begun to end: it runs no code of its own any more."""


class Watch(threading.Thread):
    """Samples until stopped. `seen`: role → process → (first, last) moment; `overlaps`: two living writers of one role at once."""

    def __init__(self, database):
        super().__init__(daemon=True)
        self.database, self.stopping = str(Path(database).resolve()), threading.Event()
        self.roles, self.seen, self.overlaps, self.samples = {}, {"web": {}, "worker": {}}, set(), 0

    def run(self):
        while not self.stopping.wait(EVERY):
            self.look()

    def look(self):
        self.samples += 1
        now, writers = time.monotonic(), {"web": set(), "worker": set()}
        for pid, role in self.candidates():
            if is_writing(pid, self.database) and not is_ending(pid):
                writers[role].add(pid)
                first = self.seen[role].get(pid, (now, now))[0]
                self.seen[role][pid] = (first, now)
        for role, pids in writers.items():
            living = {pid for pid in pids if not is_ending(pid)}  # one may have ended while the others were looked at
            if len(living) > 1:
                self.overlaps.add((role, *sorted(living)))

    def candidates(self):
        """Processes of ours, known by their command; each command is read once."""
        here = {name for name in os.listdir("/proc") if name.isdecimal()}
        for name in list(self.roles):
            if name not in here:
                del self.roles[name]
        for name in here - self.roles.keys():
            role = role_of(name)
            if role is not None:
                self.roles[name] = role
        return [(pid, role) for pid, role in self.roles.items() if role]

    def stop(self):
        self.stopping.set()
        self.join()


def role_of(pid):
    """web, worker, or "" for anything else; None while it cannot be told (a process between fork and exec)."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    if "treaty.web" in command:
        return "web"
    if "treaty.jobs" in command:
        return "worker" if "worker" in command else ""
    return None if "treaty" in " ".join(command) else ""


def is_writing(pid, database):
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):
            if os.readlink(f"/proc/{pid}/fd/{number}") == database:
                flags = int(Path(f"/proc/{pid}/fdinfo/{number}").read_text().split("flags:")[1].split()[0], 8)
                if flags & os.O_ACCMODE != os.O_RDONLY:
                    return True
    except OSError:
        pass
    return False


def is_ending(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return True
    return fields[0] in "ZX" or bool(int(fields[6]) & EXITING)
