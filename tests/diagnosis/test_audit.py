"""The joint audit on small made-up companies, every figure worked by hand, and on public files whose totals are known."""

import csv
import json
import statistics
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from treaty.connectors.files.exports import open_exports
from treaty.diagnosis.as_page import as_page
from treaty.diagnosis.as_text import WIDTH, as_text
from treaty.diagnosis.audit import audit
from treaty.diagnosis.cases import in_one_case
from treaty.diagnosis.headline import wilson
from treaty.diagnosis.picture import days_between
from treaty.diagnosis.report import Finding, Report
from treaty.diagnosis.words import contact_said, outcome_of, stage_of


def report_of(tmp_path: Path, **files: str) -> Report:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return audit(open_exports([tmp_path / f"{name}.csv" for name in files]).tables())


def found(report: Report, name: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.id == name]


LEADS = (
    "lead_id,email,created,source,owner,status,first_response_at\n"
    "L1,a@x.example,2026-01-05 09:00,web,sam,Working,2026-01-05 10:00\n"  # one hour
    "L2,b@x.example,2026-01-05 09:00,web,,Working,2026-01-08 09:00\n"  # three days
    "L3,c@x.example,2026-01-06 09:00,fair,sol,Open - Not Contacted,\n"
    "L4,A@X.example,2026-01-07 09:00,unknown,sol,Open - Not Contacted,\n"
    "L5,e@x.example,2026-01-07 09:00,,sam,Working,2026-01-06 09:00\n"  # answered the day before it came
)
DEALS = (
    "deal_id,lead_id,stage,amount,create_date,close_date,owner,lost_reason,product\n"
    "D1,L1,Closed Won,1000.50,2026-01-06,2026-01-16,sam,,Valve\n"
    "D2,L2,Closed Lost,300,2026-01-08,2026-01-10,sam,,Valve\n"
    "D3,L5,Proposal,,2026-01-08,,,,Pumps\n"
)


def test_the_funnel_counts_who_reached_each_stage(tmp_path):
    report = report_of(tmp_path, leads=LEADS, deals=DEALS)
    # five leads; L1, L2 and L5 have a deal; L1 won
    assert [(step.stage, step.count) for step in report.funnel] == [("lead", 5), ("opportunity", 3), ("customer", 1)]
    assert {name: pile and (pile.count, pile.value) for name, pile in report.opportunities.items()} == {
        "won": (1, Decimal("1000.50")),
        "lost": (1, Decimal(300)),
        "open": (1, None),
    }


def test_deals_that_no_column_joins_with_the_leads_are_no_share_of_them(tmp_path):
    report = report_of(tmp_path, leads=LEADS, deals=DEALS.replace("lead_id", "reference"))
    assert [(step.stage, step.count) for step in report.funnel] == [("lead", 5), ("opportunity", 3), ("customer", 1)]
    text = as_text(report)
    assert "no column joins them with lead" in text
    assert "60.0 %" not in text
    assert text.strip().startswith("1 of 2 decided opportunities were won (50.0 %)")
    assert "no column joins them with lead" in as_page(report)


def test_a_file_of_which_nothing_is_recognised_says_so(tmp_path):
    text = as_text(report_of(tmp_path, paths="path,hue\na > b,3\n"))
    assert "1 file could be read, but no column says what its rows are" in text
    assert "paths.csv: not recognised, 1 read, 0 refused" in text


def test_conversion_keeps_the_empty_cell_and_the_word_unknown_apart(tmp_path):
    conversion = report_of(tmp_path, leads=LEADS, deals=DEALS).as_json()["conversion"]
    assert conversion["source"] == [
        {"value": "web", "count": 2, "won": 1, "rate": 0.5},
        {"value": "fair", "count": 1, "won": 0, "rate": 0.0},
        {"value": "unknown", "count": 1, "won": 0, "rate": 0.0},
        {"value": None, "count": 1, "won": 0, "rate": 0.0},
    ]


