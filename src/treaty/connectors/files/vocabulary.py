"""What columns and files are called, and which of them speak for a kind of file. The names lie in `vocabulary.txt`."""

import re
import unicodedata
from functools import cache
from pathlib import Path

TYPES = {
    "id": "lead id|person id|account id|opportunity id|activity id|touch id|anonymous id|member id|campaign id|stage id",
    "email": "email|owner email|member email|manager email",
    "moment": (
        "created|first contact|first sales activity|last sales activity|marketing qualified at|sales accepted at|sales qualified at"
        "|opportunity at|customer at|disqualified at|opened|closed|expected close|won at|lost at|at|until|on|starts|ends|stage changed"
    ),
    "amount": "amount|budget|list price",
    "number": "rate|attempts|score|employees|revenue|impressions|clicks|probability|order",
    "flag": "converted|is won|is closed|deleted|active",
}
"""What the values of a meaning are; a meaning not named here is text."""

STRONG: dict[str, str] = {
    "leads": (
        "lead id 2|email 2|first name 1.5|last name 1.5|first contact 2|lifecycle stage 1|source 1|landing page 1|converted 2"
        "|marketing qualified at 3|sales accepted at 3|attempts 2|score 1.5|first sales activity 2|status 0.5"
    ),
    "opportunities": (
        "opportunity id 1.5|stage 2|status 1|amount 2|won at 3|lost at 3|closed 2|expected close 2|lost reason 2|is won 2|probability 1"
        "|owner 0.5|product 0.5|pipeline 1"
    ),
    "accounts": "account 1.5|account id 1.5|industry 1|employees 1.5|parent 2|domain 1|city 0.5|region 0.5|country 0.5",
    "members": "member 2|member id 1|first name 1.5|last name 1.5|manager 2|team 1|role 1|region 1|email 1|active 1",
    "products": "product 2|family 2|list price 2",
    "touches": "at 1|kind 1|channel 1.5|path 1.5|anonymous id 2|touch id 1|email 0.5|form 1.5",
    "activities": "at 1|kind 1|outcome 1.5|direction 2|activity id 1.5|opportunity id 0.5|owner 0.5",
    "stage history": "stage 1.5|from 3|at 1|until 1.5|opportunity id 1|field 1.5",
    "spend": "amount 2.5|on 1|channel 1|campaign 1|impressions 2|clicks 2",
    "rates": "rate 4|currency 1|to 1|on 1",
    "campaigns": "campaign 2|campaign id 1.5|budget 2|starts 1|ends 1",
    "stages": "stage id 1.5|stage 1.5|is closed 1|is won 1.5|probability 1|order 1.5",
    "links": "opportunity id 1.2|activity id 1.2|lead id 1.2|account id 1.2|role 0.5",
}
"""How loudly a column speaks for a kind; any other of its columns counts 0.3."""

NEEDS: dict[str, tuple[str, ...]] = {
    "leads": (
        "lead id|email|name|last name",
        "email|name|last name|source|first contact|created|status|lifecycle stage|converted|owner|score|marketing qualified at",
    ),
    "opportunities": ("stage|status|is won|won at|amount|lost at", "opportunity id|lead id|name|owner|account|account id|amount"),
    "accounts": ("account|account id",),
    "members": ("member|member id|email|last name", "manager|team|role|region|email|active|first name"),
    "products": ("product", "family|list price"),
    "touches": ("at", "email|person id|lead id|anonymous id|account id|account"),
    "activities": ("at", "lead id|person id|email|opportunity id|account id|account|activity id", "kind|owner|outcome|direction|text"),
    "stage history": ("stage", "at", "opportunity id|lead id"),
    "spend": ("amount", "on", "channel|campaign"),
    "rates": ("rate", "currency", "on"),
    "campaigns": ("campaign|campaign id", "budget|starts|channel"),
    "stages": ("stage id|stage", "is closed|is won|probability|order"),
    "links": ("opportunity id|activity id", "opportunity id|lead id|account id"),
}
"""One of each group must be there, or the file is not of that kind."""

