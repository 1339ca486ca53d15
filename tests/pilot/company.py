"""Random companies: few people, accounts and kinds of touches, so that much meets in one person and one moment."""

from decimal import Decimal

from tests.conftest import NOON
from treaty.moments import to_us

DAY = 86_400_000_000
NOW = to_us(NOON)
MQL = "marketing_qualified"
SOURCES = [{"source_id": 1, "kind": "connector"}]


def company(dice):
    """The rows of a lake, by table."""

    def moment(least=0):
        return NOW - dice.randint(least, 90) * DAY - dice.choice((0, 3600_000_000))

    def late(us):
        return us + dice.choice((0, 0, 0, 1, 5)) * DAY

    people = [{"person_id": n, "account_id": dice.choice([1, 2, 3, None]), "is_visitor": dice.random() < 0.15} for n in range(1, 16)]
    touches = []
    for n in range(dice.randint(20, 70)):
        at = moment()
        touches.append(
            {
                "touch_id": n,
                "seen_as_id": dice.randint(1, 15),
                "kind": dice.choice(["demo_request", "download", "download", "view"]),
                "occurred_us": at,
                "known_us": min(late(at), NOW),
            }
        )
    facts = []
    for n in range(dice.randint(10, 40)):
        at = moment()
        subject = dice.choice(["person", "person", "account"])
        value = {
            "person": ("seniority", dice.choice(["director", "junior"]), None),
            "account": ("employees", None, float(dice.choice([20, 60]))),
        }
        field, text, number = value[subject]
        facts.append(
            {
                "fact_id": n,
                "subject": subject,
                "stated_of_id": dice.randint(1, 15 if subject == "person" else 3),
                "field": field,
                "text": text,
                "number": number,
                "occurred_us": at,
                "known_us": min(late(at), NOW),
                "source_id": 1,
                "assumed": dice.random() < 0.2,
            }
        )
    for person in people:
        if person["account_id"]:
            facts.append(
                {
                    "fact_id": 1000 + person["person_id"],
                    "subject": "person",
                    "stated_of_id": person["person_id"],
                    "field": "account",
                    "number": float(person["account_id"]),
                    "occurred_us": NOW - 100 * DAY,
                    "known_us": NOW - 100 * DAY,
                    "source_id": 1,
                    "assumed": False,
                }
            )
    leads = [{"lead_id": n, "person_id": dice.randint(1, 15), "closed_us": dice.choice([None, NOW])} for n in range(1, 11)]
    moves = [
        {
            "move_id": n,
            "lead_id": dice.randint(1, 10),
            "from_stage": dice.choice([MQL, "sales_accepted", "engaged"]),
            "to_stage": dice.choice(["rejected", "recycled", "sales_accepted"]),
            "at_us": moment(),
            "withdrawn_us": dice.choice([None, None, NOW]),
        }
        for n in range(12)
    ]
    handoffs = [{"handoff_id": n, "lead_id": dice.randint(1, 10)} for n in range(1, 12)]
    given_ = [
        {
            "disposition_id": n,
            "handoff_id": dice.randint(1, 11),
            "outcome": dice.choice(["accepted", "accepted", "rejected", "recycled"]),
            "at_us": moment(),
            "withdrawn_us": dice.choice([None, None, None, NOW]),
        }
        for n in range(12)
    ]
    deals = []
    for n in range(1, 9):
        start = moment(10)
        outcome = dice.choice(["won", "won", "lost", "open"])
        deals.append(
            {
                "opportunity_id": n,
                "key": f"d{n}",
                "account_id": dice.choice([1, 2, 3, None]),
                "lead_id": dice.choice([None, *range(1, 11)]),
                "outcome": outcome,
                "opened_us": dice.choice([start, start, None]),
                "closed_us": None if outcome == "open" else start + 9 * DAY,
                "received_us": NOW,
                "currency": "EUR",
                "amount": dice.choice([None, 100, 2500]),
            }
        )
    roles = [{"role_id": n, "opportunity_id": dice.randint(1, 8), "person_id": dice.randint(1, 15)} for n in range(4)]
    tries = [
        {
            "activity_id": n,
            "occurred_us": moment(),
            "person_id": dice.randint(1, 15),
            "direction": dice.choice(["out", "in"]),
            "kind": dice.choice(["call", "note"]),
            "withdrawn_us": dice.choice([None, None, NOW]),
        }
        for n in range(6)
    ]
    return {
        "people": people,
        "touches": touches,
        "facts": facts,
        "leads": leads,
        "stage_moves": moves,
        "handoffs": handoffs,
        "dispositions": given_,
        "opportunities": deals,
        "buying_roles": roles,
        "activities": tries,
        "sources": SOURCES,
    }


def laid(rows):
    """The rows as the lake takes them."""
    deals = [deal | {"amount": None if deal["amount"] is None else Decimal(deal["amount"])} for deal in rows["opportunities"]]
    return rows | {"opportunities": deals}