def test_a_win_rate_never_divides_by_open_deals(tmp_path):
    deals = "deal_id,stage,product,amount\n1,Won,A,1\n2,Lost,A,1\n3,Lost,A,1\n4,Open,A,1\n5,Won,B,1\n6,Open,B,1\n"
    assert report_of(tmp_path, deals=deals).as_json()["conversion"]["product"] == [
        {"value": "A", "count": 3, "won": 1, "rate": 0.3333},  # the open deal 4 is in neither
        {"value": "B", "count": 1, "won": 1, "rate": 1.0},
    ]


def test_leads_nobody_answered_are_named(tmp_path):
    (finding,) = found(report_of(tmp_path, leads=LEADS, deals=DEALS), "never_contacted")
    assert (finding.count, finding.share, finding.examples) == (2, 0.4, ("L3", "L4"))
    assert finding.says == "2 leads of 5 were never contacted (40.0 %)"


def test_an_activity_is_a_contact_whatever_the_status_says(tmp_path):
    calls = "call_id,lead_id,call_date,outcome\nC1,L3,2026-01-06 12:00,no answer\n"
    (finding,) = found(report_of(tmp_path, leads=LEADS, deals=DEALS, calls=calls), "never_contacted")
    assert finding.examples == ("L4",)


def test_answers_later_than_a_day_are_slow(tmp_path):
    (finding,) = found(report_of(tmp_path, leads=LEADS, deals=DEALS), "slow")
    assert (finding.count, finding.share, finding.examples) == (1, pytest.approx(1 / 3), ("L2",))  # of L1, L2, L5


def test_records_without_owner_are_counted_where_a_column_names_owners(tmp_path):
    findings = found(report_of(tmp_path, leads=LEADS, deals=DEALS), "ownerless")
    assert [(f.count, f.examples, f.files) for f in findings] == [(1, ("L2",), ("leads.csv",)), (1, ("D3",), ("deals.csv",))]


def test_lost_without_reason_is_told_where_a_column_asks_for_one(tmp_path):
    (finding,) = found(report_of(tmp_path, leads=LEADS, deals=DEALS), "rejected_without_reason")
    assert (finding.count, finding.share, finding.examples) == (1, 1.0, ("D2",))
    silent = report_of(tmp_path, leads=LEADS, deals=DEALS.replace("lost_reason", "note"))
    assert found(silent, "rejected_without_reason") == []
    assert "Why were deals lost?" in [gap.question for gap in silent.unseen]


def test_open_deals_past_their_own_close_date_are_stuck(tmp_path):
    deals = (
        "deal_id,stage,amount,create_date,close_date\n"
        "1,Demo,10,2026-01-01,2026-01-20\n2,Demo,20,2026-01-01,2026-03-01\n3,Won,5,2026-01-01,2026-02-01\n"
    )
    (finding,) = found(report_of(tmp_path, deals=deals), "stuck")  # the last day that happened is 1 February
    assert (finding.count, finding.share, finding.value, finding.examples) == (1, 0.5, Decimal(10), ("1",))


def test_owners_known_by_id_are_shown_by_name(tmp_path):
    deals = "deal_id,stage,owner_id\n1,Won,u1\n2,Lost,u2\n3,Lost,u3\n"
    users = "user_id,name,email,role\nu1,Sam,s@h.example,rep\nu2,Sol,o@h.example,rep\n"
    shares = report_of(tmp_path, deals=deals, users=users).as_json()["conversion"]["owner_id"]
    assert {share["value"] for share in shares} == {"Sam", "Sol", "u3"}


def test_an_answer_before_marketing_judged_is_waited_for_from_the_beginning(tmp_path):
    leads = "lead_id,email,created,mql_date,first_response_at\n" + (
        "L1,a@x.example,2026-01-01 08:00,2026-01-10 08:00,2026-01-03 08:00\n"  # two days after it came, a week before marketing judged
        "L2,b@x.example,2026-01-01 08:00,2026-01-10 08:00,2026-01-10 09:00\n"  # an hour after
    )
    report = report_of(tmp_path, leads=leads)
    (finding,) = found(report, "slow")
    assert finding.examples == ("L1",)
    assert found(report, "impossible_order") == []


def test_orders_that_cannot_be_are_impossible(tmp_path):
    (finding,) = found(report_of(tmp_path, leads=LEADS, deals=DEALS), "impossible_order")
    assert (finding.says, finding.examples) == ("1 lead was answered before it was created", ("L5",))


