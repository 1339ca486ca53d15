"""What the lake holds of the clocks of both sides' promises."""

from treaty.engine.tables import Table, moments, number, plain, text

CLOCKS = Table(
    "clocks",
    "sla_slaclock as t",
    {
        "clock_id": number("t.id"),
        **plain(number, "lead_id handoff_id owner_id version_id needed done"),
        **plain(text, "side promise ended"),
        **moments(starts_us="starts_at", warn_us="warn_at", due_us="due_at"),
        **moments(warned_us="warned_at", breached_us="breached_at", stopped_us="stopped_at"),
    },
    where="t.stopped_at is not null or not exists (select 1 from truth_lead as l where l.id = t.lead_id and l.joined_to_id is not null)",
)
"""A clock that runs for a lead which goes on in another of the same person promises nothing: theirs does."""

PAUSES = Table(
    "clock_pauses",
    "sla_clockpause as t",
    {
        "pause_id": number("t.id"),
        **plain(number, "clock_id by_id"),
        "reason": text("t.reason"),
        **moments(starts_us="starts_at", ends_us="ends_at"),
    },
    changes=("ends_us",),
)

TABLES = (CLOCKS, PAUSES)
