"""Files for advertising: what the page promises is what the file holds; RevOps decides about those who never said."""

import csv
import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from web_doors import Door, told

from tests.conftest import NOON
from treaty.feedback.actions import reject
from treaty.feedback.platforms import Platform, email_hash
from treaty.journal.models import Entry
from treaty.truth.actions import absorb
from treaty.truth.records import PersonRecord, PersonRef

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=2)


def text(door, path="/audiences/"):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path))))


@pytest.fixture
def company(world):
    """Three were rejected as no fit: one agreed, one withdrew, of one nobody knows."""
    for place, consent in enumerate((True, False, None)):
        email = f"p{place}@acme.example"
        handoff = world.handed_over(NOON, email)
        reject(handoff, "no_fit", by=handoff.owner, at=NOON + timedelta(hours=1), detail="too small")
        if consent is not None:
            ref = PersonRef(email=email)
            absorb([PersonRecord(ref=ref, fields={"name": f"P{place}", "consent": consent})], source=world.source, received_at=LATER)
    return world


def rows(response):
    return list(csv.reader(StringIO(b"".join(response.streaming_content).decode())))


def test_it_says_who_is_in_it_and_who_is_not_and_why(company):
    page = text(Door(company.mira, LATER))
    assert "1 person to exclude in Google Ads" in page
    assert "2 are left out (1: nobody said whether they agree; 1: withdrew consent or unsubscribed)" in page
    assert "P1 left out: withdrew consent or unsubscribed" in page
    assert "P0 in the file" in page
    assert "P1" not in text(Door(company.mira, LATER), "/audiences/?who=inside").split("Stands")[1]


def test_the_file_is_what_the_page_promised_and_is_written_down(company):
    door = Door(company.mira, LATER)
    found = rows(door.post("/audiences/file/", {"list": "exclude", "platform": "linkedin"}))
    assert [line[0] for line in found] == ["email", email_hash(Platform.LINKEDIN, "p0@acme.example")]
    assert Entry.objects.get(verb="audience.taken").actor == company.mira


def test_revops_decides_about_those_who_never_said(company):
    door = Door(company.rui, LATER)
    assert "left out of files" not in text(door)
    answer = door.post("/house/consent/", {"unknown": "in"}, follow=True)
    assert "who withdrew is never in one" in told(answer)[0]
    page = text(door)
    assert "2 people to exclude in Google Ads" in page
    assert "Leave them out" in text(door, "/house/")
    assert "Leave them out" not in text(Door(company.mira, LATER), "/house/")


@pytest.mark.parametrize(
    "path", ["?list=alike", "?list=conversions&platform=meta&stage=won", "?since=none&reason=none&platform=none&who=x"]
)
def test_every_choice_opens_and_an_old_address_too(company, path):
    assert Door(company.mira, LATER).get(f"/audiences/{path}").status_code == 200


def test_nothing_to_say_has_a_next_step(world):
    assert "Open the rejections" in text(Door(world.mira, LATER))


def test_marketing_finds_it_from_the_rejections_and_sales_is_not_sent_there(company, lake):
    lake.export(LATER)
    assert 'href="/audiences/"' in Door(company.mira, LATER).says("/rejections/")
    assert 'href="/audiences/"' in Door(company.rui, LATER).says("/campaigns/")
    assert 'href="/audiences/"' not in Door(company.sam, LATER).says("/rejections/")