def test_the_same_address_in_another_case_is_the_same_lead(tmp_path):
    (finding,) = found(report_of(tmp_path, leads=LEADS, deals=DEALS), "duplicates")
    assert (finding.count, finding.examples) == (1, ("a@x.example (lines 2 and 5)",))


def test_companies_differ_by_more_than_their_legal_form(tmp_path):
    accounts = "account_id,account,industry\n1,Acme GmbH,steel\n2,ACME,steel\n3,Acme Tools,steel\n"
    (finding,) = found(report_of(tmp_path, accounts=accounts), "duplicates")
    assert (finding.count, finding.examples) == (1, ("Acme GmbH (lines 2 and 3)",))


def test_a_value_that_joins_nothing_is_reported_with_the_name_meant_and_still_counted(tmp_path):
    deals = "deal_id,stage,product,amount\n1,Won,ValvePro,7\n2,Won,Valve Pro,5\n3,Lost,Pump,3\n4,Lost,Sprocket,3\n"
    products = "product,series,price\nValve Pro,V,9\nPump,P,9\n"
    report = report_of(tmp_path, deals=deals, products=products)
    near, far = found(report, "dirty_join")
    assert 'product "ValvePro" is on 1 opportunity (1 won) but not in products.csv; it reads like "Valve Pro"' in near.says
    assert (near.value, near.examples) == (Decimal(7), ("1",))
    assert "none reads like one that is there" in far.says
    products_won = {row["value"]: row["won"] for row in report.as_json()["conversion"]["product"]}
    assert products_won == {"ValvePro": 1, "Valve Pro": 1, "Pump": 0, "Sprocket": 0}
    series = {row["value"]: row["won"] for row in report.as_json()["conversion"]["series"]}
    assert series["ValvePro (not in products.csv)"] == 1


def test_ids_are_never_guessed_at(tmp_path):
    deals = "deal_id,stage,account_id\n1,Won,10042\n2,Lost,10043\n"
    accounts = "account_id,account,industry\n10043,Acme,steel\n10044,Bolt,steel\n"
    (finding,) = found(report_of(tmp_path, deals=deals, accounts=accounts), "dirty_join")
    assert "none reads like" in finding.says


def stage_rows(*entries: tuple[str, str]) -> str:
    return "".join(
        f"D{n},{stage},2026-01-{day:02}\n" for n in range(1, 11) for day, (stage, skip) in enumerate(entries, 1) if f"D{n}" != skip
    )


def test_a_stage_that_the_others_passed_and_one_did_not_is_skipped(tmp_path):
    deals = "deal_id,stage,amount\n" + "".join(f"D{n},Closed Won,1\n" for n in range(1, 11))
    history = "deal_id,new_stage,changed_at\n" + stage_rows(("Demo", ""), ("Proposal", "D7"), ("Closed Won", ""))
    (finding,) = found(report_of(tmp_path, deals=deals, deal_stage_history=history), "stage_skipped")
    assert (finding.count, finding.share, finding.examples) == (1, 0.1, ("D7",))
    assert '"Proposal"' in finding.says


def test_leads_that_jump_a_dated_stage_are_skipped(tmp_path):
    rows = "".join(f"L{n},a{n}@x.example,2026-01-01,2026-01-02,{'' if n == 3 else '2026-01-03'},2026-01-04\n" for n in range(1, 7))
    leads = f"lead_id,email,created,mql_date,sal_date,sql_date\n{rows}"
    report = report_of(tmp_path, leads=leads)
    (finding,) = found(report, "stage_skipped")
    assert (finding.says, finding.examples) == ("1 lead of 6 past sales_accepted was never in it (16.7 %)", ("L3",))
    assert [(s.stage, s.count) for s in report.funnel] == [
        ("lead", 6),
        ("marketing_qualified", 6),
        ("sales_accepted", 6),  # L3 is past it
        ("sales_qualified", 6),
    ]


