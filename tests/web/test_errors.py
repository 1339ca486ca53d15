"""What is said when something is broken is said without the help of what may be broken."""

from django.test import RequestFactory

from treaty.web import errors


def test_the_page_for_our_own_fault_needs_no_database_and_no_session():
    response = errors.broken(RequestFactory().get("/leads/"))  # without `django_db`, asking the database fails the test
    page = response.content.decode()
    assert response.status_code == 500
    assert "Something went wrong on our side" in page
    assert "Traceback" not in page
