"""Templates: each page renders from its pieces, is sound for who listens, and turns no data into markup (T6)."""

import re
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser

import pytest
import web_drawings as drawings
import web_samples as samples
import web_samples_week as weeks
import web_samples_work as work
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string

from treaty.web.pieces import Bar, Empty, Faint, Figure, Link, Standing, Strong, Who

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Form(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="The one you sign in with")
    keys_on = forms.BooleanField(label="Keys", required=False)


def pages():
    brief = work.brief()
    lead = {
        "brief": brief,
        "crumbs": [Link("Leads", "/leads/"), Link("Ada", "")],
        "timeline": brief.main[0].rows,
        "why": brief.side,
        "drawing": drawings.path(),
    }
    deal = {
        "title": "Nordwerk",
        "drawing": drawings.path(),
        "timeline": brief.main[0].rows,
        "parts": brief.side,
        "table": samples.leads()["table"],
    }
    return {
        "treaty/home.html": samples.home(),
        "treaty/queue.html": work.queue(),
        "treaty/lead.html": lead,
        "treaty/opportunity.html": deal,
        "treaty/agreement.html": work.agreement(),
        "treaty/promises.html": weeks.promises(),
        "treaty/week.html": weeks.week(),
        "treaty/listing.html": samples.leads(),
        "treaty/import_preview.html": {"preview": samples.preview()},
        "treaty/begin.html": samples.begin(),
        "treaty/nothing_yet.html": samples.begin(),
        "treaty/form.html": {"form": Form({"email": "sol"}), "title": "Your settings"},
        "treaty/sign_in.html": {"form": Form({"email": "sol"}), "roles": samples.roles()},
        "404.html": {},
        "403.html": {},
        "400.html": {},
        "500.html": {},
        "403_csrf.html": {},
    }


