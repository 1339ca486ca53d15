"""What the database knows of a lead that does not come: each station on its way in a line, so that a failure tells where it stands."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

Ask = Callable[..., Sequence[tuple[Any, ...]]]
"""A question in SQL and its values, to the rows."""


def standing(ask: Ask, email: str, now_us: int) -> str:
    """In the order of the way: the inbox, whom to judge, the lead, the journal and its readers, the worker.

    now_us: microseconds since 1970, as every moment is stored.
    """
    return "\n  ".join(["the database knows:", *_stations(ask, email, now_us)])


def _stations(ask: Ask, email: str, now_us: int) -> Iterator[str]:
    def ago(us: int | None) -> str:
        return "never" if us is None else f"in {(us - now_us) / 1e6:.1f} s" if us > now_us else f"{(now_us - us) / 1e6:.1f} s ago"

    def told(question: str, line: Callable[..., str], *values: str) -> str:
        return ", ".join(line(*row) for row in ask(question, *values)) or "none"

    yield "parcels unopened: " + told(
        "select events, received_at, problem from connectors_parcel order by id",
        lambda n, at, problem: f"{n} events received {ago(at)} {problem}".strip(),
    )
    yield "events: " + told("select state, count(*) from connectors_event group by state order by state", lambda state, n: f"{n} {state}")
    yield "to be judged: " + told(
        "select p.email, j.due_at from qualification_nextjudgement j join truth_person p on p.id = j.person_id order by j.due_at",
        lambda who, due_at: f"{who or 'a visitor'} {ago(due_at)}",
    )
    yield f"leads of {email}: " + told(
        "select l.stage, l.stage_since, m.email, (select count(*) from handoff_handoff h where h.lead_id = l.id) from truth_lead l"
        " join truth_person p on p.id = l.person_id join team_member m on m.id = l.owner_id where p.email = ? order by l.id",
        lambda stage, since, owner, handoffs: f"{stage}, entered {ago(since)}, with {owner}, {handoffs} handoffs",
        email,
    )
    head = told("select seq from journal_head", lambda seq: f"head {seq}")
    yield f"journal: {head}; read by " + told(
        "select reaction, seq from jobs_cursor order by reaction", lambda reaction, seq: f"{reaction} to {seq}"
    )
    yield "jobs: " + told("select kind, state, count(*) from jobs_job group by kind, state", lambda kind, state, n: f"{n} {kind} {state}")
    yield "worker: " + told(
        "select name, at, lag_ms, done from jobs_beat order by at",
        lambda name, at, lag_ms, done: f"{name} gave a sign {ago(at)}, {lag_ms} ms behind, {done} done",
    )
