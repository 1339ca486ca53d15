"""The same day: promises both ways, and the page of the week."""

from typing import Any

from django import forms
from web_drawings import dots, waiting
from web_samples import home

from treaty.web.pages.leads.forms import Act
from treaty.web.pieces import (
    Change,
    Choice,
    Column,
    Dispute,
    Empty,
    Faint,
    Figure,
    Link,
    Listing,
    Promise,
    PromiseMonth,
    Resolved,
    Row,
    Standing,
    Strong,
    Table,
    Vow,
    Who,
)


class Adding(forms.Form):
    text = forms.CharField(label="What is to be done?")
    due_on = forms.DateField(label="By when?")


def adding(kind: str, **more: Any) -> Act:
    return Act(kind, f"Add: {kind}", "/week/resolutions/", Adding(more.pop("data", None), auto_id=f"{kind}-%s"), "Keep it", **more)


def promises() -> dict[str, Any]:
    def month(name: str, figure: str, standing: Any) -> PromiseMonth:
        return PromiseMonth(name, Figure(figure, "/leads/"), standing)

    kept = Standing("kept", "kept")
    marketing = Vow(
        party="marketing",
        title="Marketing promised sales",
        signatory=Who("marketing", "Mira Lang"),
        promises=[
            Promise(
                "At least 120 marketing qualified leads a month",
                Standing("running", "8 ahead of pace"),
                [month("January", "126", kept), month("February", "131", kept), month("March, 11 of 22 days", "68", "60 due by now")],
            ),
            Promise(
                "Sales accepts at least 80% of them",
                Standing("running", "on the line"),
                [
                    month("January", "81.7%", Standing("kept", "103 of 126")),
                    month("February", "74.8%", Standing("late", "98 of 131, not kept", now=True)),
                    month("March", "81.4%", "48 of 59, 9 open"),
                ],
            ),
        ],
    )
    sales = Vow(
        party="sales",
        title="Sales promised marketing",
        signatory=Who("sales", "Sam Okafor"),
        promises=[
            Promise(
                "First contact within 4 working hours, 85 in 100",
                Standing("running", "7 clocks running"),
                [
                    month("January", "88.1%", Standing("kept", "111 of 126")),
                    month("February", "83.2%", Standing("late", "109 of 131, not kept", now=True)),
                    month("March", "90.2%", "55 of 61"),
                ],
            ),
            Promise(
                "Accepted or rejected within 16 hours, 90 in 100",
                Standing("running", "9 clocks running"),
                [month("January", "94.4%", kept), month("February", "90.1%", kept), month("March", "96.6%", "57 of 59")],
            ),
        ],
    )
    later = Table(
        columns=[
            Column("Lead", "name"),
            Column("Clock began", "began", is_short=True),
            Column("Took", "took", True),
            Column("What the record says"),
        ],
        rows=[
            Row(("Lutz Amann", "Mon 9 Mar", "4 h 12", Faint("11 leads due at 13:00")), href="/leads/7/"),
            Row(("Ewa Lis", "Mon 9 Mar", "4 h 20", Faint("11 leads due at 13:00")), href="/leads/8/"),
        ],
        listing=Listing(path="/promises/", sort="-took"),
        caption="First contacts after the promised time",
    )
    return {
        "title": "In March, five of six promises are being kept and one is too early to tell",
        "lede": "What each team promised the other in article 4 of version 3, and what happened. Every figure opens its cases.",
        "vows": [marketing, sales],
        "dots": dots(),
        "later": later,
        "later_title": "The later ones came in over a weekend",
        "way": waiting(),
        "way_note": "Means add up; medians do not.",
    }


def dispute() -> Dispute:
    rulings = [
        ("stands", "rejection stands"),
        ("reopen", "reopen for sales"),
        ("recycle", "recycle, 90 days"),
        ("amend", "clause is unclear: amend"),
    ]
    return Dispute(
        key="1",
        lead=Figure("Yusuf Aydin, Marmara Döküm", "/leads/9/"),
        note="rejected 11 March as “not in market”, disputed 12 March",
        sales=Who("sales", "Jonas Weidt"),
        sales_view="Said they buy no sensors before the new line is built in 2027.",
        marketing=Who("marketing", "Tomas Eriksen"),
        marketing_view="A second person there asked for prices on 12 March, the day after.",
        rulings=[Choice(value=value, words=words) for value, words in rulings],
        rule_href="/disputes/1/ruling/",
    )


def week() -> dict[str, Any]:
    broken = Table(
        columns=[
            Column("Promise"),
            Column("Case"),
            Column("Due", is_number=True),
            Column("Happened", is_number=True),
            Column("What the record says"),
        ],
        rows=[
            Row(
                (
                    "First contact, 4 h",
                    Figure("Bruno Keller", "/leads/10/"),
                    "Mon 13:00",
                    "13:26",
                    Faint("9 weekend leads were due at the same minute"),
                )
            )
        ],
        caption="Promises not kept this week",
        empty=Empty(title="Every promise of the week was kept"),
        listing=Listing(path="/week/"),
    )
    changes = [
        Change(
            (Figure("37 leads", "/leads/"), " qualified, 26 in the five working days before. The webinar of 11 March brought 14 of them."),
            Standing("kept", "ahead of pace"),
        ),
        Change(
            ("Revenue closed is ", Figure("€22,959 below pace", "/"), ", with €79,700 closed this week in two deals."),
            Standing("below", "below pace", now=True),
        ),
    ]
    agenda = [
        Link("What changed", "#m1", key="09:30"),
        Link("Promises not kept", "#m2", key="09:35"),
        Link("Rejected leads", "#m3", key="09:40"),
    ]
    return {
        "eyebrow": "Lead-quality sync, Tuesday 17 March 2026, 09:30 to 10:00",
        "minutes": {"changes": "5 minutes", "promises": "5 minutes"},
        "campaigns": [Change((Strong("Webinar: Sensors for cement kilns"), ", webinar, 25 March."), "coming")],
        "buyers": [Change(("Against buying: price ", Figure("4", "/figures/objections/"), "."), Faint("“Too dear for a pump”"))],
        "resolved": [
            Resolved(
                words="Second name for absences in every territory",
                kind="action",
                who=Who("both", "Kaja Nowak"),
                due="13 Mar",
                made="10 Mar",
                standing=Standing("late", "open, 4 days over", now=True),
                done_href="/week/resolutions/1/done/",
                drop_href="/week/resolutions/1/drop/",
            )
        ],
        "decision": adding("decision"),
        "action": adding("action", data={"text": "Ask for the plant"}, is_open=True),
        "on": "2026-03-17",
        "broken": broken,
        "changes": changes,
        "title": "37 leads in one week, the most this quarter; first contacts run late on Mondays",
        "disputes": [dispute()],
        "wins": home()["wins"][:1],
        "lede": (
            Who("marketing", "Mira Lang"),
            ", ",
            Who("sales", "Sam Okafor"),
            ", ",
            Who("both", "Kaja Nowak"),
            ". 10 to 16 March, under version 3.",
        ),
        "agenda": agenda,
        "agenda_title": "30 minutes",
        "steps": [Link("Print", "#print")],
    }
