"""The worker restates closed periods at night, once."""

from datetime import timedelta

import pytest

from tests.books.company import LATER, with_deals
from treaty.books.models import Restatement
from treaty.jobs import restating
from treaty.truth.models import Opportunity

pytestmark = pytest.mark.django_db
NIGHT = LATER.replace(hour=1)  # three in the morning in Berlin


def test_at_night_once_and_not_by_day(tmp_path, monkeypatch):
    monkeypatch.setattr("treaty.jobs.restating.home", lambda: tmp_path)
    monkeypatch.setattr(restating, "_looked", {})
    company = with_deals(tmp_path)
    assert restating.one_due(at=NIGHT) == 0
    company.closed()
    company.edit(Opportunity.objects.get(name="acme"), "1700.00")
    company.lake(NIGHT)
    assert restating.one_due(at=LATER) == 0
    assert [restating.one_due(at=NIGHT + timedelta(minutes=n)) for n in range(3)] == [1, 0, 0]
    assert Restatement.objects.get().number == 1
