"""Pictures of the pages, for looking at them.

shots.py gallery OUT             render every page and part from sample values into OUT, as files a browser opens
shots.py take OUT URL…           photograph pages of a running server: light and dark, 1440 and 390 wide
shots.py take OUT --gallery DIR  the same for a rendered gallery
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "src/treaty/web/static/treaty"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
WIDTHS, THEMES = (1440, 390), ("light", "dark")
PARTS = """{% extends "treaty/base.html" %}{% block main %}
<section><h1>Drawings</h1>{% chart pace_forecast 2 %}</section><section>{% chart months 2 %}</section>
<section class="two">{% chart funnel 2 %}{% chart path 3 "Under the line: first touch and close." %}</section>
<section><div class="panels">{% for drawing in multiples %}{% chart drawing 2 %}{% endfor %}</div></section>
<section><div class="clock">{% draw clock %}</div><div class="clock">{% draw late %}</div>{% draw young %}</section>
<section>{% include "treaty/parts/progress.html" %}{% include "treaty/parts/empty.html" %}</section>{% endblock %}"""


def gallery(out: Path) -> list[Path]:
    """Write one HTML file a page, with the static files beside them."""
    sys.path.insert(0, str(ROOT / "tests/web"))
    import django
    from django.conf import settings

    apps = ["django_htmx", "treaty.web"]
    settings.configure(INSTALLED_APPS=apps, STATIC_URL="/static/", TEMPLATES=[_templates()], SECRET_KEY="gallery")  # noqa: S106 (signs nothing)
    django.setup()
    import web_drawings as drawings
    import web_samples as samples
    import web_samples_week as week
    import web_samples_work as work

    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(STATIC, out / "static/treaty", dirs_exist_ok=True)
    return [_write(out, name, template, context) for name, template, context in _pages(samples, work, week, drawings)]


def _pages(kit: Any, work: Any, week: Any, draw: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Name, template and context of each page of the gallery."""
    brief = work.brief()
    crumbs = [kit.Link("Leads", "/leads/"), kit.Link(brief.name, "")]
    lead = {"brief": brief, "crumbs": crumbs, "timeline": brief.main[0].rows, "why": brief.side}
    deal = {"title": "Nordwerk Papier AG, €48,200, won", "drawing": draw.path(), "timeline": brief.main[0].rows, "parts": brief.side}
    door = {"form": _sign_in_form(), "roles": kit.roles(), "bar": None}
    pages = [
        ("Home", "home", "treaty/home.html", kit.home()),
        ("Queue", "queue", "treaty/queue.html", work.queue()),
        ("Leads", "lead", "treaty/lead.html", lead),
        ("Opportunities", "opportunity", "treaty/opportunity.html", deal),
        ("Agreement", "agreement", "treaty/agreement.html", work.agreement()),
        ("Promises", "promises", "treaty/promises.html", week.promises()),
        ("Week", "week", "treaty/week.html", week.week()),
        ("Leads", "leads", "treaty/listing.html", kit.leads()),
        ("Sources", "import", "treaty/import_preview.html", {"preview": kit.preview()}),
        ("Home", "begin", "treaty/begin.html", kit.begin()),
        ("", "sign-in", "treaty/sign_in.html", door),
        ("", "404", "404.html", {}),
        ("", "parts", "", {**_drawings(draw), "progress": kit.progress(), "empty": kit.begin()["empty"]}),
    ]
    return [(name, template, {"bar": kit.bar(place), **context}) for place, name, template, context in pages]


def _drawings(draw: Any) -> dict[str, Any]:
    return {
        "pace_forecast": draw.pace(with_forecast=True),
        "months": draw.months(is_small=False),
        "funnel": draw.funnel(),
        "path": draw.path("lost"),
        "multiples": draw.multiples(),
        "clock": draw.clock(),
        "late": draw.clock(1.2),
        "young": draw.interval(is_mature=False),
    }


def _sign_in_form() -> Any:
    from django import forms

    class SignIn(forms.Form):
        email = forms.EmailField(label="E-mail")
        passphrase = forms.CharField(label="Passphrase", widget=forms.PasswordInput)

    return SignIn({"email": "sol.reyes", "passphrase": "x"})


def _write(out: Path, name: str, template: str, context: dict[str, Any]) -> Path:
    from django.template import Context, Template
    from django.template.loader import get_template

    page = Template(PARTS).render(Context(context)) if not template else get_template(template).render(context)
    file = out / f"{name}.html"
    file.write_text(page.replace('"/static/', '"static/'))
    return file


def _templates() -> dict[str, Any]:
    options = {"builtins": ["treaty.web.templatetags.treaty"]}
    return {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": options}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback (scripts of a page do not run from files); its address."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """A gallery needs no access log."""


def take(out: Path, addresses: list[str], cookie: str = "") -> None:
    """Photograph each address in both themes and widths, whole page, into OUT/NAME-THEME-WIDTH.png."""
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width in WIDTHS:
            for theme in THEMES:
                view = browser.new_context(viewport={"width": width, "height": 900 if width > 600 else 844}, color_scheme=theme)
                if cookie:
                    view.add_cookies([{"name": "sessionid", "value": cookie, "url": addresses[0]}])
                for address in addresses:
                    _photograph(view, address, out, f"{theme}-{width}")
                view.close()
        browser.close()


def _photograph(view: Any, address: str, out: Path, suffix: str) -> None:
    page = view.new_page()
    page.goto(address)
    page.screenshot(path=out / f"{_name_of(address)}-{suffix}.png", full_page=True)
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    if too_wide:
        print(f"{_name_of(address)}-{suffix}: wider than its window", file=sys.stderr)
    page.close()


def _name_of(address: str) -> str:
    parts = urlsplit(address)
    path = parts.path.strip("/").replace("/", "-").removesuffix(".html")
    return path + parts.query.replace("=", "-").replace("&", "-") or "home"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["gallery", "take"])
    parser.add_argument("out", type=Path)
    parser.add_argument("urls", nargs="*")
    parser.add_argument("--gallery", type=Path)
    parser.add_argument("--cookie", default="", help="value of the sessionid cookie of a signed-in member")
    given = parser.parse_args()
    if given.what == "gallery":
        print(*gallery(given.out), sep="\n")
    elif given.gallery:
        with served(given.gallery) as root:
            take(given.out, [f"{root}/{page.name}" for page in sorted(given.gallery.glob("*.html"))])
    else:
        take(given.out, given.urls, given.cookie)


if __name__ == "__main__":
    main()
