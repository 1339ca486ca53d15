"""What the lake holds of members: numbers and roles, no names."""

from treaty.engine.tables import Table, flag, moments, number, plain, text

MEMBERS = Table(
    "members",
    "team_member as t",
    {
        "member_id": number("t.id"),
        **plain(text, "key role zone country"),
        **plain(number, "manager_id capacity"),
        "is_active": flag("t.is_active"),
        **moments(joined_us="joined_at", left_us="left_at"),
    },
)

TABLES = (MEMBERS,)
