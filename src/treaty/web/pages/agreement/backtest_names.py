"""People and deals of a back-test as a member may see them: by name with a way to their records, or unnamed."""

from functools import cached_property

from treaty.team.queries import sees_every_lead
from treaty.truth.queries import opportunities, people
from treaty.web.here import Here
from treaty.web.pages.figures.rows import UNSEEN
from treaty.web.pieces import Faint, Link, Piece


class Names:
    """What one member may see; for who does not see everything it is read once."""

    def __init__(self, here: Here) -> None:
        self._member, self._sees_all = here.member, sees_every_lead(here.member)

    @cached_property
    def _people(self) -> set[str]:
        return set(people(self._member).values_list("key", flat=True))

    @cached_property
    def _deals(self) -> set[str]:
        return set(opportunities(self._member).values_list("key", flat=True))

    def sees_person(self, key: str) -> bool:
        return bool(key) and (self._sees_all or key in self._people)

    def person(self, key: str, name: str) -> Piece:
        return Link(name, f"/people/{key}/") if self.sees_person(key) else Faint(f"{UNSEEN} contact")

    def deal(self, key: str, name: str) -> Piece:
        is_seen = self._sees_all or key in self._deals
        return Link(name, f"/opportunities/{key}/") if is_seen else Faint(f"{UNSEEN} opportunity")
