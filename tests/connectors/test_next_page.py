"""While the rows of one page are stored the next one is fetched; not while a place alone is to be kept."""

from threading import Event

from tests.conftest import NOON
from treaty.connectors import pulling
from treaty.connectors.vendors.talk import Page, Place, Row, Stream, Terms

TERMS = Terms(known={}, fields={})


class Told:
    """A system of two pages; `asked`: the second was asked for."""

    def __init__(self, *rows):
        self.rows, self.asked = rows, Event()

    def run(self, talk):
        if talk.next:
            self.asked.set()
            return Page((), None)
        return Page(self.rows, talk.at("second"))

    def pages(self):
        stream = Stream("people", lambda place, _: place, every=60)
        return pulling._pages(self, stream, Place(NOON), TERMS)


def test_the_next_page_is_fetched_while_one_is_stored():
    told = Told(Row("1", []))
    pages = told.pages()
    assert next(pages).place.next == "second"
    assert told.asked.wait(30)  # nobody has asked for another page
    assert next(pages).place is None


def test_a_place_alone_is_kept_before_anything_is_asked_behind_it():
    """A job that was begun there is found again by its place, wherever the pull ends."""
    told = Told()
    pages = told.pages()
    assert next(pages).place.next == "second"
    assert not told.asked.wait(0.2)
    assert next(pages).place is None
    assert told.asked.is_set()