def won_and_open() -> str:
    """20 wins that took 1 to 20 days (nine in ten: 18), 5 lost, and three open since 40, 18 and 2 days before the last day."""
    won = "".join(f"W{n},Won,100,2026-01-01,2026-01-{1 + n:02}\n" for n in range(1, 21))
    lost = "".join(f"X{n},Lost,100,2026-01-01,2026-01-05\n" for n in range(5))
    return (
        f"deal_id,stage,amount,create_date,close_date\n{won}{lost}O1,Demo,50,2025-12-23,\nO2,Demo,50,2026-01-14,\nO3,Demo,50,2026-02-01,\n"
    )


def test_open_longer_than_nine_in_ten_wins_took_is_stuck(tmp_path):
    report = report_of(tmp_path, deals=won_and_open())
    assert report.as_of == date(2026, 2, 1)
    assert report.timing["opened_to_won_days"].p90 == 18  # nearest rank: the 18th of 20
    (finding,) = found(report, "stuck")
    assert (finding.count, finding.examples, finding.value) == (1, ("O1",), Decimal(50))  # O2 is exactly 18 days old: not past it


def test_money_at_stake_is_count_times_win_rate_times_mean_win(tmp_path):
    (finding,) = found(report_of(tmp_path, deals=won_and_open()), "money_at_stake")
    assert finding.value == 80  # 1 stuck × 20 of 25 decided won × mean 100
    assert "win rate 80.0 % × mean won value 100" in finding.says


def test_amounts_in_several_currencies_are_not_added_up(tmp_path):
    report = report_of(tmp_path, deals="deal_id,stage,amount,currency\n1,Won,10,EUR\n2,Won,20,USD\n3,Lost,5,EUR\n")
    won = report.opportunities["won"]
    assert won is not None
    assert won.value is None
    assert any("15 EUR and 20 USD" in finding.says for finding in found(report, "inconsistent"))


def test_spellings_of_one_thing_are_told(tmp_path):
    leads = "lead_id,email,source\n" + "".join(
        f"{n},a{n}@x.example,{s}\n" for n, s in enumerate(["Web"] * 3 + ["web", "we b", "Fair", "Fair"])
    )
    (finding,) = found(report_of(tmp_path, leads=leads), "inconsistent")
    assert (finding.count, finding.says) == (2, 'source writes 1 value in more than one way: "Web" = "web" = "we b"')


def test_what_a_seller_declared_is_never_summed_and_the_question_stays_open(tmp_path):
    report = report_of(tmp_path, deals="deal_id,won_date,declared_monthly_revenue\n1,2026-01-02,500\n2,2026-01-03,0\n")
    assert report.as_json()["opportunities"] == {"won": {"count": 2, "value": None}, "lost": None, "open": None}
    assert any("declared_monthly_revenue" in gap.because for gap in report.unseen)


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"stage": "Closed Won"}, "won"),
        ({"stage": "closedlost"}, "lost"),
        ({"status": "lost", "stage": "Negotiation"}, "lost"),  # Pipedrive keeps the last stage
        ({"status": "open", "stage": "Closed Won candidates"}, "won"),
        ({"stage": "Proposal", "is_closed": True, "is_won": False}, "lost"),
        ({"stage": "Proposal"}, "open"),
        ({"lost_at": date(2026, 1, 1)}, "lost"),
        ({}, None),
    ],
)
def test_outcomes_are_read_from_status_stage_flags_or_dates(told, outcome):
    known = {"stage": None, "status": None, "is_won": None, "is_closed": None, "won_at": None, "lost_at": None}
    assert outcome_of(**{**known, **told}) == outcome


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("marketingqualifiedlead", "marketing_qualified"),
        ("MQL", "marketing_qualified"),
        ("Sales Accepted Lead", "sales_accepted"),
        ("SQL", "sales_qualified"),
        ("Customer", "customer"),
        ("hot", None),
    ],
)
def test_lifecycle_stages_of_vendors_are_understood(text, stage):
    assert stage_of(text) == stage


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("Nicht kontaktiert", False),
        ("Open - Not Contacted", False),
        ("Working - Contacted", True),
        ("NEW", False),
        ("ATTEMPTED_TO_CONTACT", True),
        ("gold", None),
    ],
)
def test_a_status_says_whether_sales_was_in_touch(status, said):
    assert contact_said(status) is said


