"""The value of a dimension of a case; "" stands for none."""

from tests.funnel.loops.asked import slug


def of_lead(records, name, lead_id):
    lead = records.leads.get(lead_id)
    if lead is None:
        return ""
    if name == "owner":
        return text(lead["owner_id"])
    if name == "version":
        return text(records.versions.get(lead["version_id"], {}).get("number"))
    if name == "persona":
        return text(records.personas.get(lead["person_id"]))
    if name == "country":
        return country(records, lead["account_id"]) or text(records.people.get(lead["person_id"], {}).get("country"))
    return slug(lead[name]) if name == "campaign" else text(lead[name])


def of_deal(records, name, deal):
    if name in ("product", "lost_reason", "outcome", "currency", "stage"):
        return text(deal[name])
    if name == "owner":
        return text(deal["owner_id"])
    if name == "business":
        return business(records, deal)
    if name == "sourced":
        return sourced(records, deal)
    if name == "country":
        return country(records, deal["account_id"]) or of_lead(records, name, deal["lead_id"])
    return of_lead(records, name, deal["lead_id"])


def country(records, account_id):
    return text(records.accounts.get(account_id, {}).get("country"))


def first_wins(records):
    """{customer: the deal won first with them; of two in one moment the one recorded first}"""
    found = {}
    for deal in records["opportunities"]:
        if deal["outcome"] == "won" and deal["closed_us"] is not None:
            customer = records.customer(deal)
            found[customer] = min(deal, found.get(customer, deal), key=lambda one: (one["closed_us"], one["opportunity_id"]))
    return found


def business(records, deal):
    """New, unless another was won with the customer before this one ended, or it has not ended yet."""
    first = first_wins(records).get(records.customer(deal))
    if first is None or first is deal:
        return "new"
    is_before = deal["closed_us"] is None or (first["closed_us"], first["opportunity_id"]) < (deal["closed_us"], deal["opportunity_id"])
    return "expansion" if is_before else "new"


def sourced(records, deal):
    """Marketing's when the signed definition made its lead; sales', helped, when somebody of its account was touched before."""
    moves = records.moves[deal["lead_id"]] if deal["lead_id"] is not None else []
    if any(move["from_stage"] == "" and move["how"] in ("definition", "passed_through") for move in moves):
        return "marketing"
    touched = records.first_touched.get(deal["account_id"])
    helped = touched is not None and deal["opened_us"] is not None and touched < deal["opened_us"]
    return "sales_helped" if helped else "sales"


def text(value):
    return "" if value is None else str(value)