class Soundness(HTMLParser):
    """Tags that match, ids that are unique, one first heading, fields with names, nothing inline."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []
        self.feed(page)
        self.faults += [f"{name} twice" for name, n in self.ids.items() if n > 1]
        self.faults += [f"unnamed field {one}" for one in self.inputs if not self._is_named(one)]

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags[tag] += 1
        self.ids.update([values["id"]] if values.get("id") else [])
        self.faults += [f"{name} on {tag}" for name in values if name == "style" or name.startswith("on")]
        if tag == "script" and not values.get("src"):
            self.faults.append("inline script")
        if tag == "label" and values.get("for"):
            self.labelled.add(values["for"])
        if tag in ("input", "select", "textarea") and values.get("type") != "hidden":
            self.inputs.append({**values, "in_label": "label" in self.open})
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def _is_named(self, one) -> bool:
        return bool(one["in_label"] or one.get("aria-label") or one.get("id") in self.labelled)


@pytest.mark.parametrize("template", pages())
def test_every_page_is_sound(template):
    page = render_to_string(template, {"bar": samples.bar("Home"), **pages()[template]})
    soundness = Soundness(page)
    assert soundness.faults == []
    assert soundness.open == []
    assert soundness.tags["h1"] == 1
    assert soundness.tags["main"] == 1


@pytest.mark.parametrize("template", ["404.html", "403.html", "400.html", "500.html", "403_csrf.html", "treaty/sign_in.html"])
def test_pages_for_strangers_need_no_context_and_name_no_place(template):
    page = render_to_string(template, {"form": Form()} if "sign_in" in template else {})
    assert 'aria-label="Places"' not in page
    assert Soundness(page).faults == []


def test_an_error_page_says_what_to_do():
    assert "Go to the first page" in render_to_string("404.html")
    assert "nothing was changed" in render_to_string("403_csrf.html")
    assert "Try again" in render_to_string("500.html")


def test_the_bar_names_the_place_the_version_and_the_person():
    page = render_to_string("treaty/home.html", {"bar": samples.bar("Queue"), **samples.home()})
    assert '<a href="/queue/" aria-current="page" data-key="g q">Queue</a>' in page
    assert "version 3" in page
    assert re.search(r'who-s">Sol Reyes', page)
    assert page.count('aria-current="page"') == 1


def test_theme_and_keys_are_set_on_the_root():
    page = render_to_string("404.html", {"bar": replace(samples.bar(theme="dark"), keys_on=False)})
    assert '<html lang="en" data-theme="dark" data-keys="off">' in page
    assert '<html lang="en">' in render_to_string("404.html", {"bar": samples.bar()})


def test_htmx_may_neither_evaluate_nor_write_styles():
    page = render_to_string("404.html")
    assert '"includeIndicatorStyles": false, "allowEval": false, "allowScriptTags": false' in page
    assert "django_htmx/htmx-2.min.js" in page


def test_a_toast_offers_the_way_back_only_when_there_is_one():
    class Message:
        level_tag, message = "success", "Ada Brenner accepted."

        def __init__(self, extra_tags: str) -> None:
            self.extra_tags = extra_tags

    with_undo = render_to_string("treaty/parts/toasts.html", {"messages": [Message("/handoffs/1/undo/")]})
    assert 'action="/handoffs/1/undo/"' in with_undo
    assert 'data-key="u"' in with_undo
    for tags in ("", "javascript:alert(1)"):
        assert "Undo" not in render_to_string("treaty/parts/toasts.html", {"messages": [Message(tags)]})
    assert 'hx-swap-oob="true"' in render_to_string("treaty/parts/toasts.html", {"messages": [], "oob": True})


def test_a_field_in_error_names_the_fault_and_is_tied_to_it():
    page = Template("{% field form.email %}").render(Context({"form": Form({"email": "sol"})}))
    assert "Enter a valid email address." in page
    assert 'aria-invalid="true"' in page
    described = re.search(r'aria-describedby="([^"]+)"', page).group(1).split()
    assert described == ["id_email_helptext", "id_email_error"]
    assert all(f'id="{name}"' in page for name in described)


def test_a_table_sorts_by_links_and_sums_in_its_foot():
    page = render_to_string("treaty/parts/table.html", {"table": samples.leads()["table"]})
    assert '<th scope="col" class="num" aria-sort="descending"><a href="/leads/?stage=mql&amp;sort=worth">Expected</a></th>' in page
    assert "<tfoot>" in page
    assert "1,183 in all" in page
    assert page.count('name="lead"') == 4


def test_a_table_without_rows_says_the_next_step():
    table = replace(samples.leads()["table"], rows=(), empty=Empty(title="No lead fits", steps=[Link("Show all", "/leads/")]))
    page = render_to_string("treaty/parts/table.html", {"table": table})
    assert "<table" not in page
    assert '<a class="btn" href="/leads/">Show all</a>' in page


def test_progress_asks_again_until_there_is_a_result():
    running = render_to_string("treaty/parts/progress.html", {"progress": samples.progress()})
    done = render_to_string("treaty/parts/progress.html", {"progress": samples.progress(is_done=True)})
    assert 'hx-get="/imports/1/progress/" hx-trigger="every 1s"' in running
    assert 'value="420" max="1229"' in running
    assert "hx-get" not in done
    assert "See the 1,229 leads" in done


def test_the_contract_shows_a_change_in_words_and_half_a_seal():
    page = render_to_string("treaty/agreement.html", work.agreement())
    assert "at least <del>3</del> <ins>2</ins> content downloads" in page
    assert "half drawn: marketing has signed" in page
    assert samples.DIGEST in page
    assert "Sign as Sam Okafor" in page


def test_answers_that_are_not_open_are_not_offered():
    page = render_to_string("treaty/parts/brief.html", {"brief": replace(work.brief(), answers=frozenset({"contacted"}))})
    assert 'value="contacted"' in page
    assert 'value="accept"' not in page
    assert "Why is it not for sales?" not in page


def test_reasons_have_keys_one_to_nine_and_say_what_they_ask():
    page = render_to_string("treaty/parts/brief.html", {"brief": work.brief()})
    assert re.findall(r'type="radio" name="reason" value="(\w+)" required data-key="(\d)"', page)[:2] == [
        ("not_in_market", "1"),
        ("no_budget", "2"),
    ]
    assert 'data-asks="which field"' in page


@pytest.mark.parametrize(
    ("piece", "markup"),
    [
        ("a < b", "a &lt; b"),
        (Figure("68", "/leads/"), '<a class="fig" href="/leads/">68</a>'),
        (Figure("68"), '<b class="fig">68</b>'),
        (Figure("68", "javascript:x"), '<b class="fig">68</b>'),
        (Link("Kessler", "/a/?x=1&y=2"), '<a href="/a/?x=1&amp;y=2">Kessler</a>'),
        (Link("Kessler", "//evil.example"), "Kessler"),
        (Who("marketing", "Mira"), '<span class="who who-m">Mira</span>'),
        (
            Standing("late", "late by 26 min", now=True),
            '<span class="st st-now"><svg aria-hidden="true"><use href="#late"/></svg>late by 26 min</span>',
        ),
        ((Strong("Yes. "), "it", [Faint(" is")]), '<strong>Yes. </strong>it<span class="quiet"> is</span>'),
        ((), ""),
    ],
)
def test_a_piece_is_said_as_markup_once(piece, markup):
    assert Template("{% say piece %}").render(Context({"piece": piece})) == markup


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "{{ bar }}{% debug %}",
    "<!--<script>",
    "]]><script>",
    "\u202e<b>",
    "<style>*{display:none}</style>",
    "&lt;script&gt;",
    "` onmouseover=`alert(1)",
    "\x00<script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mi//xlink:href='data:x,1'>",
    '<a href="jav\tascript:alert(1)">x</a>',
    "<x hx-get='/' hx-trigger='load'>",
    "<form action=//evil.example>",
    "' hx-on::load='alert(1)",
]
HOSTILE = [f"{prefix}{payload}" for payload in PAYLOADS for prefix in ("", "Ada ", "x\" y='", "</p>", "\ufeff")]
AT_ONCE = [*PAYLOADS, *("".join(HOSTILE[start : start + 10]) for start in range(0, 100, 10))]
"""Each alone, where it stands first and could be an address; then all hundred, ten to a text, to keep the test short."""


def poisoned(value, payload):
    """The same piece with every text of a reader's data replaced; drawings, keys, addresses of ours and choices stay."""
    if isinstance(value, str):
        return payload
    if isinstance(value, (list, tuple)):
        return type(value)(poisoned(one, payload) for one in value)
    if is_dataclass(value) and not isinstance(value, type) and type(value).__module__.startswith("treaty.web.pieces"):
        kept = {"party", "kind", "digest", "theme", "key", "path", "query", "sort", "downloads", "select", "form", "anchor"}
        changes = {f.name: poisoned(getattr(value, f.name), payload) for f in fields(value) if f.init and f.name not in kept}
        return replace(value, **changes)
    return value