def test_days_are_whole_where_one_side_is_a_date():
    noon, morning = datetime(2026, 1, 2, 12), datetime(2026, 1, 1, 6)  # noqa: DTZ001
    assert days_between(morning, noon) == 1.25
    assert days_between(date(2026, 1, 1), noon) == 1.0
    assert days_between(noon, date(2026, 1, 1)) == -1.0


def test_the_interval_of_a_rate_is_wilsons():
    # 10 of 50 by hand: centre (0.2 + 3.8415/100) / (1 + 3.8415/50) = 0.22140, reach 1.96/1.07683 × √(0.2·0.8/50 + 3.8415/10000) = 0.10897
    assert wilson(10, 50) == (pytest.approx(0.1124, abs=1e-3), pytest.approx(0.3304, abs=1e-3))


def test_the_same_tables_in_another_order_give_the_same_findings(tmp_path):
    one = report_of(tmp_path, leads=LEADS, deals=DEALS).as_json()
    other = report_of(tmp_path, deals=DEALS, leads=LEADS).as_json()
    assert {k: one[k] for k in ("funnel", "conversion", "timing", "opportunities")} == {
        k: other[k] for k in ("funnel", "conversion", "timing", "opportunities")
    }
    assert sorted(f["says"] for f in one["findings"]) == sorted(f["says"] for f in other["findings"])


EVIL = "lead_id,email,source,created,Converted\n" + "".join(
    f'{n},a{n}@x.example,"<script>alert({n % 2})</script>\x1b[2J\u202e",2026-01-01,{n % 2}\n' for n in range(40)
)


def test_text_of_files_is_escaped_on_the_page_and_cannot_steer_a_terminal(tmp_path):
    report = report_of(tmp_path, leads=EVIL)
    page, text = as_page(report), as_text(report)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page + text
    assert "\u202e" not in page + text
    assert all(len(line) <= WIDTH for line in text.splitlines())


def test_the_page_asks_for_nothing_from_outside(tmp_path):
    page = as_page(report_of(tmp_path, leads=LEADS, deals=DEALS))
    for word in ("http://", "https://", "<script", "@import", "url(", "style=", 'src="'):
        assert word not in page, word
    assert page.count("<h1>") == 1


# ---- public files: totals stated by their READMEs, or counted here with nothing but the csv module ----


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.needs_shared
def test_olist_comes_out_as_known(shared):
    folder = shared / "data" / "olist_funnel"
    report = audit(open_exports([folder]).tables()).as_json()
    assert report["funnel"] == [{"stage": "marketing_qualified", "count": 8000}, {"stage": "customer", "count": 842}]
    timing = report["timing"]["first_contact_to_won_days"]
    assert (timing["n"], timing["median"], timing["mean"]) == (842, 14, 48.4)
    origins = {row["value"]: (row["won"], row["count"]) for row in report["conversion"]["origin"]}
    assert origins == {
        "organic_search": (271, 2296), "paid_search": (195, 1586), "unknown": (179, 1099), "social": (75, 1350),
        "direct_traffic": (56, 499), "referral": (24, 284), "email": (15, 493), None: (14, 60), "display": (6, 118),
        "other": (4, 150), "other_publicities": (3, 65),
    }  # fmt: skip
    assert report["opportunities"] == {"won": {"count": 842, "value": None}, "lost": None, "open": None}
    (order,) = (finding for finding in report["findings"] if finding["id"] == "impossible_order")
    assert (order["says"], order["count"], order["share"]) == ("1 deal was won before its first contact", 1, 0.0012)
    assert all(finding["value"] is None for finding in report["findings"])


@pytest.mark.needs_shared
def test_olist_days_agree_with_a_plain_count(shared):
    folder = shared / "data" / "olist_funnel"
    first = {
        r["mql_id"]: date.fromisoformat(r["first_contact_date"]) for r in rows_of(folder / "olist_marketing_qualified_leads_dataset.csv")
    }
    won = {r["mql_id"]: datetime.fromisoformat(r["won_date"]).date() for r in rows_of(folder / "olist_closed_deals_dataset.csv")}
    spans = sorted((won[key] - first[key]).days for key in won)
    timed = audit(open_exports([folder]).tables()).timing["first_contact_to_won_days"]
    assert list(timed.days) == spans
    assert (timed.median, timed.mean) == (statistics.median(spans), pytest.approx(statistics.fmean(spans)))


