"""The fields of a page's form as a browser would send them."""

from html.parser import HTMLParser


class Fields(HTMLParser):
    """Names and values of the form with that id; of boxes those that are ticked, of a choice the chosen option."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form, self.is_inside = form, False
        self.found: dict[str, list[str]] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_inside = given.get("id") == self.form
        if not self.is_inside:
            return
        name = given.get("name", "")
        if tag == "input" and name and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self._add(name, given.get("value", ""))
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and ("selected" in given or self._select not in self.found):
            self.found[self._select] = [given.get("value", "")]
        if tag == "textarea":
            self._area = name
            self._add(name, "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""

    def _add(self, name: str, value: str) -> None:
        self.found.setdefault(name, []).append(value)


def fields_of(page: str, form: str) -> dict[str, list[str]]:
    """Of one form of a page. A textarea's first line end belongs to the page, as in a browser."""
    reader = Fields(form)
    reader.feed(page)
    return {name: [value.removeprefix("\n") for value in values] for name, values in reader.found.items()}
