"""The places in a pool at the moment of a turn: who is there, who is away, how many turns each has had."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Count, F

from treaty.agreement.queries import agreed_zone
from treaty.agreement.terms import Terms
from treaty.handoff import rules
from treaty.handoff.models import Seat
from treaty.team.models import Absence, AbsenceKind, Member
from treaty.team.queries import absences, reps, zone_of
from treaty.truth.models import Lead


def members_named(terms: Terms) -> dict[str, Member]:
    """Everyone the route may give a lead to, by e-mail."""
    emails = {email for pool in terms.pools.values() for email in pool.members}
    emails |= {rule.to for rule in terms.routes if rule.to}
    return {member.email: member for member in Member.objects.filter(email__in=emails)}


def away(members: Iterable[Member], at: datetime) -> dict[str, str]:
    """Why each of them takes no handoff now; those who do are not in it. Of several absences the one that ends last counts."""
    listed = list(members)
    reasons = {m.email: "no longer with us" for m in listed if not m.is_active}
    rows = absences(at).filter(member__in=listed).select_related("member")
    for absence in rows.order_by(F("ends_at").desc(nulls_first=True), "pk"):
        reasons.setdefault(absence.member.email, _away_words(absence, at))
    return reasons


def unable(members: Iterable[Member]) -> dict[str, str]:
    """Why each of them takes no lead even while they are here: not their work, or no room. Those who can are not in it."""
    listed = list(members)
    if not listed:
        return {}
    takers = set(reps().filter(pk__in=[m.pk for m in listed]).values_list("pk", flat=True))
    holding = open_leads(listed)
    reasons = {m.email: "nobody who takes leads" for m in listed if m.pk not in takers}
    full = {m.email: f"full: {m.max_open} open leads are the most" for m in listed if has_no_room(m, holding)}
    return {**full, **reasons}


def room_of(member: Member, holding: Mapping[int, int]) -> int | None:
    """How many more open leads they may hold, None without a limit. holding: `open_leads`."""
    return None if member.max_open is None else member.max_open - holding.get(member.pk, 0)


def has_no_room(member: Member, holding: Mapping[int, int]) -> bool:
    room = room_of(member, holding)
    return room is not None and room <= 0


def _away_words(absence: Absence, at: datetime) -> str:
    """`away until 30 March`: the day they are back, where they work."""
    if absence.ends_at is None:
        return "paused" if absence.kind == AbsenceKind.PAUSED else "away"
    agreed = "" if absence.member.zone else agreed_zone(at)
    return f"away until {absence.ends_at.astimezone(zone_of(absence.member, agreed)):%-d %B}"


def pools(terms: Terms, members: Mapping[str, Member], reasons: Mapping[str, str], at: datetime) -> dict[str, list[rules.Candidate]]:
    """Candidates of every pool; newcomers and those back from absence start level with whoever is furthest behind."""
    seats = _held(terms.pools)
    holding = open_leads(members.values())  # counted when nobody else can take a turn any more
    found = {name: candidates(members_of(terms, name, members), seats[name], reasons, holding) for name in terms.pools}
    for name, there in found.items():
        _sit(name, there, members, seats[name], at)
    return found


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


def _held(pools: Iterable[str]) -> dict[str, dict[int, Seat]]:
    """The seats of these pools by member, kept from others until the transaction ends: one turn at a time."""
    found: dict[str, dict[int, Seat]] = {name: {} for name in pools}
    for seat in Seat.objects.select_for_update(of=("self",)).filter(pool__in=found).order_by("pk"):
        found[seat.pool][seat.member_id] = seat
    return found


def open_leads(members: Iterable[Member]) -> dict[int, int]:
    """How many leads those with a limit hold now."""
    limited = [m.pk for m in members if m.max_open is not None]
    if not limited:
        return {}
    rows = Lead.objects.filter(owner__in=limited, closed_at=None).values_list("owner").annotate(n=Count("id"))
    return dict(rows)


def _sit(pool: str, found: Iterable[rules.Candidate], members: Mapping[str, Member], seats: Mapping[int, Seat], at: datetime) -> None:
    """Keep with each seat what the turn found."""
    for one in found:
        seat = seats.get(members[one.email].pk)
        if seat is None:
            Seat.objects.create(pool=pool, member=members[one.email], taken=one.taken, was_away=bool(one.away), joined_at=at)
        elif (seat.taken, seat.was_away) != (one.taken, bool(one.away)):
            seat.taken, seat.was_away = one.taken, bool(one.away)
            seat.save(update_fields=["taken", "was_away"])


def take_turn(pool: str, member: Member) -> None:
    Seat.objects.filter(pool=pool, member=member).update(taken=F("taken") + 1)