FILE_NAMES: dict[str, str] = {
    "leads": r"leads?|contacts?|mqls?|people|persons?|prospects?|subscribers?|kontakte?|interessenten|contactos|contatos",
    "opportunities": r"opportunit(y|ies)|(closed |won |lost |open )?deals?|(sales )?pipeline|opps?"
    r"|verkaufschancen|auftr(a|ae)ge|oportunidades|negocios|opportunites",
    "accounts": r"accounts?|compan(y|ies)|organi[sz]ations?|sellers?|customers?|clients?|business(es)?"
    r"|firmen|kunden|unternehmen|empresas|entreprises|clientes",
    "members": r"users?|owners?|reps?|(sales )?agents?|members?|(sales )?teams?|employees|staff",
    "products": r"products?|price list|catalog(ue)?",
    "touches": r"touch(es|points?)?|events?|page ?views?|visits?|interactions?|form submissions?|email event|tracks?",
    "activities": r"(sales )?activit(y|ies)|calls?|tasks?|meetings?|engagements?|engagement (call|email|meeting|note|task)",
    "stage history": r"((stage|deal|lead|opportunity|field|status) ){0,2}histor(y|ies)|deal stage|stage (changes|history)|transitions",
    "spend": r"(ad )?spend|costs?|ads( performance)?|ad costs?|media plan",
    "rates": r"((exchange|currency|fx|ecb) )?rates?|(wechsel)?kurse",
    "campaigns": r"(email )?campaigns?|programs?",
    "stages": r"(deal |opportunity )?(pipeline )?stages?",
    "links": r"(deal|opportunity|engagement) (contact|company|account|deal)( roles?)?",
}
ASIDE = {"merge", "merged", "audit", "option", "list", "ticket", "tickets", "incident", "incidents"}
"""Words in the name of a file about something else: tables about tables, and other departments' work."""
ALIASES = {
    "people": "leads", "persons": "leads", "person": "leads", "lead": "leads", "contacts": "leads", "users": "members",
    "deals": "opportunities", "companies": "accounts", "history": "stage history", "stage_history": "stage history",
}  # fmt: skip
"""What else a person may call a kind on the command line."""


@cache
def vocabulary() -> dict[str, dict[str, list[str]]]:
    """Kind to meaning to names, as the text file lists them."""
    kinds: dict[str, dict[str, list[str]]] = {}
    text = (Path(__file__).parent / "vocabulary.txt").read_text("utf-8")
    for line in re.sub(r"\n +", " ", text).splitlines():
        if line.startswith("["):
            meanings = kinds.setdefault(line.strip("[]"), {})
        elif ": " in line and not line.startswith("#"):
            meaning, names = line.split(": ", 1)
            meanings[meaning] = names.split(", ")
    return kinds


@cache
def type_of(meaning: str) -> str:
    """`id`, `email`, `moment`, `amount`, `number`, `flag`, or `text`."""
    if meaning.startswith("entered "):
        return "moment"
    return next((kind for kind, names in TYPES.items() if meaning in names.split("|")), "text")


@cache
def weights(kind: str) -> dict[str, float]:
    return {meaning: float(weight) for meaning, weight in (part.rsplit(" ", 1) for part in STRONG[kind].split("|"))}


@cache
def names_of(kind: str) -> dict[str, tuple[str, int]]:
    """Compact name to (meaning, place in its list); the first meaning to claim a name keeps it."""
    found: dict[str, tuple[str, int]] = {}
    for meaning, names in vocabulary()[kind].items():
        for place, name in enumerate(names):
            found.setdefault(name.replace(" ", ""), (meaning, place))
    return found


def words_of(name: str) -> tuple[str, ...]:
    """A name as plain words: `property_closeDate` is property, close, date."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain)
    return tuple(re.findall(r"[a-z0-9%]+", spaced.lower()))
