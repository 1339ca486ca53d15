"""The places in a pool at the moment of a turn: who is there, who is away, how many turns each has had."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from treaty.agreement.queries import agreed_zone
from treaty.agreement.terms import Terms
from treaty.handoff import rules
from treaty.handoff.models import Seat
from treaty.prepared import prepared
from treaty.team.models import Absence, AbsenceKind, Member
from treaty.team.queries import zone_of
from treaty.truth.models import Lead


def members_named(terms: Terms) -> dict[str, Member]:
    """Everyone the route may give a lead to, by e-mail."""
    emails = {email for pool in terms.pools.values() for email in pool.members}
    emails |= {rule.to for rule in terms.routes if rule.to}
    return {member.email: member for member in _members(emails)}


@prepared
def _members(emails: Collection[str]) -> QuerySet[Member]:
    return Member.objects.filter(email__among=emails)


def away(members: Iterable[Member], at: datetime) -> dict[str, str]:
    """Why each of them takes no handoff now; those who do are not in it. Of several absences the one that ends last counts."""
    listed = list(members)
    return away_by(listed, absences_within(listed, at, at), at)


def absences_within(members: Iterable[Member], since: datetime, until: datetime) -> list[Absence]:
    """Their absences that cover a moment from `since` to `until`, both included; the one that ends last first."""
    return _absences([member.pk for member in members], since, until)


@prepared
def _absences(members: Collection[int], since: datetime, until: datetime) -> QuerySet[Absence]:
    rows = Absence.objects.filter(Q(ends_at=None) | Q(ends_at__gt=since), starts_at__lte=until, member__among=members)
    return rows.select_related("member").order_by(F("ends_at").desc(nulls_first=True), "pk")


def away_by(members: Iterable[Member], known: Iterable[Absence], at: datetime) -> dict[str, str]:
    """`away`, by absences that were read before."""
    reasons = {m.email: "no longer with us" for m in members if not m.is_active}
    for absence in known:
        if absence.starts_at <= at and (absence.ends_at is None or absence.ends_at > at):
            reasons.setdefault(absence.member.email, _away_words(absence, at))
    return reasons


def room_of(member: Member, holding: Mapping[int, int]) -> int | None:
    """How many more open leads they may hold, None without a limit. holding: `open_leads`."""
    return None if member.max_open is None else member.max_open - holding.get(member.pk, 0)


def has_no_room(member: Member, holding: Mapping[int, int]) -> bool:
    room = room_of(member, holding)
    return room is not None and room <= 0


def _away_words(absence: Absence, at: datetime) -> str:
    """`away until 30 March`, `away until 4 January 2027` in another year: the day they are back, where they work."""
    if absence.ends_at is None:
        return "paused" if absence.kind == AbsenceKind.PAUSED else "away"
    zone = zone_of(absence.member, "" if absence.member.zone else agreed_zone(at))
    back, now = absence.ends_at.astimezone(zone), at.astimezone(zone)
    return f"away until {back:%-d %B}" if back.year == now.year else f"away until {back:%-d %B %Y}"


def members_of(terms: Terms, pool: str, members: Mapping[str, Member]) -> list[Member]:
    return [members[email] for email in terms.pools[pool].members if email in members]


def candidates(
    members: Iterable[Member], seats: Mapping[int, Seat], reasons: Mapping[str, str], holding: Mapping[int, int]
) -> list[rules.Candidate]:
    """Everybody of a pool as the next turn finds them. seats: theirs, by member; reasons: why some take no lead now."""
    listed = sorted(members, key=lambda one: one.email)
    here = [(seats[m.pk].taken, m.capacity) for m in listed if m.pk in seats and m.email not in reasons and not seats[m.pk].was_away]
    return [
        rules.Candidate(
            email=member.email,
            weight=member.capacity,
            taken=_taken(member, seats.get(member.pk), here, is_away=member.email in reasons),
            away=reasons.get(member.email, ""),
            room=room_of(member, holding),
        )
        for member in listed
    ]


def _taken(member: Member, seat: Seat | None, here: Sequence[tuple[int, int]], *, is_away: bool) -> int:
    """Newcomers and those back from absence are level with whoever is furthest behind; here: turns and weight of the others."""
    taken = seat.taken if seat else 0
    if is_away or (seat is not None and not seat.was_away):
        return taken
    return rules.calibrated(taken, member.capacity, here)


def held(pools: Iterable[str]) -> dict[str, dict[int, Seat]]:
    """The seats of these pools by member, kept from others until the transaction ends: one turn at a time."""
    found: dict[str, dict[int, Seat]] = {name: {} for name in pools}
    for seat in _held(list(found)):
        found[seat.pool][seat.member_id] = seat
    return found


@prepared
def _held(pools: Collection[str]) -> QuerySet[Seat]:
    return Seat.objects.select_for_update(of=("self",)).filter(pool__among=pools).order_by("pk")


def open_leads(members: Iterable[Member]) -> dict[int, int]:
    """How many leads those with a limit hold now."""
    limited = [m.pk for m in members if m.max_open is not None]
    if not limited:
        return {}
    rows = Lead.objects.filter(owner__in=limited, closed_at=None).values_list("owner").annotate(n=Count("id"))
    return dict(rows)
