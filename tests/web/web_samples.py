"""A day at Halden Instruments, as pieces: for tests of the templates and for the gallery. Figures are made up, and add up."""

from typing import Any

from web_drawings import dots, eur, interval, months, pace, path, split

from treaty.web.pieces import (
    Answer,
    Bar,
    Column,
    ColumnMatch,
    DemoRole,
    Empty,
    Figure,
    Filter,
    FixRow,
    Goal,
    InForce,
    Link,
    Listing,
    Need,
    Number,
    Option,
    Place,
    Preview,
    Progress,
    Row,
    Standing,
    Strong,
    SumRow,
    Table,
    Who,
    Win,
)

DIGEST = "749f144a7e1ad8bd96145004634774ee42c9b88bae2806ba773c00794825c1f7"
OLDER = "52a1c0977d3e5b1f4c8e2d90a6b73f11d2c4e8a95b60f7731e9d84c2ab650f38"


def bar(current: str = "Home", theme: str = "", who: Who | None = None) -> Bar:
    names = (
        ("Home", "h", "/"),
        ("Queue", "q", "/queue/"),
        ("Leads", "l", "/leads/"),
        ("Agreement", "a", "/agreement/"),
        ("Promises", "p", "/promises/"),
        ("Week", "w", "/week/"),
    )
    more = ("Opportunities", "Rejections", "Fairness", "Sources", "Team", "Settings")
    return Bar(
        places=[Place(name, href, key, name == current) for name, key, href in names],
        more=[Place(name, f"/{name.lower()}/", name[0].lower(), name == current) for name in more],
        company="Halden Instruments",
        fresh=Link("Data as of 08:45", "/sources/"),
        sources=Link("HubSpot 4 min ago · Salesforce 6 min ago · spend yesterday", "/sources/"),
        in_force=InForce("version 3", "/agreement/", OLDER),
        who=who or Who("sales", "Sol Reyes"),
        email="sol.reyes@halden.example",
        zone="Europe/Berlin",
        theme=theme,  # type: ignore[arg-type]
    )


