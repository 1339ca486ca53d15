"""Sample drawings of a day at Halden Instruments: for tests and the gallery. Figures are made up, and add up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from treaty.web import charts, formats


def eur(amount: int | str) -> str:
    return formats.money(Decimal(amount), "EUR")


def say_money(value: float) -> str:
    return formats.money_short(Decimal(round(value)), "EUR") if value else "0"


def pace(*, with_forecast: bool = False) -> charts.Drawing:
    gains = [0, 0, 0, 0, 0, 0, 29, 0, 12, 49, 0, 51, 19, 0, 48, 34, 0, 20, 0, 0, 66, 59, 7, 14, 12, 0, 7, 14, 94, 20, 26, 0, 42, 0, 0, 0]
    gains += [0, 0, 82, 31, 56, 0, 71, 13, 67, 26, 0, 0, 30, 0, 14, 0, 0]
    total, so_far = 0, []
    for gain in gains:
        total += gain * 1000
        so_far.append(total)
    forecast = charts.Forecast(middle=1_230_000, low_80=1_160_000, high_80=1_300_000, low_50=1_200_000, high_50=1_260_000)
    return charts.pace_line(
        charts.Pace(
            so_far=so_far,
            days=63,
            target=1_200_000,
            say=say_money,
            now=f"{eur(total)} on 16 March",
            now_short=eur(total),
            goal="Goal €1,200,000",
            months=[(0, "January"), (21, "February"), (41, "March")],
            forecast=forecast if with_forecast else None,
        ),
        charts.Caption(
            title="Behind the pace in January, ahead of it since late February",
            note="Pipeline created, cumulative, by working day.",
            label="Pipeline created by working day, 1 January to 16 March, against the agreed pace to €1,200,000.",
        ),
    )


def months(*, is_small: bool = True) -> charts.Drawing:
    values = (
        ("Sep", 118, None),
        ("Oct", 124, None),
        ("Nov", 121, None),
        ("Dec", 97, None),
        ("Jan", 126, 120),
        ("Feb", 131, 120),
        ("Mar", 68, 60),
    )
    rows = [charts.Month(name=name, value=value, words=str(value), promised=due, is_before=due is None) for name, value, due in values]
    caption = charts.Caption(title="68 in March where 60 were due", note="Qualified leads by month.")
    return charts.month_bars(charts.Months(months=rows, promised_words="120 promised"), caption, is_small=is_small)


def dots(*, is_small: bool = False) -> charts.Drawing:
    counts = (9, 10, 11, 8, 6, 5, 3, 3, 3, 1, 1, 0, 0, 0, 1, 0)
    took = [timedelta(minutes=30 * index + 15) for index, n in enumerate(counts) for _ in range(n)]
    return charts.dot_strip(
        charts.Dots(took=took, promised=timedelta(hours=4), promised_words="promised: 4 working hours", promised_short="4 h promised"),
        charts.Caption(title="Nine in ten first contacts kept the four hours", note="61 first contacts in March. One mark is one lead."),
        is_small=is_small,
    )


def interval(*, is_mature: bool = True) -> charts.Drawing:
    return charts.interval_bar(
        charts.Interval(
            value=0.31,
            low=0.23,
            high=0.41,
            value_words="31%",
            low_words="23%",
            high_words="41%",
            agreed=0.33,
            agreed_words="33% agreed",
            is_mature=is_mature,
        ),
        charts.Caption(label="Accepted to sales qualified: 31%, between 23% and 41%; 33% agreed"),
    )


def split() -> charts.Drawing:
    return charts.split_bar(
        charts.Split(waiting=5.4, working=0.7, waiting_words="5.4 days waiting", working_words="0.7 at work"),
        charts.Caption(label="5.4 working days of waiting, 0.7 of work"),
    )


def path(end: str = "won") -> charts.Drawing:
    steps = [
        ("marketing", 0, "14 Oct: webinar"),
        ("marketing", 9, "23 Oct: guide"),
        ("marketing", 38, "21 Nov: trade fair"),
        ("marketing", 52, "5 Dec: pricing page"),
        ("sales", 55, "8 Dec: first contact in 1 h 10"),
        ("sales", 63, "16 Dec: discovery"),
        ("sales", 86, "8 Jan: opportunity"),
        ("marketing", 97, "19 Jan: case study"),
        ("sales", 112, "3 Feb: trial"),
        ("sales", 129, "20 Feb: proposal"),
        ("marketing", 143, "6 Mar: reference call"),
        ("marketing", 143, "6 Mar: second person"),
    ]
    begin = datetime(2025, 10, 14, tzinfo=UTC)
    marks = [charts.Mark(party=party, at=begin + timedelta(days=n), words=words) for party, n, words in steps]  # type: ignore[arg-type]
    label = "Twelve touches from 14 October to the close on 12 March"
    return charts.path_line(
        charts.Path(marks=marks, until=begin + timedelta(days=149), end=end, first="14 Oct 2025", last="12 Mar"),
        charts.Caption(label=label),
    )  # type: ignore[arg-type]


def clock(used: float = 206 / 240) -> charts.Drawing:
    folds = [charts.Fold(0.43, "night")]
    return charts.clock_line(
        charts.Clock(used=used, start="Mon 15:16", due="Tue 11:16", warned_at=0.75, folds=folds),
        charts.Caption(label="Started Monday 15:16, due Tuesday 11:16"),
    )


def funnel() -> charts.Drawing:
    steps = [
        charts.Step(name="Marketing qualified", count=785, words="785"),
        charts.Step(name="Sales accepted", count=600, words="600", on=0.764, low=0.733, high=0.793, on_words="76%", agreed=0.8),
        charts.Step(name="Sales qualified", count=183, words="183", on=0.305, low=0.27, high=0.343, on_words="31%", agreed=0.33),
        charts.Step(name="Opportunity", count=69, words="69", on=0.377, low=0.31, high=0.449, on_words="38%", agreed=0.4, is_mature=False),
        charts.Step(name="Customer", count=17, words="17"),
    ]
    caption = charts.Caption(title="Three in four leads are accepted; 80% is agreed", note="All leads qualified since September.")
    return charts.funnel_steps(charts.Funnel(steps=steps), caption)


def multiples() -> list[charts.Drawing]:
    rows = (("Sep", 88, 118), ("Oct", 94, 124), ("Nov", 93, 121), ("Dec", 76, 97), ("Jan", 103, 126), ("Feb", 98, 131))
    cohorts = [
        charts.Cohort(name=name, value=k / n, low=k / n - 0.08, high=k / n + 0.07, words=f"{k / n:.0%}", title=f"{k} of {n}")
        for name, k, n in rows
    ]
    young = charts.Cohort(name="Mar", value=48 / 59, low=0.7, high=0.89, words="81%", is_mature=False)
    early = [charts.Cohort(name=name) for name in ("Feb", "Mar")]
    titles = (
        "Qualified, then accepted",
        "Accepted, then sales qualified",
        "Sales qualified, then opportunity",
        "Opportunity, then customer",
    )
    return charts.small_multiples(
        [
            charts.Panel(
                caption=charts.Caption(title=title, note="75% in February, 81% so far in March"),
                cohorts=[*cohorts, young] if index == 0 else [*cohorts[:5], *early],
                agreed=0.8,
                agreed_words="80% agreed",
                in_force=3,
            )
            for index, title in enumerate(titles)
        ]
    )


def waiting() -> charts.Drawing:
    stretches = [
        charts.Stretch(name="Duplicate check", waiting=31, working=4, words="35 min, 4 of them work"),
        charts.Stretch(name="Lead waits to be opened", waiting=74, working=0, words="74 min waiting", starts_clock=True),
        charts.Stretch(name="Wait for a call slot", waiting=27, working=0, words="27 min waiting"),
        charts.Stretch(name="Brief read, first contact", waiting=0, working=11, words="11 min of work"),
    ]
    caption = charts.Caption(
        title="Nine tenths of the way from capture to first contact is waiting",
        note="Mean working time of the 61 leads contacted in March: 147 minutes, 132 of them waiting. Filled is work, hatched is waiting.",
    )
    return charts.waiting_line(charts.Waiting(stretches=stretches, clock_words="Handed to sales: the promised clock starts"), caption)


def curve() -> charts.Drawing:
    steps = [(1.0, 0.8, 0.7, 0.9), (5.0, 0.5, 0.4, 0.6), (20.0, 0.3, 0.2, 0.4)]
    caption = charts.Caption(
        title="Sales accepted: half left within 5 days", note="Share still there after so many days, of 60 who entered"
    )
    return charts.survival_curve(charts.Curve(steps=steps, end=40, half=5, half_words="5 days"), caption)


def waterfall() -> charts.Drawing:
    amounts = [("Open when it began", 35_200), ("Created", 105_200), ("Won", -72_000), ("Lost", -17_000), ("Open at its end", 51_400)]
    falls = [
        charts.Fall(name=name, amount=amount, words=eur(amount), is_total=name.startswith("Open"), href="/figures/pipeline_waterfall/")
        for name, amount in amounts
    ]
    return charts.waterfall_bars(
        charts.Waterfall(falls=falls), charts.Caption(title="€35,200 became €51,400", note="Pipeline, this quarter")
    )


def earned() -> charts.Drawing:
    rows = [
        ("Webinar", 34_000, (51_000, 17_000)), ("Search", 28_000, (20_000, 40_000)), ("Paid social", 26_000, (17_000, 31_000)),
        ("No touch", 12_000, (12_000, 12_000)),
    ]  # fmt: skip
    shown = [
        charts.Earned(
            name=name, amount=amount, words=f"{eur(amount)}, {amount // 1000}%", others=others, is_nobodys=name == "No touch",
            href="/figures/credited/",
        )
        for name, amount, others in rows
    ]  # fmt: skip
    return charts.earned_bars(
        charts.Earnings(rows=shown, words="as agreed", others=["if first touch", "if last touch"]),
        charts.Caption(title="Webinar earned 34% of what was won; 12% no touch earned", note="Of €100,000 won this quarter, by channel."),
    )


def trend() -> charts.Drawing:
    shares = [("Jul", 0.2), ("Aug", 0.25), ("Sep", None), ("Oct", 0.3), ("Nov", 0.28)]
    points = [
        charts.Point(
            name=name, value=share, words=f"{share:.0%}" if share else "", low=share and share - 0.1, high=share and share + 0.1,
            is_mature=name != "Nov", href="/figures/win_rate/",
        )
        for name, share in shares
    ]  # fmt: skip
    return charts.trend_line(
        charts.Trend(points=points, say=lambda value: f"{value:.0%}", usual=0.25, usual_words="25% usual"),
        charts.Caption(title="Win rate: 28%"),
    )


def trade() -> charts.Drawing:
    rows = [(41.0, 0.14), (23.5, 0.19), (12.0, 0.26), (5.5, 0.34)]
    choices = [
        charts.Choice(volume, share, share - 0.04, share + 0.05, f"{volume:g} a week, {share:.0%} won", "/agreement/suggest/?point=1")
        for volume, share in rows
    ]
    return charts.trade_curve(
        charts.Trade(
            choices=choices, chosen=1, chosen_words="19% of 24", now=charts.Choice(20, 0.15, 0.12, 0.19, "in force: 20 a week, 15% won"),
            room=25, room_words="sales can work 25",
        ),
        charts.Caption(title="Point 2: 23.5 a week, 19% won", note="Leads a week, and the share won of those that ended."),
    )  # fmt: skip
