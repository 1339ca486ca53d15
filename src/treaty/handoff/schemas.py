"""What the lake holds of handoffs; the brief stays in the database."""

from treaty.engine.tables import Table, moments, number, plain, real, text

HANDOFFS = Table(
    "handoffs",
    "handoff_handoff as t",
    {
        "handoff_id": number("t.id"),
        **plain(text, "key from_stage ended_how"),
        **plain(number, "lead_id owner_id assignment_id version_id"),
        "completeness": real("t.completeness"),
        **moments(qualified_us="qualified_at", received_us="received_at", made_us="made_at", ended_us="ended_at"),
    },
    changes=("owner_id", "assignment_id", "ended_us", "ended_how"),
)

TABLES = (HANDOFFS,)
