"""What a person wrote can be erased one day: it is never among the codes, over which the chain of the journal is made."""

import pytest

from tests.conftest import NOON
from treaty.feedback import contact
from treaty.handoff.actions import reroute
from treaty.journal.models import Entry
from treaty.truth.models import Activity

pytestmark = pytest.mark.db
WRITTEN = "Sol Meyer has a broken arm"


def told(verb):
    entry = Entry.objects.get(verb=verb)
    return entry.codes, entry.words.text


def test_why_a_handoff_moved_is_words(world):
    handoff = world.handed_over(NOON)
    reroute(handoff, at=NOON, reason=WRITTEN)
    assert told("handoff.moved") == ({"from": handoff.owner.key}, {"reason": WRITTEN})


def test_what_an_objection_is_about_is_words(world):
    contact.hear(world.qualified(NOON), "too dear", by=world.sol, at=NOON, theme=WRITTEN)
    assert told("objection.heard") == ({}, {"theme": WRITTEN, "text": "too dear"})


def test_how_a_contact_ended_is_one_of_a_few_names(world):
    lead = world.qualified(NOON)
    with pytest.raises(contact.NotContact, match=rf"'{WRITTEN}' is not how a contact ends: use one of no_answer, voicemail"):
        contact.log_contact(lead, "call", by=world.sol, at=NOON, outcome=WRITTEN)
    assert not Activity.objects.exists()
    contact.log_contact(lead, "call", by=world.sol, at=NOON, outcome="connected", text=WRITTEN)
    assert told("contact.logged") == ({"lead": lead.key, "kind": "call", "outcome": "connected"}, {"text": WRITTEN})


def test_every_outcome_a_form_offers_is_one_of_them():
    from treaty.web.pages.leads.forms import OUTCOMES

    assert {name for name, _ in OUTCOMES} <= set(contact.OUTCOMES)
