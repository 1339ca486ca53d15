"""What is said when something is broken is said without the help of what may be broken."""

import pytest
from django.test import RequestFactory
from web_doors import Door

from tests.conftest import NOON
from treaty.web import errors


@pytest.mark.django_db
def test_an_address_that_only_takes_a_form_says_so(world):
    response = Door(world.sam, NOON).get("/settings/password/")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "it has no page of its own" in response.content.decode()


def test_the_page_for_our_own_fault_needs_no_database_and_no_session():
    response = errors.broken(RequestFactory().get("/leads/"))  # without `django_db`, asking the database fails the test
    page = response.content.decode()
    assert response.status_code == 500
    assert "Something went wrong on our side" in page
    assert "Traceback" not in page
