"""Every address against every role: made from the addresses themselves, so that none is forgotten (T9, T10, invariant 27)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.conftest import NOON
from tests.web.access_matrix import NONE, OPEN, RECORD, roles, rows
from treaty.agreement.models import Draft, Remark
from treaty.connectors.models import Import, ImportFile, SavedMapping
from treaty.connectors.sources import add_source
from treaty.connectors.tracking.parse import CALLS
from treaty.notify.models import Channel
from treaty.rhythm.models import Resolution
from treaty.sealed import seal
from treaty.truth.models import Account, AccountMerge, DealProposal, Merge, Opportunity, Person, Proposal

BACKEND = "django.contrib.auth.backends.ModelBackend"
ROWS = rows()
REFUSED = (403, 404)
SIGNS_IN = (204, 302)


def routes() -> Iterator[str]:
    """Every route there is, as it is written."""

    def walk(patterns, before=""):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, before + str(pattern.pattern))
            elif isinstance(pattern, URLPattern):
                yield (before + str(pattern.pattern)).replace("|".join(CALLS), "CALLS")

    return walk(get_resolver().url_patterns)


def test_every_address_has_a_row_and_every_row_an_address():
    assert set(routes()) == set(ROWS)


@pytest.fixture
def keys(world, lake) -> dict[str, str]:
    """A real record for each kind of address, so that a refusal is not mistaken for something that is not there."""
    handoff = world.handed_over(NOON)
    source, _ = add_source("site", kind="browser", at=NOON)
    run = Import.objects.create(source=world.source, by=world.mira, started_at=NOON, finished_at=NOON)
    ImportFile.objects.create(run=run, name="leads.csv", kind="leads", columns=[["id", "lead id"]])
    kept = SavedMapping.objects.create(name="monthly", by=world.mira, at=NOON)
    deal = Opportunity.objects.create(lead=handoff.lead, owner=handoff.owner, name="Pilot", received_at=NOON)
    said = Resolution.objects.create(kind="action", text="call", owner=world.mira, by=world.mira, at=NOON)
    near = Person.objects.create(email="ada@acme-group.example", first_known_at=NOON, made_at=NOON)
    pair = Proposal.objects.create(one=handoff.lead.person, other=near, rule="phone", about="+4930123456", made_at=NOON)
    merge = Merge.objects.create(
        kept=handoff.lead.person, gone=Person.objects.create(made_at=NOON, merged_into=handoff.lead.person), at=NOON
    )
    alike = DealProposal.objects.create(one=deal, other=Opportunity.objects.create(owner=handoff.owner, received_at=NOON), made_at=NOON)
    at = handoff.lead.person.account
    parts = AccountMerge.objects.create(kept=at, gone=Account.objects.create(made_at=NOON, merged_into=at), at=NOON)
    channel = Channel.objects.create(name="#deals", transport="webhook", secrets=seal({"secrets": ["whsec_aw=="]}), made_at=NOON)
    draft = Draft.objects.create(text=world.version.text, by=world.mira, at=NOON)
    said_of_it = Remark.objects.create(version=world.version, words="Why four hours?", is_question=True, by=world.mira, at=NOON)
    return {
        "queue": handoff.key, "handoffs": handoff.key, "leads": handoff.lead.key, "sources": source.key, "imports": run.key,
        "mappings": kept.key,
        "team": handoff.owner.key, "agreement": str(draft.pk) if not hasattr(draft, "key") else draft.key, "demo": world.kim.key,
        "promises": "first_contact", "books": "2026-Q1", "figures": "won", "opportunities": deal.key, "week": said.key,
        "doubles": pair.key, "merges": merge.key, "people": handoff.lead.person.key,
        "accounts": at.key, "account-merges": parts.key, "deal-pairs": alike.key, "remarks": said_of_it.key,
        "disputes": "none", "settings": channel.key, "owner": handoff.owner.email,
    }  # fmt: skip


DOORS = {
    "^v1/(?P<call>": "/v1/track",
    "^v1/projects/": "/v1/projects/k/settings",
    "^v1/(?P<rest>": "/v1/other",
    "^sourceConfig": "/sourceConfig",
    "^hooks/(?P<key>": "/hooks/nobody/",
    "^slack/actions": "/slack/actions/",
    "^forms/(?P<key>[^/]{1,200})/?$": "/forms/form_x/",
    "^forms/(?P<key>[^/]{1,200})/embed": "/forms/form_x/embed.js",
}
"""How the routes that are patterns are asked."""


def address(route: str, keys: dict[str, str]) -> str:
    """The route with a real record in it: the place's own key first, then a number or a name of no matter."""
    if route.startswith("^"):
        return next(path for start, path in DOORS.items() if route.startswith(start))
    own = keys.get(route.partition("/")[0], "none")
    named = re.sub(r"<slug:(key|promise|name)>", own, route.replace("parts/<slug:name>", "parts/goals"))
    return "/" + re.sub(r"<(int|slug|path):\w+>", "1", named)


