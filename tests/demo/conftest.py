"""Companies made once: a small one for most tests, one of the size people see for the shares."""

from datetime import date

import pytest

from tests.demo.shadow import Shadow
from treaty.demo.company import Company
from treaty.demo.hidden import Truth

START = date(2026, 5, 23)


def company(seed: int = 7, leads: int = 300, days: int = 182, start_on: date = START) -> Company:
    return Company(seed, leads=leads, start_on=start_on, days=days)


@pytest.fixture(scope="session")
def small() -> Shadow:
    return Shadow(company()).run()


@pytest.fixture(scope="session")
def truth(halden: Shadow) -> Truth:
    """The truth about `halden`, worked out once."""
    people = list(halden.company.truth().people())
    return Truth(people=lambda: iter(people))


@pytest.fixture(scope="session")
def halden() -> Shadow:
    """5,000 leads, as `treaty demo` makes them."""
    return Shadow(company(leads=5000)).run()
