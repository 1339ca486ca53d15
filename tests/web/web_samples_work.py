"""The working pages of the same day: queue, brief, agreement."""

from typing import Any

from web_drawings import clock, eur
from web_samples import DIGEST, OLDER

from treaty.web import charts
from treaty.web.pieces import (
    Article,
    Brief,
    BriefClock,
    BriefPart,
    BriefRow,
    Choice,
    Clause,
    Figure,
    Group,
    LeadRow,
    Link,
    Reach,
    Sheet,
    Signature,
    VersionTab,
    Who,
)


def lead_row(key: str, name: str, detail: str, left: float, clock: str, worth: str, *, is_open: bool = False) -> LeadRow:
    soon = left < 0.16
    return LeadRow(
        key=key,
        href=f"/queue/?lead={key}",
        brief_href=f"/queue/{key}/brief/",
        name=name,
        detail=detail,
        ring=charts.ring(left, is_soon=soon),
        clock=clock,
        worth=worth,
        is_soon=soon,
        is_open=is_open,
    )


def brief() -> Brief:
    reasons = [
        ("not_in_market", "Not in market", "returns in 90 days", "when"),
        ("no_budget", "No budget", "returns in 180 days", ""),
        ("wrong_contact", "Wrong contact data", "to data quality", "which field"),
        ("other_product", "Other product", "back to marketing", "which product"),
        ("duplicate", "Duplicate", "merge", "of whom"),
        ("competitor", "Competitor", "closed", "which one"),
    ]
    touches = [
        ("Mon 16 Mar", "Pricing page, twice, 7 minutes"),
        ("Fri 13 Mar", "Downloaded “Predicting bearing failure”"),
        ("Wed 11 Mar", "Webinar to the end; asked “two pumps failed in January, can we retrofit without opening the cabinet?”"),
        ("Wed 4 Mar", "Downloaded the ISO 20816 checklist"),
        ("Wed 25 Feb", "Downloaded the retrofit guide, from search"),
    ]
    return Brief(
        key="1",
        name="Ada Brenner",
        answer_href="/handoffs/1/disposition/",
        back=Link("Queue, 1 of 9", "#main"),
        title=("Head of maintenance, ", Link("Kessler Pumpen GmbH", "/accounts/1/"), ", 240 people, Leipzig"),
        reach=[Reach("+49 341 0000 118", "tel:+493410000118"), Reach("a.brenner@kessler.example", "mailto:a.brenner@kessler.example")],
        worth=Figure(eur(28000), "#why-value"),
        clock=BriefClock(
            left="34 minutes left for the first contact",
            promise=("promised within 4 working hours, ", Link("article 4 (c)", "/agreement/#a4")),
            drawing=clock(),
        ),
        gist=[
            "Two pumps stopped without warning in January. She read the bearing-failure guide, then compared prices yesterday afternoon.",
            "She is looking for a way to retrofit sensors without opening the control cabinet.",
        ],
        gist_source=("From ", Link("her question on 11 March", "#t"), " and ", Link("5 touches", "#t"), ". Nothing here is guessed."),
        opening="You read our note on retrofitting older pumps. Is it the wiring or the downtime that worries you most?",
        next_step=("Next: call before noon. If she asks about wiring, send the ", Link("two-page retrofit sheet", "/content/1/"), "."),
        main=[
            BriefPart(
                title="What she did", note="5 touches in 19 days", kind="trail", rows=[BriefRow(words, at=at) for at, words in touches]
            )
        ],
        side=[
            BriefPart(
                title="Who else at Kessler",
                note="3 active",
                kind="people",
                rows=[
                    BriefRow("Ada Brenner", "champion"),
                    BriefRow("Dr. Ralf Kessler", "economic buyer"),
                    BriefRow("Timo Franke", "end user"),
                ],
            ),
            BriefPart(
                title="Expect to hear",
                rows=[
                    BriefRow("Integration effort", "in 6 of 10 deals like this"),
                    BriefRow("“We already have a service contract”", "webinar chat"),
                ],
            ),
            BriefPart(
                title="Why she is here",
                note="version 3, article 3",
                rows=[
                    BriefRow("3 downloads in 30 days, 3 asked for"),
                    BriefRow("Pricing page on 16 March"),
                    BriefRow("240 people, 50 asked for"),
                ],
            ),
            BriefPart(title="Why you", rows=[BriefRow("Territory DACH. Jonas is away until 19 March.")]),
        ],
        reasons=[Choice(value=value, words=words, returns=returns, asks=asks) for value, words, returns, asks in reasons],
    )


