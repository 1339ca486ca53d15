"""What the lake holds of sales' answers: outcome and reason; what was written beside stays in the database."""

from treaty.engine.tables import Table, moments, number, plain, text

DISPOSITIONS = Table(
    "dispositions",
    "feedback_disposition as t",
    {
        "disposition_id": number("t.id"),
        **plain(text, "key outcome reason"),
        **plain(number, "handoff_id by_id version_id"),
        **moments(at_us="at", received_us="received_at", withdrawn_us="withdrawn_at"),
    },
    changes=("withdrawn_us",),
)

DISPUTES = Table(
    "disputes",
    "feedback_dispute as t",
    {
        "dispute_id": number("t.id"),
        **plain(number, "disposition_id by_id ruled_by_id"),
        "ruling": text("t.ruling"),
        **moments(at_us="at", ruled_us="ruled_at"),
    },
)

TABLES = (DISPOSITIONS, DISPUTES)
