"""What the tour visits: the pages, whose eyes look, and what has to happen on them before the picture."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

MIRA, SAM, SOL, RUI = "Mira Lang", "Sam Okafor", "Sol Meyer", "Rui Costa"
KNOWER = "Who knows whom"
PASSWORD = "a long secret of Rui's"  # noqa: S105 (opens nothing but the tour)
ROWS = "".join(f"{n},person{n}@acme.example,web,2026-01-{n:02}\n" for n in range(1, 21))
LEADS = f"lead_id,email,origin,first_contact\n{ROWS},,web,2026-01-06\n22,bo@acme.example,web,2026-02-30\n"
LATE = "deal_id,name,stage,amount,currency,created,closed\nlate-{on},Came late,Closed Won,4200,EUR,{on},{on}\n"


@dataclass(frozen=True)
class Stop:
    """One page of the tour. link: where the address leads on, by the first link that fits; act: what is done before the picture."""

    name: str
    who: str
    path: str
    link: str = ""
    act: Callable[[Page], None] | None = None
    on_paper: bool = False


def why(page: Page) -> None:
    page.goto(f"{page.url}why/")


def connected(page: Page, place: str = "", name: str = "Demo HubSpot") -> None:
    """The pretended HubSpot or another source, or a page beneath it."""
    page.get_by_role("link", name=name).click()
    if place:
        page.goto(f"{page.url}{place}")


def records(page: Page) -> None:
    page.get_by_role("link", name="The records of this person").click()


def spoil(page: Page) -> None:
    """A wrong word, said by line while it is typed."""
    text = page.get_by_label("The document, in YAML")
    text.fill(text.input_value().replace("model: w_shaped", "model: w_shapd"))
    page.get_by_text("Did you mean w_shaped?").wait_for()


def replayed(page: Page) -> None:
    """The back-test is worked out beside the page, which shows itself anew."""
    expect(page.locator(".working")).to_have_count(0, timeout=60_000)


def counted(page: Page) -> None:
    expect(page.locator("#lately table")).to_have_count(1, timeout=60_000)


def stops(draft: str, run: str, closed: str = "", due: str = "") -> list[Stop]:
    """The pages of the demo company. draft, run, closed, due: addresses of the draft, the import and the closed month that were made for
    the tour, and of a month that can be closed."""
    lead, deal = r"^/leads/\w{12}/$", r"^/opportunities/\w{12}/$"
    return [
        Stop("sign-in", "", "/sign-in/"),
        Stop("home", MIRA, "/"),
        Stop("home-of-a-rep", SOL, "/"),
        Stop("figure", MIRA, "/", link="^/figures/pipeline_created/"),
        Stop("queue", SOL, "/queue/"),
        Stop("queue-keys", SOL, "/queue/", act=lambda page: page.keyboard.press("?")),
        Stop("queue-reject", SOL, "/queue/", act=lambda page: page.keyboard.press("r")),
        Stop("queue-of-marketing", MIRA, "/queue/"),
        Stop("leads", SAM, "/leads/"),
        Stop("lead", SOL, "/leads/?stage=sales_accepted", link=lead),
        Stop("lead-why", SOL, "/leads/?stage=sales_accepted", link=lead, act=why),
        Stop("lead-rejected", MIRA, "/leads/?stage=rejected", link=lead),
        Stop("lead-new", MIRA, "/leads/new/"),
        Stop("leads-otherwise", SAM, "/leads/otherwise/"),
        Stop("doubles", RUI, "/doubles/"),
        Stop("double", RUI, "/doubles/", link=r"^/doubles/\w{12}/$"),
        Stop("doubles-search", RUI, "/doubles/search/"),
        Stop("person", RUI, "/leads/?stage=sales_accepted", link=lead, act=records),
        Stop("opportunities", SAM, "/opportunities/"),
        Stop("opportunity-won", SAM, "/", link=deal),
        Stop("opportunity-open", SAM, "/opportunities/", link=deal),
        Stop("agreement", MIRA, "/agreement/versions/1/"),
        Stop("agreement-text", MIRA, "/agreement/versions/1/text/"),
        Stop("agreement-drafts", MIRA, "/agreement/draft/"),
        Stop("agreement-begin", MIRA, "/agreement/begin/"),
        Stop("agreement-suggest", MIRA, "/agreement/suggest/"),
        Stop("agreement-session", MIRA, "/agreement/suggest/session/"),
        Stop("agreement-draft-faults", MIRA, draft, act=spoil),
        Stop("agreement-backtest", MIRA, f"{draft}backtest/", act=replayed),
        Stop("agreement-backtest-people", MIRA, f"{draft}backtest/people/"),
        Stop("agreement-stages", MIRA, f"{draft}parts/stages/", act=counted),
        Stop("agreement-proposed", SAM, "/agreement/versions/2/"),
        Stop("agreement-difference", SAM, "/agreement/versions/2/difference/"),
        Stop("agreement-compare", SAM, "/agreement/compare/?old=1&new=2"),
        Stop("agreement-remarks", SAM, "/agreement/versions/2/remarks/"),
        Stop("agreement-sign", SAM, "/agreement/versions/2/sign/"),
        Stop("promises", SAM, "/promises/"),
        Stop("promise", SAM, "/promises/first-contact/"),
        Stop("week", SAM, "/week/"),
        Stop("week-printed", SAM, "/week/", on_paper=True),
        Stop("funnel", MIRA, "/funnel/"),
        Stop("funnel-periods", MIRA, "/funnel/?view=period&by=channel"),
        Stop("funnel-time", SAM, "/funnel/time/"),
        Stop("funnel-won", SAM, "/funnel/won/?by=owner"),
        Stop("funnel-pipeline", SAM, "/funnel/pipeline/"),
        Stop("numbers", MIRA, "/numbers/"),
        Stop("number", MIRA, "/numbers/acceptance_rate/?by=channel&when=quarter"),
        Stop("attribution", MIRA, "/attribution/?instead=linear"),
        Stop("attribution-campaigns", MIRA, "/attribution/?by=campaign"),
        Stop("campaigns", MIRA, "/campaigns/"),
        Stop("campaign", SAM, "/campaigns/thursday-letter/"),
        Stop("campaign-sealed", MIRA, "/campaigns/fair-1/"),
        Stop("campaign-to-seal", SAM, "/campaigns/?sort=-name", link=r"^/campaigns/webinar-"),
        Stop("campaign-people", SAM, "/campaigns/?when=all", link="^/figures/touched_people/"),
        Stop("content", MIRA, "/content/?when=all"),
        Stop("content-one", MIRA, "/content/retrofit-guide/"),
        Stop("goals", SAM, "/goals/"),
        Stop("economics", MIRA, "/economics/?when=year"),
        Stop("economics-campaigns", SAM, "/economics/?by=campaign&when=year"),
        Stop("books", SAM, "/books/"),
        Stop("books-months", SAM, "/books/?per=month"),
        Stop("books-restated", SAM, closed),
        Stop("books-to-close", RUI, due),
        Stop("rejections", MIRA, "/rejections/"),
        Stop("gaps", SAM, "/gaps/"),
        Stop("house", RUI, "/house/"),
        Stop("audiences", MIRA, "/audiences/"),
        Stop("audiences-conversions", RUI, "/audiences/?list=conversions&platform=linkedin"),
        Stop("fairness", SAM, "/fairness/"),
        Stop("sources", RUI, "/sources/"),
        Stop("source", RUI, "/sources/?sort=-name", link=r"^/sources/\w{12}/$"),
        Stop("source-new", RUI, "/sources/new/"),
        Stop("reconciliation", MIRA, "/sources/reconciliation/?what=leads"),
        Stop("reconciliation-cause", SAM, "/sources/reconciliation/?what=amounts_by_stage&cause=amount"),
        Stop("reconciliation-accounts", MIRA, "/sources/reconciliation/?what=accounts"),
        Stop("account", RUI, "/sources/reconciliation/?what=accounts", link=r"^/accounts/"),
        Stop("systems", RUI, "/sources/connect/"),
        Stop("system-connect", RUI, "/sources/connect/hubspot/"),
        Stop("enrichment", RUI, "/sources/enrichment/"),
        Stop("enricher", RUI, "/sources/", act=lambda page: connected(page, name=KNOWER)),
        Stop("enricher-change", RUI, "/sources/", act=lambda page: connected(page, "enrichment/", KNOWER)),
        Stop("system", RUI, "/sources/", act=connected),
        Stop("system-mapping", RUI, "/sources/", act=lambda page: connected(page, "mapping/")),
        Stop("system-writes", RUI, "/sources/", act=lambda page: connected(page, "writes/")),
        Stop("system-writes-fields", RUI, "/sources/", act=lambda page: connected(page, "writes/fields/")),
        Stop("system-statuses", RUI, "/sources/", act=lambda page: connected(page, "statuses/")),
        Stop("imports", RUI, "/imports/"),
        Stop("import-new", RUI, "/imports/new/"),
        Stop("mappings", RUI, "/mappings/"),
        Stop("import-refused", RUI, run),
        Stop("import-undo", RUI, f"{run.rstrip('/')}/undo/"),
        Stop("team", RUI, "/team/"),
        Stop("member", RUI, "/team/", link=r"^/team/\w{12}/$"),
        Stop("member-new", RUI, "/team/new/"),
        Stop("settings", SOL, "/settings/"),
        Stop("notices-of-mine", SOL, "/settings/notices/"),
        Stop("channels", RUI, "/settings/channels/"),
        Stop("channel", RUI, "/settings/channels/", link=r"^/settings/channels/\w{12}/$"),
        Stop("channel-add-slack", RUI, "/settings/channels/add/slack/"),
        Stop("channel-looks-handover", RUI, "/settings/channels/preview/"),
        Stop("channel-looks-win", RUI, "/settings/channels/preview/?what=won"),
        Stop("channel-looks-digest", RUI, "/settings/channels/preview/?what=digest"),
        Stop("missing", SOL, "/leads/nothing/"),
        Stop("forbidden", SOL, "/imports/"),
    ]


EMPTY = ("", "queue", "leads", "opportunities", "agreement", "agreement/draft", "promises", "week", "attribution", "rejections", "fairness")
EMPTY += ("campaigns", "content", "goals", "economics", "funnel", "numbers")
EMPTY += ("doubles", "doubles/search", "sources", "sources/reconciliation", "imports", "team", "settings", "settings/channels")
EMPTY += ("settings/notices", "gaps", "audiences")


def brand_new_stops() -> list[Stop]:
    """The pages of a company that has one member and nothing else."""
    return [Stop(f"brand-new-{path.replace('/', '-') or 'home'}", "", f"/{path}/" if path else "/") for path in EMPTY]


def prepared(browser: Browser, url: str, scratch: Path) -> list[Stop]:
    """The stops, after what they show was made: an amendment proposed, a draft, an import of which two rows are refused, a month
    closed and restated by a deal that came late, a channel, a service that knows about people."""
    mira = entered(browser.new_context(base_url=url), MIRA)
    mira.goto("/agreement/versions/2/")
    if mira.get_by_role("heading", name="Version 2").count() == 0:
        propose(mira)
    draft = drafted(mira)
    rui = entered(browser.new_context(base_url=url), RUI)
    run = imported(rui, scratch, "leads.csv", LEADS)
    closed, due = closed_month(mira, entered(browser.new_context(base_url=url), SAM))
    on = f"{closed.strip('/')[-7:]}-15"
    imported(rui, scratch, "deals.csv", LATE.format(on=on))
    restated(mira, closed)
    channel(rui)
    service(rui)
    return stops(draft, run, closed, due)


def closed_month(mira: Page, sam: Page) -> tuple[str, str]:
    """(the oldest month, closed and signed by both, and the latest that can be closed): their addresses."""
    mira.goto("/books/?per=month")
    waiting = mira.locator("tr", has_text="to be closed").locator("a")
    due, oldest = (one.get_attribute("href") or "" for one in (waiting.first, waiting.last))
    mira.goto(oldest)
    mira.get_by_role("button", name="Make its figures").click()
    for page in (mira, sam):
        page.goto(oldest)
        page.get_by_label("Your passphrase").fill(page.locator("#sign p b").inner_text())
        page.get_by_role("button", name="Sign ").click()
    sam.get_by_text("Its hash is").wait_for()
    return oldest, due


def restated(mira: Page, closed: str) -> None:
    """As soon as the worker has exported what came late."""
    for _ in range(60):
        mira.goto(closed)
        mira.get_by_role("button", name="Compare with the data now").click()
        if mira.get_by_text("stands beside the figures").count() or mira.get_by_text("What restatement").count():
            return
        mira.wait_for_timeout(3_000)


def channel(rui: Page) -> None:
    """A list that is told by e-mail; nothing listens at its server, so its page shows what waits and why."""
    rui.goto("/settings/channels/add/email/")
    rui.get_by_label("Name").fill("Revenue list")
    rui.get_by_label("Address of a list").fill("revenue@halden.example")
    for told in ("A lead is handed over", "A deal is won"):
        rui.get_by_label(told).check()
    rui.get_by_role("button", name="Add it").click()
    if rui.get_by_role("button", name="Send a test").count():  # one that runs already may have the list, or no server of e-mail
        rui.get_by_role("button", name="Send a test").click()


def service(rui: Page) -> None:
    """A service that is nowhere, so its page shows whom it would be asked about and why it stands still."""
    rui.goto("/sources/enrichment/")
    told = {"Name": KNOWER, "Address": "https://people.invalid/?email={email}", "What is taken": "title = person.job.title", "Calls": "20"}
    for label, value in told.items():
        rui.get_by_label(label).fill(value)
    rui.get_by_role("button", name="Set it up").click()


def drafted(mira: Page) -> str:
    mira.goto("/agreement/draft/new/?from=1")
    mira.get_by_role("button", name="Save draft").click()
    mira.wait_for_url(re.compile(r"/agreement/draft/\w{12}/"))
    return mira.url.partition("?")[0]


def propose(mira: Page) -> None:
    mira.goto("/agreement/draft/new/?from=1")
    text = mira.get_by_label("The document, in YAML")
    text.fill(text.input_value().replace("{kind: page_view}}, points: 1", "{kind: page_view}}, points: 2"))
    mira.get_by_role("button", name="Save and look at the proposal").click()
    mira.get_by_label("Why is it amended?").fill("Visits say more than we thought")
    mira.get_by_label("or its text").fill("message: sees it weeks before\n")
    mira.get_by_role("button", name="Bind and look").click()
    mira.get_by_role("button", name="Propose version 2").click()
    mira.get_by_text("Version 2 is proposed").wait_for()
    remarked(mira)


def remarked(mira: Page) -> None:
    """A word on the first clause of the proposal; a question would keep the tour from its page of signing."""
    mira.goto("/agreement/versions/2/")
    mira.goto(mira.locator("a.thread-add").first.get_attribute("href") or "")
    mira.get_by_label("Your words").fill("The sum is that of the plan of November.")
    mira.get_by_label("a remark").check()
    mira.get_by_role("button", name="Say it").click()
    mira.get_by_text("Said.").wait_for()


def imported(rui: Page, scratch: Path, name: str, rows: str) -> str:
    """The address of what became of the rows."""
    file = scratch / name
    file.write_text(rows, "utf-8")
    rui.goto("/imports/new/")
    rui.get_by_label("Files").set_input_files(file)
    rui.get_by_label("From which system").fill("HubSpot")
    rui.get_by_role("button", name="Look at them").click()
    rui.get_by_role("button", name=re.compile(r"^Import \d+ rows?")).click(timeout=60_000)
    rui.get_by_role("link", name="See what became of the rows").click(timeout=60_000)
    rui.get_by_role("heading", name=re.compile("rows? (is|are) new")).wait_for()
    return rui.url


def entered(view: BrowserContext, who: str) -> Page:
    page = view.new_page()
    page.goto("/sign-in/")
    page.get_by_role("button", name=who).click()
    expect(page.get_by_role("button", name="Sign in")).to_have_count(0)
    return page
