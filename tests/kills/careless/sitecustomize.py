"""With this folder on PYTHONPATH every Python process starts careless: it acknowledges events before they are committed.

The twin of the kill test with the guard off. It proves that the test would see a lost event.
"""

import sys
import time
from importlib.abc import MetaPathFinder
from importlib.util import find_spec


class Careless(MetaPathFinder):
    """Changes the inbox right after it is imported."""

    def find_spec(self, name, path=None, target=None):
        if name != "treaty.connectors.inbox":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        load = spec.loader.exec_module

        def load_and_spoil(module):
            load(module)
            spoil(module)

        spec.loader.exec_module = load_and_spoil
        return spec


def spoil(inbox):
    """`put` answers at once; the commit follows half a second later."""
    commit = inbox.Writer._commit
    put = inbox.Inbox.put

    def put_and_go(self, source_id, rows, *, patience=0):
        if rows:
            self._start()
            self._queue.put_nowait(inbox.Arrived.of(source_id, rows))

    def commit_late(self, items):
        time.sleep(0.5)
        return commit(self, items)

    inbox.Inbox.put, inbox.Writer._commit = put_and_go, commit_late
    return put


sys.meta_path.insert(0, Careless())
