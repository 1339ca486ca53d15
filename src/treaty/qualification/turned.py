"""Where a clause on everybody's touches turned, so that everybody there is to be judged: the accounts between counted and settled."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from treaty.agreement.models import Version
from treaty.moments import LATEST, from_us, to_us
from treaty.qualification import rows, settling
from treaty.qualification.accounts import Accounts, AtAccount, Turns
from treaty.qualification.models import Settled
from treaty.qualification.settled import AtAccounts, count, last_stored


class Turned:
    """The accounts at which a clause holds, or will, and not everybody was judged by it; `settle` is called when they were."""

    def __init__(self, asked: Sequence[Accounts], version: Version, at: datetime) -> None:
        self._asked, self._version, self._at_us = asked, version, to_us(at)
        self.at_accounts = AtAccounts(at, version)
        self._begun: dict[AtAccount, Settled] = {}
        self._sure: set[AtAccount] = set()
        self._looked: set[int] = set()
        self._stored = last_stored() if asked else None

    def look(self, people: Collection[int]) -> set[int]:
        """Everybody at the accounts of these people at which something turned; the others may be judged alone.

        Called when these people are claimed, so that what is told of them from now on marks them anew.
        """
        accounts = rows.accounts_of(people) if self._asked else set()
        if self._looked and self._nothing_was_stored():
            accounts -= self._looked
        self._looked |= accounts
        turned = {account for asked in self._asked for account in self._turned_of(asked, accounts)}
        return rows.members_of(turned)

    def settle(self, everybody_at: Collection[int]) -> None:
        """Everybody was judged. What was stored since it was begun has taken it away, or was counted.

        everybody_at: accounts at which everybody was judged whether something turned or not: what ended there is done with.
        """
        unsure = self._begun.keys() - self._sure
        if unsure and self._nothing_was_stored():
            self._sure |= unsure
        elif unsure:
            for asked in self._asked:
                self._compare(count(asked, {one for one in unsure if one[0] in asked.names.values()}))
        if self._sure:
            settling.seen([self._begun[one] for one in self._sure])
        if everybody_at:
            settling.done_with(everybody_at, from_us(self._at_us))

    def _turned_of(self, asked: Accounts, accounts: Collection[int]) -> set[int]:
        counted = self.at_accounts.look(asked, accounts)
        self._compare(counted)
        turned = {one: turns for one, turns in counted.items() if turns and (turns[-1][0] > self._at_us or turns[-1][1] > 0)}
        begun = {one: row for one, turns in turned.items() if one not in self._begun and (row := self._row(one, turns)) is not None}
        if begun:
            settling.begin(list(begun.values()))
            self._begun |= begun
        return {account for _, account in turned}

    def _nothing_was_stored(self) -> bool:
        """True if certainly no touch and no membership was stored since the first look: no need to look again."""
        return self._stored is not None and self._stored == last_stored()

    def _compare(self, counted: Mapping[AtAccount, Turns]) -> None:
        """What is counted again after it was begun, and is the same, is sure: nothing was stored in between unseen."""
        for one in self._begun.keys() & counted.keys():
            if self._begun[one].turns == counted[one]:
                self._sure.add(one)
            else:
                self._sure.discard(one)

    def _row(self, one: AtAccount, turns: Turns) -> Settled | None:
        """None where the clause does not hold yet, but will: nobody can be told now what they will be judged by then."""
        past = [at for at, _ in turns if at <= self._at_us]
        if not past or turns[len(past) - 1][1] < 0:
            return None
        until = from_us(turns[len(past)][0]) if len(past) < len(turns) else LATEST
        return Settled(
            version=self._version,
            clause=one[0],
            account_id=one[1],
            since_at=from_us(past[-1]),
            until_at=until,
            turns=turns,
            is_seen=False,
        )
