"""What the lake holds of the truth. Words of people stay out: no e-mail, no telephone number, no name, no free text."""

from treaty.engine.manifest import Follow
from treaty.engine.tables import Table, day, flag, moment, moments, money, number, plain, rate, real, text

THREE_TIMES = moments(occurred_us="occurred_at", known_us="known_at", received_us="received_at")


def taken_out(source: str) -> str:
    """How often rows were taken out of a table that otherwise only grows, see `TakenOut`."""
    return f"select count(*) from truth_takenout where source = '{source}'"  # noqa: S608 - names of our own


TOUCHES = Table(
    "touches",
    "truth_touch as t join truth_source as s on s.id = t.source_id",
    {
        "touch_id": number("t.id"),
        "seen_as_id": number("t.seen_as_id"),
        "source_id": number("t.source_id"),
        "source": text("s.name"),
        **plain(text, "kind path host title channel campaign content form"),
        **THREE_TIMES,
    },
    mode="append",
    taken=taken_out("truth_touch"),
    cluster=("seen_as_id", "occurred_us"),
    follow=Follow("seen_as_id", "person_id", "merged"),
)
"""`person_id` is who the visitor is known to be today; `seen_as_id` under whom the touch was recorded."""

PERSONAL = ("email", "name", "phone", "first_name", "last_name")

FACTS = Table(
    "facts",
    "truth_fact as t",
    {
        "fact_id": number("t.id"),
        "stated_of_id": number("coalesce(t.stated_of_id, t.subject_id)"),
        **plain(text, "subject field text"),
        "number": real("coalesce(t.stated_number, t.number)"),
        **THREE_TIMES,
        "source_id": number("t.source_id"),
        "assumed": flag("t.assumed"),
    },
    mode="append",
    taken=taken_out("truth_fact"),
    where=f"t.subject <> 'person' or t.field not in {PERSONAL}",
    cluster=("field", "stated_of_id", "occurred_us"),
    follow=Follow("stated_of_id", "subject_id", "merged", ("subject", "person")),
)
"""Of accounts that were found to be one, what was stated of each, and which of them was named: `stated.heard` leads them on."""


def _led_on(table: str, first: str, by: str = "merged_into_id") -> str:
    """The record of a table under which one that was found to be another is known.

    first: where its way begins, in SQL · by: the column that leads on
    """
    return f"""(with recursive walk(id) as (
                select {first}
                union select p.{by} from walk join {table} as p on p.id = walk.id where p.{by} is not null)
            select p.id from walk join {table} as p on p.id = walk.id where p.{by} is null)"""  # noqa: S608 - our own names


MERGED = Table(
    "merged",
    "truth_person as t",
    {"id": number("t.id"), "canonical_id": number(_led_on("truth_person", "t.merged_into_id"))},
    where="t.merged_into_id is not null",
)
"""Every record found to be another person, with the record that person is kept under, however many merges lie between."""

MERGED_ACCOUNTS = Table(
    "merged_accounts",
    "truth_account as t",
    {"id": number("t.id"), "canonical_id": number(_led_on("truth_account", "t.merged_into_id"))},
    where="t.merged_into_id is not null",
)
"""The same of accounts. Values keep of which account they were stated; whose they are today is joined where they are read."""

PEOPLE = Table(
    "people",
    "truth_person as t",
    {
        "person_id": number("t.id"),
        **plain(text, "key title seniority country language lead_source"),
        "is_visitor": flag("case when t.email = '' and t.first_known_at is null then 1 else 0 end"),
        **plain(number, "account_id merged_into_id"),
        **moments(made_us="made_at", first_known_us="first_known_at"),
    },
)

ACCOUNTS = Table(
    "accounts",
    "truth_account as t",
    {
        "account_id": number("t.id"),
        **plain(text, "key industry country"),
        **plain(number, "employees owner_id merged_into_id"),
        "made_us": moment("t.made_at"),
    },
)

LEADS = Table(
    "leads",
    "truth_lead as t join truth_person as p on p.id = t.person_id",
    {
        "lead_id": number("t.id"),
        "key": text("t.key"),
        "person_id": number("t.person_id"),
        "account_id": number("p.account_id"),
        **plain(text, "stage segment grade source channel campaign"),
        **plain(number, "number owner_id version_id fit engagement made_by_touch_id"),
        **moments(stage_since_us="stage_since", opened_us="opened_at", closed_us="closed_at"),
        **moments(rests_until_us="rests_until", evidence_from_us="evidence_from"),
    },
)

STAGE_MOVES = Table(
    "stage_moves",
    "truth_stagemove as t",
    {
        "move_id": number("t.id"),
        **plain(number, "lead_id by_id version_id"),
        **plain(text, "from_stage to_stage how reason"),
        **moments(at_us="at", received_us="received_at", withdrawn_us="withdrawn_at"),
    },
    changes=("withdrawn_us",),
)

ASSIGNMENTS = Table(
    "assignments",
    "truth_assignment as t",
    {
        "assignment_id": number("t.id"),
        **plain(number, "lead_id owner_id turn version_id by_id"),
        **plain(text, "rule pool"),
        **moments(starts_us="starts_at", ends_us="ends_at"),
    },
    changes=("ends_us",),
)

