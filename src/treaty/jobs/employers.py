"""Who names a company and is at no account is at the one of that name: looked for among what is new, once a day among all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from treaty.qualification.marks import mark_told
from treaty.truth.actions.employing import NOTHING, Match, Seen, join, matches, newest

WHOLE = timedelta(days=1)
"""Between two looks at everybody: what came to mean something else without being new is found then."""


@dataclass
class Looks:
    """How far this process has looked. It begins with everybody, for nobody tells it what it missed."""

    seen: Seen = NOTHING
    whole_at: datetime | None = None

    def join_new(self, *, at: datetime) -> int:
        """Join who may be joined, and note them to be judged; how many. The database is written to only when somebody is."""
        is_whole = self.whole_at is None or at - self.whole_at >= WHOLE
        upto = newest()
        found = matches(NOTHING if is_whole else self.seen)
        n = self._join(found, at) if found else 0
        self.seen, self.whole_at = upto, at if is_whole else self.whole_at
        return n

    @transaction.atomic
    def _join(self, found: list[Match], at: datetime) -> int:
        done = join(found, at=at)
        mark_told(done, at=at)
        return len(done.person_ids)


LOOKS = Looks()
