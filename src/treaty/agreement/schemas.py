"""What the lake holds of the agreement: which version was in force when."""

from treaty.engine.tables import Table, moment, number, plain, text

VERSIONS = Table(
    "versions",
    "agreement_version as t left join agreement_inforce as f on f.version_id = t.id",
    {
        "version_id": number("t.id"),
        "number": number("t.number"),
        **plain(text, "hash applies_to"),
        "starts_us": moment("f.starts_at"),
        "ends_us": moment("f.ends_at"),
    },
)
"""`starts_us` is null for a version that was never in force."""

TABLES = (VERSIONS,)