OPPORTUNITIES = Table(
    "opportunities",
    "truth_opportunity as t",
    {
        "opportunity_id": number("t.id"),
        **plain(text, "key stage outcome currency product lost_reason won_reason"),
        **plain(number, "source_id account_id lead_id owner_id"),
        "amount": money("t.amount"),
        "close_on": day("t.close_on"),
        **moments(opened_us="opened_at", closed_us="closed_at", received_us="received_at"),
    },
    where="t.gone_at is null",
)
"""Without deals their system has no more."""

OPPORTUNITY_CHANGES = Table(
    "opportunity_changes",
    "truth_opportunitychange as t",
    {
        "change_id": number("t.id"),
        **plain(number, "opportunity_id by_id"),
        **plain(text, "field value"),
        **moments(at_us="at", known_us="known_at", received_us="received_at"),
    },
    mode="append",
    taken=taken_out("truth_opportunitychange"),
    cluster=("opportunity_id", "at_us"),
)

BUYING_ROLES = Table(
    "buying_roles",
    "truth_buyingrole as t",
    {"role_id": number("t.id"), **plain(number, "opportunity_id person_id"), "role": text("t.role"), "at_us": moment("t.at")},
    where="t.person_id is not null",
)
"""One row of each person at a deal, whatever records of theirs were told to buy."""

ACTIVITIES = Table(
    "activities",
    "truth_activity as t",
    {
        "activity_id": number("t.id"),
        **plain(text, "key kind direction outcome"),
        **plain(number, "source_id person_id lead_id opportunity_id member_id"),
        **THREE_TIMES,
        "withdrawn_us": moment("t.withdrawn_at"),
    },
    changes=("person_id", "lead_id", "opportunity_id", "member_id", "outcome", "withdrawn_us"),
)

OBJECTIONS = Table(
    "objections",
    "truth_objection as t",
    {
        "objection_id": number("t.id"),
        **plain(number, "person_id lead_id opportunity_id by_id"),
        "theme": text("t.theme"),
        "at_us": moment("t.at"),
    },
)

CAMPAIGNS = Table(
    "campaigns",
    "truth_campaign as t",
    {
        "campaign_id": number("t.id"),
        **plain(text, "key slug name channel currency"),
        **plain(day, "starts_on ends_on"),
        "budget": money("t.budget"),
        "made_us": moment("t.made_at"),
    },
)

CONTENT = Table(
    "content",
    "truth_content as t",
    {"content_id": number("t.id"), **plain(text, "key slug title journey_stage persona objection"), "made_us": moment("t.made_at")},
)

SPEND = Table(
    "spend",
    "truth_spend as t",
    {
        "spend_id": number("t.id"),
        **plain(text, "channel campaign currency"),
        **plain(number, "source_id impressions clicks"),
        "spent_on": day('t."on"'),
        "amount": money("t.amount"),
        "received_us": moment("t.received_at"),
    },
)

RATES = Table(
    "rates",
    "truth_exchangerate as t",
    {
        "rate_id": number("t.id"),
        **plain(text, "currency"),
        "becomes": text('t."to"'),
        "rate_on": day('t."on"'),
        "rate": rate("t.rate"),
        **plain(number, "said source_id"),
        "received_us": moment("t.received_at"),
    },
    mode="append",
    taken=taken_out("truth_exchangerate"),
)

SYSTEM_RECORDS = Table(
    "system_records",
    "truth_systemrecord as t left join truth_account as a on a.id = t.account_id"
    " left join truth_opportunity as o on o.id = t.opportunity_id",
    {
        "record_id": number("t.id"),
        "told_of_id": number("t.person_id"),
        "account_id": number(
            f"case when a.merged_into_id is null then t.account_id else {_led_on('truth_account', 'a.merged_into_id')} end"
        ),
        "opportunity_id": number(
            f"case when o.one_with_id is null then t.opportunity_id else {_led_on('truth_opportunity', 'o.one_with_id', 'one_with_id')} end"
        ),
        "source_id": number("t.source_id"),
        **plain(text, "kind stage outcome currency"),
        "amount": money("t.amount"),
        **moments(at_us="at", changed_us="changed_at", gone_us="gone_at"),
        "is_merged": flag("case when t.gone_into <> '' then 1 else 0 end"),
    },
    follow=Follow("told_of_id", "person_id", "merged"),
)
"""What each system says of its own records; by which ids it knows them, and who owns them there, stays out. One of an account
or a deal is of the one that is counted today: few are made one, and those are written again."""

SOURCES = Table("sources", "truth_source as t", {"source_id": number("t.id"), **plain(text, "key name kind")})

TABLES = (
    *(TOUCHES, FACTS, MERGED, MERGED_ACCOUNTS, PEOPLE, ACCOUNTS, LEADS, STAGE_MOVES, ASSIGNMENTS, OPPORTUNITIES, OPPORTUNITY_CHANGES),
    *(BUYING_ROLES, ACTIVITIES, OBJECTIONS, CAMPAIGNS, CONTENT, SPEND, RATES, SOURCES, SYSTEM_RECORDS),
)