@pytest.mark.needs_shared
def test_maven_comes_out_to_the_unit(shared):
    folder = shared / "data" / "maven_crm"
    report = audit(open_exports([folder]).tables()).as_json()
    assert report["opportunities"] == {
        "won": {"count": 2800, "value": 6436887},
        "lost": {"count": 1662, "value": 0},
        "open": {"count": 1341, "value": None},
    }
    deals = rows_of(folder / "sales_pipeline.csv")
    for column in ("sales_agent", "product"):
        for row in report["conversion"][column]:
            mine = [deal["deal_stage"] for deal in deals if deal[column] == row["value"] and deal["deal_stage"] in ("Won", "Lost")]
            assert (row["won"], row["count"]) == (mine.count("Won"), len(mine))
            assert row["rate"] == round(mine.count("Won") / len(mine), 4)
    (dirty,) = (finding for finding in report["findings"] if finding["id"] == "dirty_join")
    assert '"GTXPro"' in dirty["says"]
    assert '"GTX Pro"' in dirty["says"]
    assert dirty["count"] == sum(deal["product"] == "GTXPro" for deal in deals)
    assert {"value": "GTXPro", "count": 790, "won": 495, "rate": 0.6266} in report["conversion"]["product"]


@pytest.mark.needs_shared
def test_the_json_has_exactly_the_published_shape(shared):
    published = json.loads((shared / "contracts" / "audit.example.json").read_text())
    report = audit(open_exports([shared / "data" / "olist_funnel"]).tables()).as_json()
    assert set(report) == set(published)
    assert set(report["findings"][0]) == set(published["findings"][0])
    assert set(report["unseen"][0]) == set(published["unseen"][0])
    assert set(report["files"][0]) == set(published["files"][0])
    assert set(report["conversion"]["origin"][0]) == set(published["conversion"]["origin"][0])
    assert set(report["timing"]["first_contact_to_won_days"]) == set(published["timing"]["first_contact_to_won_days"])


@pytest.mark.needs_shared
def test_x_education_counts_its_conversions(shared):
    report = audit(open_exports([shared / "data" / "x_education_leads"]).tables()).as_json()
    assert report["funnel"] == [{"stage": "lead", "count": 6468}, {"stage": "customer", "count": 2569}]
    assert report["opportunities"] == {"won": None, "lost": None, "open": None}


def test_an_export_in_two_files_is_one_export(tmp_path):
    head, *rows = LEADS.splitlines(keepends=True)
    whole = report_of(tmp_path, leads=LEADS, deals=DEALS)
    halves = report_of(tmp_path, leads_1=head + "".join(rows[:2]), leads_2=head + "".join(rows[2:]), deals=DEALS)
    assert halves.conversion == tuple(replace(d, file="leads_1.csv, leads_2.csv" if d.of == "leads" else d.file) for d in whole.conversion)
    assert (halves.funnel, halves.timing) == (whole.funnel, whole.timing)
    assert [(f.id, f.says, f.count) for f in halves.findings] == [
        (f.id, f.says.replace("leads.csv", "leads_1.csv, leads_2.csv"), f.count) for f in whole.findings
    ]
    assert [table.read for table in halves.tables] == [2, 3, 3]  # each file is still listed for itself


def test_the_same_export_twice_counts_once_and_is_told(tmp_path):
    report = report_of(tmp_path, leads=LEADS, leads_copy=LEADS, deals=DEALS)
    assert [(step.stage, step.count) for step in report.funnel] == [("lead", 5), ("opportunity", 3), ("customer", 1)]
    told = "5 leads stand in more than one of leads.csv and leads_copy.csv: each counts once"
    assert [f.says for f in found(report, "duplicates") if "more than one" in f.says] == [told]


def test_what_only_the_second_file_says_of_a_lead_is_kept(tmp_path):
    first = "lead_id,email,source\nL1,a@x.example,\nL2,b@x.example,web\n"
    report = report_of(tmp_path, leads=first, more="lead_id,email,source\nL1,a@x.example,fair\n", won="deal_id,lead_id,stage\nD1,L1,Won\n")
    (source,) = [dimension for dimension in report.conversion if dimension.name == "source"]
    assert {(share.value, share.count, share.won) for share in source.shares} == {("fair", 1, 1), ("web", 1, 0)}


