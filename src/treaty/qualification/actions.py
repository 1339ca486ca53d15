"""Judge people by the signed definitions, and open and move their leads."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Exists, OuterRef, QuerySet

from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import in_force
from treaty.prepared import Read, prepared
from treaty.qualification import rows, subjects
from treaty.qualification.accounts import Accounts
from treaty.qualification.carrying import carry_out, keep_scores
from treaty.qualification.deciding import Decided, Decider
from treaty.qualification.marks import claim, remember
from treaty.qualification.models import NextJudgement
from treaty.qualification.panel import panel_of
from treaty.qualification.settled import AtAccounts, ended
from treaty.qualification.turned import Turned
from treaty.truth.models import Lead

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """What one judging did: leads opened or moved, by key, in order of the moment."""

    moved: tuple[str, ...]


def judge(person_ids: Collection[int], *, at: datetime, account_ids: Collection[int] = ()) -> Judged:
    """Judge people about whom something is new, and everyone at accounts about which something is, or where a clause on
    everybody's touches turned.

    Verdicts are computed outside of any transaction; leads are opened together and moved together, each in a short one. Judging
    twice changes nothing more. Until a version is in force nobody is judged.
    """
    wanted = set(person_ids) | rows.members_of(account_ids)
    current = in_force(at)
    if current is None or not wanted:
        return Judged(())
    turned = Turned(_asked_of_accounts(current), current.version, at)
    claimed = claim(wanted, at)
    more = turned.look(wanted) - wanted
    while more:
        claim(more, at)
        wanted |= more
        more = turned.look(more) - wanted
    moved: list[tuple[datetime, str]] = []
    for part in _parts(wanted):
        moved += _judge_part(part, claimed, current, turned.at_accounts, at)
    turned.settle(account_ids)
    return Judged(tuple(key for _, key in sorted(moved)))


def _asked_of_accounts(current: InForce) -> list[Accounts]:
    """The clauses on everybody's touches of all versions by which anybody is judged."""
    panels = [panel_of(version) for version in {current.version, *_with_open_leads()}]
    return [panel.accounts for panel in panels if panel.accounts.clauses]


@prepared
def _with_open_leads() -> QuerySet[Version]:
    return Version.objects.filter(Exists(Lead.objects.filter(version=OuterRef("pk"), closed_at=None)))


def judge_due(*, at: datetime, limit: int = AT_ONCE, also: Collection[int] = (), account_ids: Collection[int] = ()) -> int:
    """Judge those whose next boundary has come although nothing arrived, and everybody where something settled has ended.

    Returns how many boundaries had come.

    also, account_ids: people, and everyone at accounts, about whom something is new, judged in the same go.
    """
    due = _due(limit)(at)
    if due and in_force(at) is None:
        NextJudgement.objects.filter(person__in=due, due_at__lte=at).delete()
        return len(due)
    over = ended(at)
    judge({*due, *also}, account_ids={*account_ids, *over}, at=at)
    return len(due) + len(over)


@cache
def _due(limit: int) -> Read[[datetime], int]:
    @prepared
    def due(at: datetime) -> QuerySet[NextJudgement, int]:
        return NextJudgement.objects.filter(due_at__lte=at).order_by("due_at").values_list("person_id", flat=True)[:limit]

    return due


def _parts(ids: Iterable[int]) -> Iterable[list[int]]:
    listed = sorted(ids)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _judge_part(
    person_ids: list[int], claimed: datetime, current: InForce, at_accounts: AtAccounts, at: datetime
) -> list[tuple[datetime, str]]:
    decided: list[Decided] = []
    for version, some in subjects.known(person_ids).by_version(current.version).items():
        decided += Decider(version, current, at).decide_all(some, at_accounts)
    keep_scores(decided)
    moved, unopened = carry_out(decided, at)
    looks = {row.person.pk: row.decision.look_at for row in decided if row.person.pk not in unopened}
    remember(looks, set(person_ids) - unopened, claimed)
    return moved