def home() -> dict[str, Any]:
    number = Number(
        eyebrow=("Pipeline created this quarter, ", Who("both", "owned by both teams")),
        figure=Figure(eur(1012000), "/opportunities/?created=quarter"),
        of="of €1,200,000 by 31 March",
        says=[("That is ", Figure("€21,524 ahead", "#pace"), " of the agreed pace, with 10 working days left.")],
        rows=[
            SumRow(Who("marketing", "Marketing-sourced"), Figure("28", "/opportunities/?source=marketing"), Figure(eur(628000), "/o")),
            SumRow(Who("both", "Sales-sourced, marketing helped"), Figure("12", "/o"), Figure(eur(265200), "/o")),
            SumRow(Who("sales", "Sales alone"), Figure("6", "/o"), Figure(eur(118800), "/o")),
        ],
        drawing=pace(),
    )
    answers = [
        Answer(
            question="Are there enough qualified leads?",
            answer=(Strong("Yes. "), Figure("68 in March", "/leads/"), " where 60 were due by now; 120 are promised for the month."),
            drawing=months(),
        ),
        Answer(
            question="Are they followed up promptly?",
            answer=(
                Strong("Mostly. "),
                Figure("55 of 61", "/promises/"),
                " first contacts came within 4 working hours. The 6 later ones began on two Monday mornings.",
            ),
            drawing=dots(is_small=True),
        ),
        Answer(
            question="Do they convert as expected?",
            answer=(
                Strong("Yes, within the margin. "),
                Figure("31% of January’s", "/leads/"),
                " accepted leads are sales qualified; 33% is agreed.",
            ),
            drawing=interval(),
        ),
        Answer(
            question="Where is the bottleneck?",
            answer=(
                Strong("Between accepted and first meeting. "),
                "It takes ",
                Figure("6.1 working days", "/promises/"),
                ", and 5.4 of them are waiting for a slot.",
            ),
            drawing=split(),
        ),
    ]
    needs = [
        Need(
            when="09:30",
            what="Two disputes to settle",
            why="at the weekly sync. The pack is ready.",
            step=Link("Open pack", "/week/"),
            is_now=True,
        ),
        Need(
            when="11:16",
            when_note="due",
            what="Ada Brenner, Kessler Pumpen",
            why="waits for a first contact. Sol is in from 09:00.",
            step=Link("See lead", "/queue/"),
            is_now=True,
        ),
        Need(
            when="today",
            what="Version 4 waits for your signature.",
            why="Mira signed yesterday at 16:12. One clause changes.",
            step=Link("Read it", "/agreement/"),
        ),
    ]
    wins = [
        Win(
            account=Figure("Nordwerk Papier AG", "/opportunities/1/"),
            amount=Figure(eur(48200), "/opportunities/1/"),
            drawing=path(),
            story="Closed 12 March. Ines Duarte’s bearing webinar found them, Sol Reyes called within 1 h 10, Priya Nair closed.",
        ),
        Win(
            account=Figure("Lindqvist Kraft AB", "/opportunities/2/"),
            amount=Figure(eur(31500), "/opportunities/2/"),
            drawing=path(),
            story="Closed 10 March. Search and two webinars by Ines Duarte; Jonas Weidt called within 38 min; Lena Horvat closed.",
        ),
    ]
    goals = [
        Goal(
            name="Pipeline created, quarter",
            now=Figure(eur(1012000), "/o"),
            pace=eur(990476),
            target=eur(1200000),
            standing=Standing("kept", "ahead of pace"),
        ),
        Goal(
            name="Revenue closed, quarter",
            now=Figure(eur(307200), "/o"),
            pace=eur(330159),
            target=eur(400000),
            standing=Standing("below", "€22,959 below pace", now=True),
        ),
        Goal(
            name="Leads accepted by sales, March",
            now=Figure("81.4%", "/leads/"),
            pace="80%",
            target="80%",
            standing=Standing("kept", "on the line"),
        ),
    ]
    return {
        "number": number,
        "answers": answers,
        "needs": needs,
        "needs_note": "3 things, about 20 minutes",
        "wins": wins,
        "goals": goals,
        "today": "Tuesday 17 March, 08:45",
        "goals_listing": Listing(path="/goals/"),
    }


def leads() -> dict[str, Any]:
    filters = [
        Filter("q", "Find", placeholder="Name, company, e-mail"),
        Filter("stage", "Stage", [Option("", "All stages"), Option("mql", "Marketing qualified", True), Option("sal", "Sales accepted")]),
        Filter("segment", "Segment", [Option("", "All segments", True), Option("dach", "DACH")]),
    ]
    listing = Listing(
        path="/leads/",
        query={"stage": ["mql"], "sort": ["-worth"], "page": ["3"]},
        sort="-worth",
        page=3,
        pages=24,
        total=1183,
        filters=filters,
    )
    rows = [
        Row(
            (
                "Ada Brenner",
                "Kessler Pumpen GmbH",
                Who("sales", "Sol Reyes"),
                "Mon 16 Mar",
                Standing("soon", "34 min left", now=True),
                eur(28000),
            ),
            "1",
            "/leads/1/",
        ),
        Row(
            ("Rubén Castell", "Aurelia Cosmetics", Who("sales", "Sol Reyes"), "Mon 16 Mar", Standing("running", "1 h 23 left"), eur(19500)),
            "2",
            "/leads/2/",
        ),
        Row(
            (
                "Bruno Keller",
                "Zement Süd",
                Who("sales", "Jonas Weidt"),
                "Fri 13 Mar",
                Standing("late", "late by 26 min", now=True),
                eur(12000),
            ),
            "3",
            "/leads/3/",
        ),
        Row(
            ("Hanne Vik", "Fjordglass", Who("marketing", "Ines Duarte"), "Thu 12 Mar", Standing("kept", "contacted in 38 min"), eur(34000)),
            "4",
            "/leads/4/",
        ),
    ]
    columns = [
        Column("Lead", "name"),
        Column("Account", "account"),
        Column("Owner", "owner"),
        Column("Qualified", "qualified", is_short=True),
        Column("Standing"),
        Column("Expected", "worth", True),
    ]
    table = Table(
        columns=columns,
        rows=rows,
        foot=Row(("4 of 1,183 shown", "", "", "", "", eur(93500))),
        listing=listing,
        caption="Leads",
        select="lead",
        form="bulk",
    )
    return {"table": table, "title": "1,183 leads are marketing qualified", "lede": "Everyone with an open handoff or waiting for one."}


