"""What the two teams talk about: leads that came back, disputes, campaigns ahead, what buyers say."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from treaty.agreement.quantities import percent
from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.feedback.models import Disposition
from treaty.feedback.models import Dispute as Disputed
from treaty.qualification.lifecycle import NotAllowed, check_move
from treaty.rhythm import drift
from treaty.rhythm.actions import RULINGS
from treaty.rhythm.amending import recurring
from treaty.rhythm.queries import Week, campaigns, said
from treaty.rhythm.rules import Sync
from treaty.team.queries import may_change_agreement, sees_every_lead
from treaty.truth.models import Campaign, Lead
from treaty.truth.queries import leads
from treaty.web import formats
from treaty.web.context import who
from treaty.web.downloads import Value
from treaty.web.figures import campaign_names, records, words
from treaty.web.here import Here
from treaty.web.pieces import Change, Choice, Column, Dispute, Empty, Faint, Figure, Piece, Row, Strong, Table

SHOWN = 12
HEADS = ("reason", "answer", "campaign", "channel", "leads")
"""Of the file of leads that came back."""
TOP = 3


def came_back(found: Week) -> Table:
    """Rejected and recycled leads by reason and campaign, most frequent first; each count opens its leads."""
    ordered = _grouped(found)
    names = campaign_names(campaign for (_, _, campaign, _), _ in ordered)
    rows = [_group(found.sync, names, *key, n) for key, n in ordered[:SHOWN]]
    foot = Row(["All that came back", "", "", Figure(formats.number(len(found.ends)), _all(found.sync))]) if found.ends else None
    columns = [Column("Reason"), Column("Answer"), Column("Came by"), Column("Leads", is_number=True)]
    empty = Empty(title="No lead came back", words="Sales kept every lead it answered this week.")
    return Table(columns=columns, rows=rows, foot=foot, caption="Leads that came back, by reason and campaign", empty=empty)


def lines(found: Week) -> Iterator[list[Value]]:
    """The same as lines of a file, every group of the week."""
    ordered = _grouped(found)
    names = campaign_names(campaign for (_, _, campaign, _), _ in ordered)
    for (outcome, reason, campaign, channel), n in ordered:
        yield [reason, outcome, names.get(campaign, campaign), channel, n]


def _grouped(found: Week) -> list[tuple[tuple[str, str, str, str], int]]:
    """What came back by answer, reason, campaign and channel, with how many; most frequent first."""
    counted = Counter((row["outcome"], row["reason"] or "", row["campaign"] or "", row["channel"] or "") for row in found.ends)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def _group(held: Sync, names: Mapping[str, str], outcome: str, reason: str, campaign: str, channel: str, n: int) -> Row:
    chosen = {"outcome": outcome, "reason": reason, "campaign": campaign, "channel": channel}
    origin = names.get(campaign, campaign) or words(channel) or Faint("not known")
    return Row(
        [
            formats.capital(words(reason)) or Faint("no reason"),
            outcome,
            origin,
            Figure(formats.number(n), records("answers", held.period, **chosen)),
        ]
    )


def _all(held: Sync) -> str:
    return records("answers", held.period, back="1")


def disputes(here: Here, rows: Sequence[Disputed]) -> list[Dispute]:
    """Both views in their own words; those who may change the agreement may keep a ruling."""
    ids = {row.disposition.handoff.lead_id for row in rows}
    seen = ids if sees_every_lead(here.member) else set(leads(here.member).filter(pk__in=ids).values_list("pk", flat=True))
    return [_dispute(here, row, row.disposition.handoff.lead_id in seen) for row in rows]


def _dispute(here: Here, row: Disputed, is_seen: bool) -> Dispute:
    answer, lead = row.disposition, row.disposition.handoff.lead
    account = f", {lead.person.account}" if lead.person.account else ""
    rejected = f"rejected {_day(here, answer.at)} as “{words(answer.reason) or 'no reason yet'}”, disputed {_day(here, row.at)}"
    return Dispute(
        key=answer.key,
        lead=Figure(f"{lead.person}{account}" if is_seen else "A colleague’s lead", f"/leads/{lead.key}/" if is_seen else ""),
        note=rejected,
        sales=who(answer.by),
        sales_view=_view(answer),
        marketing=who(row.by),
        marketing_view=row.says,
        rulings=_rulings(lead) if may_change_agreement(here.member) else (),
        rule_href=f"/disputes/{answer.key}/ruling/" if may_change_agreement(here.member) and not row.ruling else "",
        ruled=_ruled(here, row),
    )


def _view(answer: Disposition) -> str:
    """What the rep wrote, and the detail the reason asks for."""
    detail = f" ({answer.detail})" if answer.detail else ""
    return f"{answer.note}{detail}".strip() or "No more was written down."


def _rulings(lead: Lead) -> list[Choice]:
    """All rulings that can be carried out: where the graph does not let the lead go back, it is not offered."""
    terms = signed_of(lead.version).terms
    return [Choice(value=name, words=said) for name, said in RULINGS.items() if _is_possible(terms, lead, name)]


def _is_possible(terms: Terms, lead: Lead, ruling: str) -> bool:
    to_stage = {"reopen": terms.handoff_stage, "recycle": "recycled"}.get(ruling)
    if to_stage is None or lead.stage == to_stage:
        return True
    try:
        check_move(terms, lead.stage, to_stage)
    except NotAllowed:
        return False
    return True


def _ruled(here: Here, row: Disputed) -> str:
    if not row.ruling or row.ruled_at is None:
        return ""
    by = f" by {row.ruled_by.name}" if row.ruled_by else ""
    why = f": {row.why}" if row.why else ""
    return f"{RULINGS.get(row.ruling, words(row.ruling))}, kept {_day(here, row.ruled_at)}{by}{why}"


def _day(here: Here, at: datetime) -> str:
    on, today = (moment.astimezone(here.viewer.zone).date() for moment in (at, here.at))
    return formats.day_words(on, today)


def drifted(here: Here) -> list[str]:
    """What is no longer what both sides signed for, in a sentence each."""
    return [
        f"Since {formats.date_words(row.from_on)} {drift.SHARES[row.measure]} is {drift.said(row.since)}; "
        f"the agreement was signed for {drift.said(row.signed)}. Look together whether its definitions still fit."
        for row in drift.standing(at=here.at)
    ]


def recurs(here: Here) -> list[tuple[str, str, str]]:
    """Reasons beyond the agreed share: the sentence, where a press drafts the amendment (empty for who may not), where the draft is."""
    may = may_change_agreement(here.member)
    found = []
    for one in recurring(at=here.at):
        said = formats.capital(words(one.reason))
        what = "of sales’ answers" if one.how == "given" else "of the rulings on it go against it:"
        counted = f"{one.count} of {one.of} within {one.within}"
        says = f"“{said}”: {formats.share(one.count, one.of, 0)} {what} {counted}. Agreed are {percent(one.agreed)}."
        draft = f"/agreement/draft/{one.draft.key}/parts/" if one.draft and one.draft.proposed_at is None and may else ""
        found.append((says, f"/amendments/{one.reason}/{one.how}/" if may and not draft else "", draft))
    return found


def ahead(held: Sync) -> list[Change]:
    """Campaigns that begin in the month after the meeting, then those that run."""
    found = campaigns(held)
    coming = [one for one in found if one.starts_on and one.starts_on > held.on]
    running = [one for one in found if one not in coming]
    told = [Change((Strong(f"{one}"), f", {words(one.channel)}, {_dates(one, held.on)}."), "coming") for one in reversed(coming)]
    if running:
        names = formats.listing([f"{one} ({_until(one, held.on)})" for one in running[:5]])
        told.append(Change(f"Running: {names}.", "running"))
    return told


def _dates(one: Campaign, today: date) -> str:
    if one.starts_on is None:
        return "no date yet"
    return formats.span_of_days(one.starts_on, one.ends_on, today) if one.ends_on else f"from {formats.day_words(one.starts_on, today)}"


def _until(one: Campaign, today: date) -> str:
    return f"until {formats.day_words(one.ends_on, today)}" if one.ends_on else "no end set"


def buyers(here: Here, found: Week) -> list[Change]:
    """What buyers said against buying, and why deals were lost, with counts; the latest words of the first theme."""
    told = []
    if found.themes:
        told.append(Change(("Against buying: ", *_counted(found.themes, "objections", found.sync, "theme"), "."), _quote(here, found)))
    if found.lost:
        told.append(Change(("Deals lost for ", *_counted(found.lost, "lost", found.sync, "lost_reason"), ".")))
    competitor = sum(n for reason, n in found.lost if reason == "competitor") + sum(row["reason"] == "competitor" for row in found.ends)
    if competitor:
        told.append(Change(f"A competitor was named in {formats.spell(competitor, 'case')}."))
    return told


def _counted(pairs: Sequence[tuple[str, int]], figure: str, held: Sync, name: str) -> list[Piece]:
    """`integration effort 3, price 2 and timing 1`, each linked."""
    shown = pairs[:TOP]
    parts: list[Piece] = []
    for place, (code, n) in enumerate(shown):
        before = "" if not place else " and " if place == len(shown) - 1 else ", "
        parts += [f"{before}{words(code) or 'no reason'} ", Figure(formats.number(n), records(figure, held.period, **{name: code}))]
    return parts


def _quote(here: Here, found: Week) -> Piece:
    if not sees_every_lead(here.member):
        return ""
    latest = said(found.themes[0][0], found.sync.period)
    return Faint(f"“{latest.text}”") if latest else ""


def standing_of_disputes(rows: Sequence[Dispute]) -> str:
    still = sum(not row.ruled for row in rows)
    return f"{formats.spell(still, 'dispute')} to settle" if still else ""