def test_rows_without_an_id_that_repeat_each_other_are_told(tmp_path):
    report = report_of(tmp_path, leads=LEADS, won="lead_id,won_date,segment\nL1,2026-02-01,pet\nL2,2026-02-02,pet\nL1,2026-02-01,pet\n")
    (told,) = [finding for finding in found(report, "duplicates") if "word for word" in finding.says]
    assert told.says == "1 opportunity of 3 repeats another row word for word and counts again: no id tells them apart"
    assert told.examples == ("L1 (lines 2 and 4)",)


def test_wins_that_no_column_joins_with_the_leads_win_none_of_them(tmp_path):
    report = report_of(tmp_path, leads=LEADS, deals=DEALS.replace("L1", "X1").replace("L2", "X2").replace("L5", "X5"))
    assert [dimension.of for dimension in report.conversion] == ["deals"] * len(report.conversion)  # before: 0 of 5 leads won
    assert "Which lead became which deal?" in [gap.question for gap in report.unseen]


def test_a_bare_dollar_is_no_euro(tmp_path):
    report = report_of(tmp_path, deals="deal_id,stage,amount\n1,Won,€100\n2,Won,$50\n3,Lost,7\n")
    (told,) = [finding for finding in found(report, "inconsistent") if "currencies" in finding.says]
    assert told.says == "Amounts are in 2 currencies (100 EUR, 50 $ and 7 without a currency): they are not added up"
    assert [pile and pile.value for pile in report.opportunities.values()] == [None, None, None]
    assert "won            2   value in several currencies, not added up" in as_text(report)


def test_amounts_without_a_currency_among_others_with_one_are_told(tmp_path):
    report = report_of(tmp_path, deals="deal_id,stage,amount\n1,Won,€100\n2,Won,50\n3,Lost,€7\n")
    assert "1 amount states no currency and counts as if in EUR" in [finding.says for finding in found(report, "inconsistent")]
    assert [pile and pile.value for pile in report.opportunities.values()] == [150, 7, None]


def test_a_column_that_breaks_its_name_is_among_what_cannot_be_seen(tmp_path):
    rows = "".join(f"{i},Won,0000-00-00\n" for i in range(5))
    report = report_of(tmp_path, deals=f"deal_id,stage,close_date\n{rows}9,Won,2025-02-30\n")
    assert [gap.because for gap in report.unseen if gap.question == "What does close_date in deals.csv say?"] == [
        'its name says "closed", but more than a fifth of its values cannot be read as a date, such as "2025-02-30"; it is not used'
    ]


def test_amounts_written_short_are_added_up_and_said(tmp_path):
    deals = "deal_id,stage,amount,close_date\nD1,Closed Won,1.2m,2026-01-16\nD2,Closed Won,5k,2026-01-17\nD3,Closed Won,750,2026-01-18\n"
    report = report_of(tmp_path, deals=deals)
    assert report.opportunities["won"].value == Decimal(1_205_750)
    assert "deals.csv: amount: written short: k as 1,000 and m as 1,000,000." in as_text(report).replace("\n", " ")


def test_an_id_that_stands_twice_in_a_file_counts_once_and_is_told(tmp_path):
    """L1 comes again on line 7 with the source it lacked, D1 on line 5: one lead and one deal each."""
    leads = LEADS.replace("09:00,web,sam,Working,2026-01-05 10:00", "09:00,,sam,Working,2026-01-05 10:00")
    report = report_of(
        tmp_path,
        leads=leads + "L1,a@x.example,2026-01-05 09:00,fair,sam,Working,2026-01-05 10:00\n",
        deals=DEALS + "D1,L1,Closed Won,1000.50,2026-01-06,2026-01-16,sam,,Valve\n",
    )
    assert [(step.stage, step.count) for step in report.funnel] == [("lead", 5), ("opportunity", 3), ("customer", 1)]
    won = report.opportunities["won"]
    assert (won.count, won.value) == (1, Decimal("1000.50"))
    assert [(f.says, f.examples) for f in found(report, "duplicates") if "counts once" in f.says] == [
        ("1 row of leads.csv repeats the id of 1 lead in the same file: each counts once", ("L1 (again on line 7)",)),
        ("1 row of deals.csv repeats the id of 1 opportunity in the same file: each counts once", ("D1 (again on line 5)",)),
    ]
    (source,) = [dimension for dimension in report.conversion if (dimension.name, dimension.of) == ("source", "leads")]
    assert {share.value: (share.count, share.won) for share in source.shares}["fair"] == (2, 1)  # L3, and L1 by its second row