@contextmanager
def undone():
    """Whatever the request did is taken back, so that each address finds the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, method: str, path: str):
    """The answer. What it changed is taken back, and who signed out by it is signed in again."""
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with undone():
        response = getattr(client, method.lower())(path)
    for name, value in cookies.items():
        client.cookies[name] = value
    return response


def member(world, name: str, *, checks: bool = False) -> Client:
    client = Client(enforce_csrf_checks=checks, raise_request_exception=False)
    client.force_login(world.members[name], backend=BACKEND)
    return client


def test_nobody_sees_anything_before_signing_in(keys):
    stranger, wrong = Client(raise_request_exception=False), []
    for route, (asks, changes) in ROWS.items():
        for method, who in (("GET", asks), ("POST", changes)):
            status = ask(stranger, method, address(route, keys)).status_code
            expected = status not in (302, 500) if who == OPEN else status == 405 if who == NONE else status in (*SIGNS_IN, 405)
            if not expected and not (route == "sign-out/" and status == 302):
                wrong.append((method, route, status))
    assert sorted(wrong) == []


def test_nothing_changes_without_the_token_except_by_doors_with_a_key_of_their_own(world, keys):
    rui = member(world, "rui", checks=True)
    wrong = []
    for route in ROWS:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            status = ask(rui, method, address(route, keys)).status_code
            has_token = method == "POST" or route != "imports/new/"  # it looks at the token of what it takes, after who asks
            if status != 403 and has_token and not route.startswith("^"):
                wrong.append((method, route, status))
    assert sorted(wrong) == []


@pytest.mark.parametrize("name", ["mira", "sam", "rui", "ada_brandt"])
def test_a_role_opens_what_is_meant_for_it_and_nothing_else(world, keys, name):
    client, role, wrong = member(world, name), world.members[name].role, []
    for route, who in ROWS.items():
        if route.startswith("^"):
            continue
        for method, cell in zip(("GET", "POST"), who, strict=True):
            response = ask(client, method, address(route, keys))
            if not _fits(response.status_code, role in roles(cell), cell):
                wrong.append((method, route, response.status_code))
    assert sorted(wrong) == []


def _fits(status: int, may: bool, cell: str) -> bool:
    """Who may not is refused; who may is not refused, and an empty form breaks nothing. 404: it takes a state this record is not in."""
    if status >= 500:
        return False
    if cell == NONE:
        return status == 405
    return status != 403 if may else status in REFUSED


def test_a_rep_finds_neither_the_leads_nor_the_handoffs_of_another(world, keys):
    stranger = "kim" if keys["owner"] != world.kim.email else "sol"
    client, wrong = member(world, stranger), []
    for route, who in ROWS.items():
        for method, cell in zip(("GET", "POST"), who, strict=True):
            status = ask(client, method, address(route, keys)).status_code
            expected = status == 404 if cell == RECORD else cell == OPEN or _fits(status, "sales_rep" in roles(cell), cell)
            if not expected and "absences" not in route:  # a rep speaks for themselves alone
                wrong.append((method, route, status))
    assert sorted(wrong) == []


def test_the_demo_has_no_door_when_it_is_no_demo(client, keys):
    assert client.post(f"/demo/{keys['demo']}/").status_code == 404