def poison_all(context, payload):
    return {name: poisoned(value, payload) for name, value in context.items()}


def signature(page: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """Every element with the names of its attributes: what a browser would build."""

    class Shape(HTMLParser):
        shape: Counter[tuple[str, tuple[str, ...]]] = Counter()

        def handle_starttag(self, tag, attrs):
            self.shape[tag, tuple(name for name, _ in attrs)] += 1

    parser = Shape()
    parser.shape = Counter()
    parser.feed(page)
    return parser.shape


HARMLESS = "harmless"


@pytest.mark.parametrize("template", [name for name in pages() if name.startswith("treaty/") and "form" not in name])
def test_a_hundred_hostile_texts_in_every_field_build_no_element_and_no_attribute(template):
    context = {"bar": samples.bar("Home"), **pages()[template]}
    safe = signature(render_to_string(template, poison_all(context, HARMLESS)))
    for payload in AT_ONCE:
        page = render_to_string(template, poison_all(context, payload))
        assert signature(page) == safe, payload
        assert not re.search(r'(href|action|data-open|data-href|hx-get)="\s*(javascript|data|vbscript):', page, re.IGNORECASE), payload


def test_hostile_words_in_drawings_build_no_element():
    from treaty.web import charts

    for payload in HOSTILE:
        caption = charts.Caption(title=payload, note=payload, label=payload)
        months = charts.Months(months=[charts.Month(name=payload, value=1, words=payload, promised=1)], promised_words=payload)
        drawing = charts.month_bars(months, caption)
        allowed = {"svg", "rect", "text", "line", "title", "figure", "figcaption", "h3", "p"}
        page = Template("{% chart drawing %}").render(Context({"drawing": drawing}))
        assert {tag for tag, _ in signature(page)} <= allowed, payload


def test_a_bar_without_anything_still_draws():
    assert "No agreement" in render_to_string("404.html", {"bar": Bar(who=Who("both", "Kaja"))})