def test_a_deal_told_again_with_another_product_stays_and_is_told(tmp_path):
    lines = DEALS + "D1,L1,Closed Won,99.50,2026-01-06,2026-01-16,sam,,Pumps\n"
    report = report_of(tmp_path, leads=LEADS, deals=lines)
    won = report.opportunities["won"]
    assert (won.count, won.value) == (2, Decimal(1100))
    assert any("share an id with another" in finding.says for finding in found(report, "duplicates"))


def test_an_id_that_most_rows_share_is_none(tmp_path):
    rows = "".join(f"7,a{n}@x.example,2026-01-0{n},web\n" for n in range(1, 9))
    report = report_of(tmp_path, leads=f"lead_id,email,created,source\n{rows}")
    assert [(step.stage, step.count) for step in report.funnel] == [("lead", 8)]


def test_ids_in_another_case_are_joined_and_told(tmp_path):
    whole = report_of(tmp_path, leads=LEADS, deals=DEALS)
    report = report_of(tmp_path, leads=LEADS, deals=DEALS.replace(",L", ",l"))
    assert (report.funnel, report.timing, report.conversion) == (whole.funnel, whole.timing, whole.conversion)
    (told,) = found(report, "dirty_join")
    assert told.says == (
        'lead_id of 3 opportunities of 3 is written in another case than in leads.csv, such as "l1": '
        "joined all the same, for no two ids there differ in case alone"
    )
    assert (told.count, told.examples) == (3, ("D1", "D2", "D3"))


@pytest.mark.parametrize(
    ("ids", "named"),
    [
        (("L1", "l1"), ("L1", "L2")),  # the list has two that differ in case alone
        (("L1", "L2"), ("l1", "L1")),  # so has the column that names them
        (("003000000aBcDeF", "003000000aBcDeG"), ("003000000ABcDeF", "003000000ABcDeG")),  # short ids of Salesforce
    ],
)
def test_ids_that_case_tells_apart_are_not_joined(tmp_path, ids, named):
    leads = "lead_id,email,created\n" + "".join(f"{one},{n}@x.example,2026-01-05\n" for n, one in enumerate(ids))
    deals = "deal_id,lead_id,stage,amount\n" + "".join(f"D{n},{one},Won,10\n" for n, one in enumerate(named))
    (tmp_path / "leads.csv").write_text(leads)
    (tmp_path / "deals.csv").write_text(deals)
    tables = open_exports([tmp_path / "leads.csv", tmp_path / "deals.csv"]).tables()
    assert in_one_case(tables) == tables


def test_long_ids_of_salesforce_are_joined_whatever_their_case(tmp_path):
    leads = "lead_id,email,created\n003000000aBcDeFAAZ,a@x.example,2026-01-05\n003000000aBcDeGAAZ,b@x.example,2026-01-05\n"
    deals = "deal_id,lead_id,stage,amount\nD1,003000000ABCDEFAAZ,Won,10\n"
    report = report_of(tmp_path, leads=leads, deals=deals)
    assert next(step.count for step in report.funnel if step.stage == "customer") == 1


def test_short_ids_of_salesforce_that_differ_in_case_are_no_duplicates(tmp_path):
    leads = "lead_id,email,created\n{},a@x.example,2026-01-05\n{},b@x.example,2026-01-05\n"
    assert not found(report_of(tmp_path, leads=leads.format("003000000aBcDeF", "003000000aBcDef")), "duplicates")
    assert found(report_of(tmp_path, leads=leads.format("Lead-1", "LEAD-1")), "duplicates")
