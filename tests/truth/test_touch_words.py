"""A touch in words: what it names is called by its name."""

import pytest

from tests.conftest import NOON
from treaty.truth.models import Campaign, Content, Touch
from treaty.truth.queries import detail_of, names_of, touch_words

pytestmark = [pytest.mark.django_db, pytest.mark.db]
OPENED = Touch(kind="email_open", channel="email", campaign="spring-letter")
READ = Touch(kind="content_download", channel="email", campaign="spring-letter", content="Pump-Guide")


def test_without_names_keys_are_all_there_is():
    assert names_of([OPENED, READ]) == {}
    assert (touch_words(OPENED), detail_of(OPENED)) == ("Opened spring-letter", "email · spring-letter")


def test_a_channel_is_written_as_people_write_it():
    assert detail_of(Touch(kind="page_view", channel="ai_assistant", path="/")) == "AI assistant"


def test_a_campaign_and_a_content_are_called_by_their_names():
    Campaign.objects.create(slug="spring-letter", name="The letter of spring", made_at=NOON)
    Content.objects.create(slug="pump-guide", title="Pumps, kept", made_at=NOON)
    names = names_of([OPENED, READ])
    assert (touch_words(OPENED, names), detail_of(OPENED, names)) == ("Opened The letter of spring", "email · The letter of spring")
    assert touch_words(READ, names) == "Downloaded “Pumps, kept”"


def test_a_content_without_a_title_borrows_the_name_of_the_campaign_of_its_key():
    Campaign.objects.create(slug="webinar-9", name="Webinar: From alarm to work order", made_at=NOON)
    went = Touch(kind="webinar_attended", content="webinar-9", campaign="webinar-9")
    assert touch_words(went, names_of([went])) == "Attended “Webinar: From alarm to work order”"