def preview() -> Preview:
    return Preview(
        title="1,229 of 1,248 rows are ready; 14 need a look",
        file="hubspot-contacts-2026-03.csv",
        kind="leads",
        change_kind=Link("change", "#kind"),
        tally=[("1,229", "ready to import"), ("14", "need a look"), ("5", "already here, unchanged")],
        columns=[
            ColumnMatch("Email", "person, e-mail", "a.brenner@kessler.example, h.vik@fjordglass.example", "1,242", "name and values"),
            ColumnMatch("Lifecycle Stage", "lead, stage", "lead, MQL, SQL, Hot", "1,248", "name; 1 value to map"),
            ColumnMatch("GDPR note", Link("leave out", "#map"), "free text", "96", "no match; kept in the original file"),
        ],
        fix_title="The 14 rows, and what would make them good",
        fix_columns=["E-mail", "Stage", "Became MQL", "Owner"],
        fix_rows=[
            FixRow(211, ["m.siren@saimaa.example", "MQL", "02.03.2026", "sol.reyes@halden.example"]),
            FixRow(
                212,
                ["r.thoma@ostara.example", "MQL", "31.02.2026", "lena.horvat@halden.example"],
                2,
                "31 February does not exist.",
                "5 rows have such dates. Correct them in the file, or import without the date.",
            ),
            FixRow(
                407,
                ["p.hora@moravia.example", "Hot", "", "jonas.weidt@halden.example"],
                1,
                "Stage “Hot” has no meaning here yet.",
                ("3 rows use it. ", Link("Map “Hot” to a stage", "#map"), " and they are ready."),
            ),
            FixRow(
                690,
                ["", "lead", "", ""],
                0,
                "Nobody to recognise: no e-mail and no id.",
                "6 rows. They stay in the file you can download; nothing is lost.",
            ),
        ],
        import_words="Import 1,229 rows",
        import_href="/imports/1/",
        dry_run=Link("Try without saving", "/imports/1/dry-run/"),
        rejected=Link("Download the 14 rows", "/imports/1/rejected.csv"),
    )


def begin() -> dict[str, Any]:
    ways = [
        Empty(
            title="Look first",
            words="Drop two exports from your tools. In a minute you see which leads were never contacted.",
            steps=[Link("Import exports", "/imports/", is_go=True)],
        ),
        Empty(
            title="Connect",
            words="HubSpot, Salesforce, Pipedrive or Marketo. Treaty reads; it writes back only what you allow.",
            steps=[Link("Connect a system", "/sources/")],
        ),
        Empty(
            title="Agree",
            words="Answer eleven questions together and get a first draft both heads can change and sign.",
            steps=[Link("Start a draft", "/agreement/draft/")],
        ),
    ]
    empty = Empty(
        title="Nothing is agreed yet, and nothing is counted",
        words="The first page fills itself once Treaty knows your leads and deals. The agreement can start from what sales has won.",
    )
    return {"empty": empty, "ways": ways}


def roles() -> list[DemoRole]:
    return [
        DemoRole("marketing", "Mira Lang", "head of marketing", "/demo/sign-in/mira/"),
        DemoRole("sales", "Sam Okafor", "head of sales", "/demo/sign-in/sam/"),
        DemoRole("sales", "Sol Reyes", "account executive", "/demo/sign-in/sol/"),
        DemoRole("both", "Kaja Nowak", "RevOps", "/demo/sign-in/kaja/"),
    ]


def progress(*, is_done: bool = False) -> Progress:
    result = Link("See the 1,229 leads", "/leads/?import=1") if is_done else None
    return Progress(
        words="Importing hubspot-contacts-2026-03.csv",
        href="/imports/1/progress/",
        done=420,
        total=1229,
        note="about 8 seconds left",
        result=result,
    )
