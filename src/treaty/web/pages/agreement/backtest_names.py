"""People and deals of a back-test as a member may see them: by name with a way to their records, or unnamed."""

from dataclasses import replace
from functools import cached_property

from treaty.pilot.found import Backtest, Found, Named
from treaty.pilot.last import LastDeal, Moment
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
        return Link(name, f"/opportunities/{key}/") if key else Faint(f"{UNSEEN} opportunity")

    def of(self, found: Backtest) -> Backtest:
        """What was found with nobody named whom this member may not see, whatever is made of it: figures stay."""
        if self._sees_all:
            return found
        old = self._found(found.old) if found.old else None
        return replace(found, new=self._found(found.new), old=old, last=tuple(self._deal(deal) for deal in found.last))

    def _found(self, one: Found) -> Found:
        return replace(one, only=tuple(self._named(person) for person in one.only))

    def _named(self, person: Named) -> Named:
        return person if self.sees_person(person.key) else replace(person, key="", name="")

    def _deal(self, deal: LastDeal) -> LastDeal:
        told = replace(deal, new=self._moment(deal.new), old=self._moment(deal.old))
        return told if deal.key in self._deals else replace(told, key="", name="", amount=None)

    def _moment(self, moment: Moment | None) -> Moment | None:
        return moment if moment is None or self.sees_person(moment.key) else replace(moment, key="", name="", because=())