def queue() -> dict[str, Any]:
    first = [
        lead_row("1", "Ada Brenner", "Head of maintenance, Kessler Pumpen", 0.14, "34 min left", eur(28000), is_open=True),
        lead_row("2", "Rubén Castell", "Operations director, Aurelia Cosmetics", 0.35, "1 h 23 left", eur(19500)),
        lead_row("3", "Hanne Vik", "Asked for a demo. Plant manager, Fjordglass", 0.95, "3 h 49 left", eur(34000)),
        lead_row("10", "Bruno Keller", "Plant engineer, Zement Süd", 0.0, "late by 26 min", eur(12000)),
    ]
    second = [
        lead_row("4", "Piotr Zielak", "Reliability engineer, Zakłady Odra", 0.31, "by 15:40", eur(22000)),
        lead_row("5", "Claire Demont", "VP manufacturing, Rivoire Biotech", 0.43, "by Wed 09:36", eur(41000)),
    ]
    groups = [Group("First contact, within 4 working hours", first), Group("Accept or reject, within 16 working hours", second)]
    return {
        "title": "Six leads are yours",
        "note": "By clock, then expected value. Tuesday 10:42.",
        "groups": groups,
        "brief": brief(),
        "bulk_href": "/queue/answers/",
    }


def agreement() -> dict[str, Any]:
    changed = Article(
        number=3,
        title="When a lead is ready for sales",
        anchor="a3",
        is_changed=True,
        before=["A lead is marketing qualified from the first moment that all of these hold:"],
        clauses=[
            Clause(
                [
                    ("at least ", "same"),
                    ("3", "removed"),
                    (" ", "same"),
                    ("2", "added"),
                    (" content downloads in the last 30 days;", "same"),
                ]
            ),
            Clause(
                [
                    ("at least one visit to the pricing page in the last ", "same"),
                    ("90", "removed"),
                    (" ", "same"),
                    ("45", "added"),
                    (" days;", "same"),
                ]
            ),
            Clause([("a company of 50 or more people.", "same")]),
        ],
        after=["A person who asks for a demonstration is ready at once."],
        side=["Amends a clause locked until 30 June: both sides must sign.", Link("Read as YAML", "/agreement/4.yaml")],
    )
    articles = [
        Article(
            number=1,
            title="What we both own",
            anchor="a1",
            clauses=[
                Clause([("€1,200,000 of pipeline created each quarter.", "same")]),
                Clause([("€400,000 of revenue closed each quarter.", "same")]),
            ],
        ),
        Article(
            number=2, title="Who we sell to", anchor="a2", before=["Companies of 50 or more people, in manufacturing or life sciences."]
        ),
        changed,
        Article(
            number=4,
            title="What we promise each other",
            anchor="a4",
            clauses=[
                Clause(
                    [(" delivers at least 120 marketing qualified leads a month, of which sales accepts at least 80%.", "same")],
                    Who("marketing", "Marketing"),
                ),
                Clause([(" makes the first contact within 4 working hours in at least 85 of 100 cases.", "same")], Who("sales", "Sales")),
            ],
        ),
    ]
    sheet = Sheet(
        title="An agreement between marketing and sales at Halden Instruments",
        note=("Version 4, proposed 16 March 2026. ", Link("Article 3 changes", "#a3"), ", the other three stay."),
        marketing_signs="for whom Mira Lang signs",
        sales_signs="for whom Sam Okafor signs",
        preamble="Both teams own one number, use one definition of a lead that is ready, and answer each other in time.",
        articles=articles,
        signatures=[
            Signature(party="marketing", name="Mira Lang", role="head of marketing", signed="16 March 2026, 16:12, Europe/Berlin"),
            Signature(
                party="sales",
                name="Sam Okafor",
                role="head of sales",
                note="Takes effect on 1 April 2026 if signed by 31 March",
                step=Link("Sign as Sam Okafor", "/agreement/4/sign/"),
            ),
        ],
        digest=DIGEST,
        marketing_signed=True,
        sales_signed=False,
        verify=Link("Verify offline", "/agreement/4/export/"),
    )
    versions = [
        VersionTab("Version 4, proposed", "/agreement/4/", DIGEST, True, False, is_current=True),
        VersionTab("Version 3, in force since 1 January", "/agreement/3/", OLDER, True, True),
    ]
    return {"sheet": sheet, "versions": versions, "links": [Link("As YAML", "/agreement/4.yaml"), Link("Print", "#print")]}
