"""Files are recognised by what exports call their columns, and by what lies in them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty import moments
from treaty.connectors.files import dates
from treaty.connectors.files.dates import date_form, read_date
from treaty.connectors.files.load import load
from treaty.connectors.files.plans import Recognised
from treaty.connectors.files.reader import open_tables
from treaty.connectors.files.recognise import recognise_all
from treaty.connectors.files.values import amount_reader, is_empty, number_reader, read_number

VENDORS = {
    "hubspot-crm-exports-all-contacts.csv": (
        "leads",
        "Record ID,First Name,Last Name,Email,Contact owner,Lifecycle Stage,Lead Status,Original Source,Create Date,"
        "Became a Marketing Qualified Lead Date,Number of times contacted,Associated Company",
        "101,Ada,Lang,ada@acme.example,Sam Okafor,Lead,Open,Organic Search,2026-01-05 10:00,2026-01-06 11:00,2,Acme",
        {"Record ID": "lead id", "Contact owner": "owner", "Original Source": "source", "Number of times contacted": "attempts"},
    ),
    "hubspot-crm-exports-all-deals.csv": (
        "opportunities",
        "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Create Date,Pipeline,Associated Contact IDs",
        "7,Acme pilot,Closed Won,2026-02-01 12:00,Sam Okafor,1200.50,2026-01-07 09:00,Sales,101",
        {"Deal Stage": "stage", "Close Date": "closed", "Amount": "amount", "Create Date": "opened", "Associated Contact IDs": "person id"},
    ),
    "salesforce report 2026.csv": (
        "opportunities",
        "Opportunity ID,Opportunity Name,Stage,Amount,Close Date,Created Date,Opportunity Owner,Account Name,Lead Source,Probability (%)",
        "006A,Pilot,Closed Lost,900,3/25/2026,1/14/2026,Sol Meyer,Acme,Web,0",
        {"Opportunity Owner": "owner", "Account Name": "account", "Created Date": "opened", "Lead Source": "source"},
    ),
    "Lead.csv": (
        "leads",
        "Id,Email,Company,Status,LeadSource,OwnerId,IsConverted,ConvertedDate,ConvertedOpportunityId,CreatedDate,IsDeleted",
        "00Q1,a@b.example,Acme,Open - Not Contacted,Web,005A,false,,,2026-01-01T08:00:00.000Z,false",
        {"IsConverted": "converted", "ConvertedOpportunityId": "opportunity id", "LeadSource": "source", "IsDeleted": "deleted"},
    ),
    "deals-pipedrive.csv": (
        "opportunities",
        "Deal - ID,Deal - Title,Deal - Value,Deal - Currency,Deal - Status,Deal - Stage,Deal - Owner,Deal - Organization,"
        "Deal - Deal created,Deal - Won time,Deal - Lost time,Deal - Lost reason,Deal - Expected close date",
        "5,Pilot,500,EUR,lost,Qualified,Kim,Acme,2026-01-01 10:00:00,,2026-03-01 10:00:00,price,2026-04-01",
        {"Deal - Value": "amount", "Deal - Status": "status", "Deal - Deal created": "opened", "Deal - Lost reason": "lost reason"},
    ),
    "marketo.csv": (
        "leads",
        "Marketo Id,Email Address,First Name,Last Name,Person Source,Person Score,Acquisition Date,Revenue Stage,Created At",
        "9,a@b.example,Ada,Lang,Webinar,44,2026-01-01,MQL,2026-01-01 10:00:00",
        {"Marketo Id": "lead id", "Person Source": "source", "Person Score": "score", "Acquisition Date": "first contact"},
    ),
    "OpportunityFieldHistory.csv": (
        "stage history",
        "Id,OpportunityId,CreatedDate,Field,OldValue,NewValue",
        "1,006A,2026-01-01T08:00:00Z,StageName,Prospecting,Qualification",
        {"OpportunityId": "opportunity id", "NewValue": "stage", "OldValue": "from", "CreatedDate": "at", "Field": "field"},
    ),
    "calls.csv": (
        "activities",
        "Call ID,Call date,Contact ID,Call outcome,Assigned to",
        "1,2026-01-05 12:00,101,connected,Sam",
        {"Call date": "at", "Contact ID": "person id", "Call outcome": "outcome"},
    ),
    "google ads.csv": (
        "spend",
        "Day,Campaign,Cost,Currency,Impressions,Clicks",
        "2026-01-01,Brand,12.5,EUR,1000,30",
        {"Day": "on", "Cost": "amount", "Clicks": "clicks"},
    ),
    "users.csv": ("members", "id,email,first_name,last_name,role", "1,s@h.example,Sam,Okafor,rep", {"id": "member id"}),
    "web_events.csv": (
        "touches",
        "anonymous_id,email,event,timestamp,page_url,utm_source",
        "x1,,page_view,2026-01-01T00:00:00Z,/pricing,google",
        {"page_url": "path", "timestamp": "at", "event": "kind"},
    ),
}


def recognised(tmp_path: Path, **files: str) -> list[Recognised]:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return recognise_all(open_tables([tmp_path / f"{name}.csv" for name in files]))[0]


@pytest.mark.parametrize("name", VENDORS)
def test_exports_are_recognised_by_their_headers(tmp_path, name):
    kind, header, row, meanings = VENDORS[name]
    (tmp_path / name).write_text(f"{header}\n{row}\n")
    ((one,), _) = recognise_all(open_tables([tmp_path / name]))
    assert one.kind == kind
    assert {plan.header: plan.meaning for plan in one.columns if plan.header in meanings} == meanings


def test_a_name_is_not_believed_against_its_values(tmp_path):
    (one,) = recognised(tmp_path, leads="Lead ID,Email,Last Activity,Amount\n1,a@b.example,Email opened,high\n2,c@d.example,Call,low\n")
    assert {p.header: p.meaning for p in one.columns} == {"Lead ID": "lead id", "Email": "email", "Last Activity": "", "Amount": ""}


def test_what_a_seller_declared_is_not_a_deal_amount(tmp_path):
    (one,) = recognised(
        tmp_path, deals="deal_id,won_date,declared_monthly_revenue,annual_revenue\n1,2026-01-01,500,9\n2,2026-01-02,700,9\n"
    )
    assert {p.header: p.meaning for p in one.columns}["declared_monthly_revenue"] == ""


def test_addresses_are_found_under_any_name(tmp_path):
    (one,) = recognised(tmp_path, people="lead id,source,Kontakt\n1,web,ada@acme.example\n2,web,bo@acme.example\n")
    assert one.columns[2].meaning == "email"
    assert one.columns[2].why == "values are e-mail addresses"


def test_a_key_nobody_named_is_joined_by_its_values(tmp_path):
    leads = "Prospect ID,source\n" + "".join(f"P-{i:04},web\n" for i in range(50))
    deals = "deal_id,won_date,Herkunft Ref\n" + "".join(f"{i},2026-01-0{1 + i % 9},P-{i:04}\n" for i in range(20))
    _, one = recognised(tmp_path, leads=leads, deals=deals)
    assert {p.header: (p.meaning, p.why) for p in one.columns}["Herkunft Ref"] == ("lead id", "its values are found in leads.csv")


def test_small_numbers_join_nothing(tmp_path):
    accounts = "account_id,account,industry,employees\n" + "".join(f"{i},Acme {i},steel,{i}\n" for i in range(30))
    leads = "lead_id,email,visits\n" + "".join(f"L{i},a{i}@b.example,{i}\n" for i in range(25))
    assert [p.meaning for p in recognised(tmp_path, accounts=accounts, leads=leads)[1].columns] == ["lead id", "email", ""]


def test_tables_about_tables_and_tickets_are_left_alone(tmp_path):
    merge, ticket = recognised(
        tmp_path,
        contact_merge_audit="contact_id,first_name,email\n1,Ada,a@b.example\n",
        ticket_data="id,subject,stage,created,owner_id\n1,help,open,2026-01-01,3\n",
    )
    assert (merge.kind, ticket.kind) == ("other", "other")


@pytest.mark.parametrize(
    ("texts", "first", "note"),
    [
        (["29/2/2016 01:16", "1/3/2016 02:00"], datetime(2016, 2, 29, 1, 16), "day first"),  # noqa: DTZ001
        (["3/25/2018", "1/2/2018"], date(2018, 3, 25), "month first"),
        (["01/03/2016", "02/03/2016", "05/03/2016", "07/04/2016"], date(2016, 3, 1), "day first, likely: no day is past the 12th"),
        (["03/01/2016", "03/02/2016", "03/05/2016", "04/07/2016"], date(2016, 3, 1), "month first, likely: no day is past the 12th"),
        (["01/02/2020"], date(2020, 2, 1), "ambiguous dates, read day first: no day is past the 12th"),
        (["43000", "43001"], date(2017, 9, 22), "day numbers of a spreadsheet"),  # 1 January 1900 is day 1, with Excel's 29 February 1900
    ],
)
def test_the_order_of_day_and_month_is_decided_by_the_column_and_said(texts, first, note):
    form = date_form(texts)
    assert read_date(texts[0], form) == first
    assert form.notes == (note,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2018-02-26 19:58:54", datetime(2018, 2, 26, 19, 58, 54)),  # noqa: DTZ001
        ("2020-12-30 3:15:52", datetime(2020, 12, 30, 3, 15, 52)),  # noqa: DTZ001
        ("2018-02-26T19:58:54Z", datetime(2018, 2, 26, 19, 58, 54, tzinfo=UTC)),
        ("1519675134", datetime(2018, 2, 26, 19, 58, 54, tzinfo=UTC)),
        ("1519675134000", datetime(2018, 2, 26, 19, 58, 54, tzinfo=UTC)),
        ("Jan 5, 2024", date(2024, 1, 5)),
        ("5 März 2024", date(2024, 3, 5)),
        ("12 de março de 2023", date(2023, 3, 12)),
        ("1/2/2020 12:30 AM", datetime(2020, 2, 1, 0, 30)),  # noqa: DTZ001
        ("20240131", date(2024, 1, 31)),
    ],
)
def test_dates_are_read_as_tools_write_them(text, value):
    assert read_date(text, date_form([])) == value


def test_the_years_a_date_may_have_are_those_of_every_moment():
    assert (moments.EARLIEST.year, moments.LATEST.year) == (dates.EARLIEST, dates.LATEST)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0000-00-00", "outside 1900 to 2199"),
        ("9999-12-31", "outside 1900 to 2199"),
        ("2023-02-29", "no day of the calendar"),
        ("2023-02-20 25:00", "no time of the day"),
        ("soon", "is not a date"),
        ("1e400", "is not a date"),
    ],
)
def test_what_is_no_date_is_refused_by_name(text, says):
    with pytest.raises(ValueError, match=says):
        read_date(text, date_form([]))


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1,234.50", "$99"], ["1234.50", "99"]),
        (["1.234,50", "€ 12"], ["1234.50", "12"]),
        (["R$ 1.000,00", "12,5"], ["1000.00", "12.5"]),
        (["1.234", "12.500", "3.000.000"], ["1234", "12500", "3000000"]),  # only ever three digits: points group thousands
        (["0.125", "0.250", "0.333"], ["0.125", "0.250", "0.333"]),  # a part of one is no group
        (["(300)", "-5", "1 234"], ["-300", "-5", "1234"]),
    ],
)
def test_the_decimal_sign_is_decided_by_the_column(texts, values):
    read, _ = number_reader(texts)
    assert [read(text) for text in texts] == [Decimal(value) for value in values]


@pytest.mark.parametrize("text", ["1e400", "1e16", "-1e300", "1e-400"])
def test_numbers_nobody_means_are_refused(text):
    with pytest.raises(ValueError, match="too large or too small"):
        number_reader([])[0](text)


def test_an_empty_cell_and_the_word_unknown_stay_apart(tmp_path):
    (one,) = recognised(tmp_path, leads="lead_id,source,created\n1,,2026-01-01\n2,unknown,unknown\n3,Select,2026-01-02\n4,N/A,\n")
    table = load(one)
    source = table.column("source")
    assert source is not None
    assert source.values == [None, "unknown", None, None]
    assert source.markers == {"Select": 1, "N/A": 1}
    assert table.values("created") == [date(2026, 1, 1), None, date(2026, 1, 2), None]  # of a date, unknown says nothing
    assert [is_empty(t) for t in ("Selective", "none of these", "0")] == [False, False, False]


def test_a_value_that_cannot_be_read_refuses_its_row_and_names_the_column(tmp_path):
    rows = "".join(f"{i},{i}0,2026-01-01\n" for i in range(8)) + "8,80,9999-12-31\n9,about ten,2026-01-01\n"
    (one,) = recognised(tmp_path, deals=f"deal_id,amount,close_date\n{rows}")
    table = load(one)
    assert (table.read, table.used, table.rejected) == (10, 8, 2)
    assert table.problems == (
        (10, "close_date: '9999-12-31' is outside 1900 to 2199: a placeholder or a typing error"),
        (11, "amount: 'about ten' is not a number"),
    )


def test_records_deleted_at_their_source_are_not_used(tmp_path):
    (one,) = recognised(tmp_path, deals="deal_id,amount,stage,is_deleted\n1,10,open,false\n2,20,open,true\n")
    table = load(one)
    assert (table.read, table.used, table.deleted, table.values("opportunity id")) == (2, 1, 1, ["1"])


def test_amounts_that_name_their_currency_give_it(tmp_path):
    (one,) = recognised(tmp_path, deals="deal_id,amount,stage\n1,€ 10,open\n2,20 USD,open\n3,$5,open\n")
    assert load(one).values("currency") == ["EUR", "USD", "$"]  # a bare $ may be any of twenty


def test_moments_that_are_all_midnight_are_dates(tmp_path):
    (one,) = recognised(tmp_path, leads="lead_id,created\n1,2026-01-01 00:00:00\n2,2026-01-02 00:00:00\n")
    assert load(one).values("created") == [date(2026, 1, 1), date(2026, 1, 2)]


@pytest.mark.needs_shared
def test_the_public_files_are_recognised(shared):
    folders = [shared / "data" / name for name in ("olist_funnel", "maven_crm", "x_education_leads", "sla_incidents_sample")]
    known, unread = recognise_all(open_tables(folders))
    assert unread == []
    assert {one.table.name: one.kind for one in known} == {
        "olist_closed_deals_dataset.csv": "opportunities",
        "olist_marketing_qualified_leads_dataset.csv": "leads",
        "olist_sellers_dataset.csv": "accounts",
        "accounts.csv": "accounts",
        "products.csv": "products",
        "sales_pipeline.csv": "opportunities",
        "sales_teams.csv": "members",
        "data_dictionary.csv": "other",
        "leads.csv": "leads",
        "incident_event_log_first4000.csv": "other",
    }


def test_a_comma_for_decimals_among_points_is_refused_not_taken_a_hundredfold(tmp_path):
    (one,) = recognised(
        tmp_path, deals='deal_id,amount,stage\n1,1234.50,open\n2,99.95,open\n3,"1 234,50",open\n4,"1,23,456.00",open\n5,,\n6,7,open\n'
    )
    table = load(one)
    assert table.values("amount") == [Decimal("1234.50"), Decimal("99.95"), Decimal("123456.00"), None, Decimal(7)]
    assert table.problems == ((4, "amount: '1 234,50' does not write its decimals as the rest of the column does"),)


@pytest.mark.parametrize("text", ["1,234.50 $", "1’234.50", "1234.50 US$", "¥ 1,234.50", "1,234.50 ¥"])
def test_money_is_read_however_its_sign_stands(text):
    assert read_number(text) == Decimal("1234.50")


@pytest.mark.parametrize(
    ("texts", "values", "note"),
    [
        (["5k", "1.2m", "€ 3K", "7"], ["5000", "1200000", "3000", "7"], "written short: K as 1,000, k as 1,000 and m as 1,000,000"),
        (["1,2 Mio. €", "1.250,50", "0,5 Mrd"], ["1200000", "1250.50", "500000000"], "decimal comma"),
        (["1.25bn", "(3k)", "-2 mn", "5 kEUR"], ["1250000000", "-3000", "-2000000", "5000"], "bn as 1,000,000,000"),
        (["120 TEUR", "T€ 80", "-5 TCHF", "TUSD 7"], ["120000", "80000", "-5000", "7000"], "written short: T as 1,000"),
        (["12 Mio. EUR", "1,5 Mio", "1,5 Mio."], ["12000000", "1500000", "1500000"], "decimal comma, written short: Mio as 1,000,000"),
        (["Mio. € 3", "MEUR 2", "k€ 120"], ["3000000", "2000000", "120000"], "Mio as 1,000,000"),
        (["1.200 TEUR", "1,5 TEUR"], ["1200000", "1500"], "decimal comma"),
        (["1.200 TEUR", "2.50 TEUR"], ["1200", "2500"], "T as 1,000"),
        (["120 TRY", "5 TND", "T$ 5", "5 MMK"], ["120", "5", "5", "5"], ""),  # lira, dinar, pa'anga, kyat
        (["5 kr", "5 KRW", "5 MNT", "100 MX$"], ["5", "5", "5", "100"], ""),  # crowns, won, tugrik, pesos are no thousands, no millions
    ],
)
def test_amounts_written_short_are_read_and_said(texts, values, note):
    read, notes = amount_reader(texts)
    assert [str(read(text)) for text in texts] == values
    assert note in ", ".join(notes)


@pytest.mark.parametrize("text", ["120 T", "T 120", "120 teur", "TSD 5", "5 Mio T€", "TEUR", "T€ 5k"])
def test_what_may_be_no_thousand_is_refused(text):
    with pytest.raises(ValueError, match="is not a number"):
        amount_reader([text])[0](text)


@pytest.mark.parametrize("text", ["1.200 TEUR", "1,200 TEUR", "T€ 1.200"])
def test_thousands_of_thousands_are_not_guessed_where_the_column_does_not_show_how_it_writes(text):
    with pytest.raises(ValueError, match="may be with decimals or in thousands"):
        amount_reader([text, "120 TEUR"])[0](text)


@given(st.decimals("0.001", "999999", places=3), st.sampled_from([("k", 3), ("M", 6), (" Mio.", 6), ("bn", 9)]), st.sampled_from(".,"))
def test_what_is_written_short_is_exact(number, unit, mark):
    text = f"{number:f}".replace(".", mark) + unit[0]
    assert read_number(text, decimal=mark, is_amount=True) == Decimal(int(number * 1000)) * 10 ** (unit[1] - 3)


@pytest.mark.parametrize("text", ["5k", "1.2 Mio", "5k%"])
def test_a_plain_number_is_not_written_short(text):
    with pytest.raises(ValueError, match="is not a number"):
        number_reader([text])[0](text)


def test_deals_and_currencies_are_read_from_amounts_written_short(tmp_path):
    (one,) = recognised(tmp_path, deals="deal_id,amount,stage\n1,€ 3k,open\n2,1.2 MIO USD,open\n3,750 MIO,open\n")
    table = load(one)
    assert table.values("amount") == [Decimal(3_000), Decimal(1_200_000), Decimal(750_000_000)]
    assert table.values("currency") == ["EUR", "USD", None]
    assert table.notes == ("amount: written short: k as 1,000 and MIO as 1,000,000",)


def test_deals_in_thousands_keep_their_currency(tmp_path):
    (one,) = recognised(tmp_path, deals="deal_id;amount;stage\n1;120 TEUR;open\n2;T€ 80;open\n3;1,5 Mio. CHF;open\n")
    table = load(one)
    assert table.values("amount") == [Decimal(120_000), Decimal(80_000), Decimal(1_500_000)]
    assert table.values("currency") == ["EUR", "EUR", "CHF"]


def test_a_column_whose_values_break_its_name_is_left_out_and_said(tmp_path):
    rows = "\n".join(f"{i},open,{'a lot' if i % 2 else '10'}" for i in range(10))
    (one,) = recognised(tmp_path, deals=f"deal_id,stage,amount\n{rows}\n")
    assert one.columns[2].meaning == ""
    assert one.columns[2].why == "named like amount, but its values are something else"
    assert load(one).unfit == {"amount": ("amount", "an amount", "a lot")}


@pytest.mark.parametrize(
    "header",
    [
        "Lead-Nr;E-Mail-Adresse;Vorname;Nachname;Firma;Quelle;Erstellt am;Zuständig",
        "ID;Correo;Nombre;Apellidos;Empresa;Fuente;Fecha de creación;Propietario",
        "ID;Courriel;Prénom;Nom;Société;Canal;Créé le;Commercial",
    ],
)
def test_leads_of_other_languages_are_known(tmp_path, header):
    (one,) = recognised(tmp_path, leads=f"{header}\n1;ada@acme.example;Ada;Ünal;Acme;Messe;03.02.2026;sam@x.example\n")
    meanings = "lead id|email|first name|last name|account|source|created|owner".split("|")
    assert (one.kind, [plan.meaning for plan in one.columns]) == ("leads", meanings)


def test_deals_in_german_are_known_with_their_money(tmp_path):
    head = "Nr;Bezeichnung;Verkaufsphase;Betrag;Währung;Erstellt am;Abschlussdatum;Verlustgrund"
    (one,) = recognised(tmp_path, deals=f"{head}\n7;Pumpe;Gewonnen;1.234,50 EUR;EUR;03.02.2026;14.02.2026;\n")
    assert one.kind == "opportunities"
    assert [plan.meaning for plan in one.columns[1:]] == "name|stage|amount|currency|opened|closed|lost reason".split("|")
    assert load(one).values("amount") == [Decimal("1234.50")]
