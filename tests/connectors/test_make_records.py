"""Exports become records: every kind, row by row; a row that cannot is refused alone and can come back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from treaty.connectors.files.exports import Exports, open_exports
from treaty.connectors.files.mapping import Mapping, MapRefused
from treaty.connectors.files.preview import preview
from treaty.connectors.files.reader import open_tables
from treaty.connectors.files.rejects import write_rejects
from treaty.connectors.files.rows import RawTable, Refused, Row
from treaty.connectors.files.to_records import Made, directory_of, to_records, to_rows
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    ActivityRecord,
    CampaignRecord,
    MemberRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    SpendRecord,
    StageEntry,
    TouchRecord,
)


def exports_of(tmp_path: Path, mapping: dict[str, object] | None = None, **files: str) -> Exports:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return open_exports([tmp_path / f"{name}.csv" for name in files], Mapping.model_validate(mapping or {}))


def records_of(tmp_path: Path, mapping: dict[str, object] | None = None, **files: str) -> list[object]:
    exports = exports_of(tmp_path, mapping, **files)
    directory = directory_of(exports)
    return [record for one in exports.recognised for record in to_records(one, exports.mapping, directory)]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_a_lead_is_a_person_and_its_first_contact_a_touch(tmp_path):
    text = "mql_id,first_contact_date,landing_page_id,origin\nM1,2018-02-01,P9,paid_search\n"
    assert records_of(tmp_path, marketing_qualified_leads=text) == [
        PersonRecord(
            ref=PersonRef(external_id="M1"),
            fields={"landing_page": "P9", "lead_source": "paid_search"},
            created_at=utc(2018, 2, 1),
        ),
        TouchRecord(
            ref=PersonRef(external_id="M1"), kind="first_contact", occurred_at=utc(2018, 2, 1), message_id="M1:first_contact",
            channel="paid_search", path="P9",
        ),
    ]  # fmt: skip


def test_a_contact_carries_its_company_with_its_owner_and_fields(tmp_path):
    text = (
        "Record ID,First Name,Last Name,Email,Job Title,Associated Company,Contact owner,Company owner,Create Date,Lifecycle Stage\n"
        "7,Ada,Lang,Ada@Acme.Example,CTO,Acme,kim@halden.example,sam@halden.example,2026-01-05 10:00,MQL\n"
    )
    assert records_of(tmp_path, {"zone": "Europe/Berlin"}, contacts=text) == [
        PersonRecord(
            ref=PersonRef(email="ada@acme.example", external_id="7"),
            fields={"title": "CTO", "lifecycle_stage": "MQL", "name": "Ada Lang"},
            account=AccountRef(name="Acme"),
            account_owner_email="sam@halden.example",
            created_at=utc(2026, 1, 5, 9),  # ten in Berlin in winter
        )
    ]


def test_a_row_that_names_nobody_is_refused_with_its_line(tmp_path):
    made, refused = list(to_rows(exports_of(tmp_path, leads="lead_id,email,source\nL1,a@x.example,web\n,,web\n").recognised[0]))
    assert isinstance(made, Made)
    assert refused == Refused(3, ["", "", "web"], "no e-mail and no id: nothing says who this is")


def test_a_deal_keeps_outcome_amount_currency_and_people(tmp_path):
    text = (
        "Deal - ID,Deal - Title,Deal - Value,Deal - Currency,Deal - Status,Deal - Stage,Deal - Organization,Deal - Deal created,"
        "Deal - Lost time,Deal - Lost reason,Person - Email\n"
        "5,Pilot,500.25,EUR,lost,Qualified,Acme,2026-01-01 10:00:00,2026-03-01 10:00:00,price,ada@acme.example\n"
    )
    (deal,) = records_of(tmp_path, deals=text)
    assert deal == OpportunityRecord(
        external_id="5", name="Pilot", account=AccountRef(name="Acme"), people=((PersonRef(email="ada@acme.example"), ""),),
        stage="Qualified", outcome="lost", amount=Decimal("500.25"), currency="EUR", lost_reason="price",
        opened_at=utc(2026, 1, 1, 10), closed_at=utc(2026, 3, 1, 10),
    )  # fmt: skip


def test_won_deals_without_an_id_of_their_own_go_by_their_lead(tmp_path):
    text = "mql_id,seller_id,won_date,declared_monthly_revenue\nM1,S1,2018-02-26 19:58:54,900\n"
    assert records_of(tmp_path, {"zone": "America/Sao_Paulo"}, closed_deals=text) == [
        OpportunityRecord(
            external_id="M1", account=AccountRef(external_id="S1"), people=((PersonRef(external_id="M1"), ""),), outcome="won",
            closed_at=utc(2018, 2, 26, 22, 58, 54),  # three hours behind UTC: summer time ended on 18 February
        )
    ]  # fmt: skip


def test_columns_of_entered_stages_become_history(tmp_path):
    text = (
        'deal_id,stage,amount,"Date entered ""Demo (Sales)""","Date entered ""Proposal (Sales)"""\nD1,Proposal,10,2026-01-02,2026-01-09\n'
    )
    (deal,) = records_of(tmp_path, deals=text)
    assert isinstance(deal, OpportunityRecord)
    assert deal.history == (StageEntry(at=utc(2026, 1, 2), stage="Demo"), StageEntry(at=utc(2026, 1, 9), stage="Proposal"))


def test_a_history_file_gives_each_change_at_its_moment(tmp_path):
    text = (
        "OpportunityId,CreatedDate,Field,OldValue,NewValue\n"
        "D1,2026-01-02T08:00:00Z,StageName,Demo,Proposal\n"
        "D1,2026-01-03T08:00:00Z,Amount,100,250\n"
    )
    at = utc(2026, 1, 2, 8), utc(2026, 1, 3, 8)
    assert records_of(tmp_path, OpportunityFieldHistory=text) == [
        OpportunityRecord(external_id="D1", history=(StageEntry(at=at[0], stage="Proposal"),), known_at=at[0]),
        OpportunityRecord(external_id="D1", history=(StageEntry(at=at[1], amount=Decimal(250)),), known_at=at[1]),
    ]


def test_stage_ids_are_named_by_the_table_of_stages(tmp_path):
    deals = "deal_id,deal_pipeline_stage_id,amount,closedate\nD1,s9,5,2026-01-02\n"
    stages = "stage_id,label,is_closed,closed_won,display_order\ns9,Signed,true,true,3\n"
    (deal,) = records_of(tmp_path, deals=deals, deal_pipeline_stage=stages)
    assert isinstance(deal, OpportunityRecord)
    assert (deal.stage, deal.outcome, deal.closed_at) == ("Signed", "won", utc(2026, 1, 2))


def test_owners_known_by_name_meet_their_member(tmp_path):
    deals = "deal_id,stage,amount,owner\nD1,Demo,5,Sam Okafor\nD2,Demo,5,Nobody Known\n"
    users = "user_id,email,first_name,last_name,role\n1,sam@halden.example,Sam,Okafor,Sales Manager\n"
    first, second, member = records_of(tmp_path, deals=deals, users=users)
    assert isinstance(first, OpportunityRecord)
    assert isinstance(second, OpportunityRecord)
    assert first.owner_email == "sam@halden.example"
    assert second.owner_email == "nobody.known@members.invalid"  # never reaches anybody, always means the same
    assert member == MemberRecord(email="sam@halden.example", name="Sam Okafor", role="sales_manager")


def test_members_without_addresses_get_the_one_their_deals_use(tmp_path):
    deals, member = records_of(
        tmp_path,
        pipeline="opportunity_id,sales_agent,deal_stage,close_value\nO1,Moses Frase,Won,10\n",
        sales_teams="sales_agent,manager,regional_office\nMoses Frase,Dustin Brinkmann,Central\n",
    )
    assert isinstance(deals, OpportunityRecord)
    assert member == MemberRecord(
        email="moses.frase@members.invalid", name="Moses Frase", manager_email="dustin.brinkmann@members.invalid", region="Central"
    )
    assert deals.owner_email == "moses.frase@members.invalid"


def test_accounts_touches_activities_spend_campaigns_and_links(tmp_path):
    made = records_of(
        tmp_path,
        {"currency": "EUR"},
        companies="company_id,company_name,website,industry,employees,annual_revenue\nC1,Acme,acme.example,steel,1200,5.5\n",
        web_events="message_id,anonymous_id,email,event,timestamp,page_url,utm_source\nm1,v1,,Demo Requested,2026-01-02T00:00:00Z,https://h.example/pricing?x=1,google\n",
        calls="call_id,contact_id,call_date,outcome,direction,assigned_to\nK1,L1,2026-01-05 12:00,Connected,inbound,sam@halden.example\n",
        ad_spend="day,channel,campaign,cost,impressions,clicks\n2026-01-01,google,brand,12.50,1000,30\n",
        campaigns="campaign_id,campaign_name,type,start_date,budget\nG1,Brand,search,2026-01-01,900\n",
        deal_contact="deal_id,contact_id,association_label\nD1,L1,champion\n",
    )
    assert made == [
        AccountRecord(
            ref=AccountRef(external_id="C1", domain="acme.example", name="Acme"),
            fields={"industry": "steel", "employees": 1200, "revenue": Decimal("5.5")},
        ),
        TouchRecord(
            ref=PersonRef(anonymous_id="v1"), kind="demo_request", occurred_at=utc(2026, 1, 2), message_id="m1", path="/pricing",
            host="h.example", channel="google",
        ),
        ActivityRecord(
            external_id="K1", kind="call", occurred_at=utc(2026, 1, 5, 12), ref=PersonRef(external_id="L1"),
            member_email="sam@halden.example", outcome="connected", direction="in",
        ),
        SpendRecord(
            channel="google", on=date(2026, 1, 1), amount=Decimal("12.50"), currency="EUR", campaign="brand", impressions=1000, clicks=30,
            external_id=made[3].external_id,  # type: ignore[attr-defined]  # of channel, campaign and day; see the next test
        ),
        CampaignRecord(key="G1", name="Brand", channel="search", starts_on=date(2026, 1, 1), budget=Decimal(900), currency="EUR"),
        OpportunityRecord(external_id="D1", people=((PersonRef(external_id="L1"), "champion"),)),
    ]  # fmt: skip


def test_rows_without_ids_get_the_same_key_every_time_and_different_rows_different_ones(tmp_path):
    text = "email,event,timestamp\na@x.example,view,2026-01-01 10:00\na@x.example,view,2026-01-01 10:01\n"
    first, second = (touch.message_id for touch in records_of(tmp_path, touches=text))  # type: ignore[attr-defined]
    assert first != second
    assert [touch.message_id for touch in records_of(tmp_path, touches=text)] == [first, second]  # type: ignore[attr-defined]


def test_a_mapping_says_kind_columns_values_and_constants(tmp_path):
    mapping = {
        "zone": "Asia/Kathmandu",
        "files": {
            "stuff*": {
                "as": "leads",
                "columns": {"ref": "lead id", "when": {"is": "created", "dates": "month first"}, "noise": None},
                "values": {"how": {"G": "google"}},
                "constants": {"country": "NP"},
            }
        },
    }
    mapping["files"]["stuff*"]["columns"]["how"] = "source"  # type: ignore[index]
    (person,) = records_of(tmp_path, mapping, stuff="ref,when,how,noise\nR1,03/04/2026,G,x\n")
    assert person == PersonRecord(
        ref=PersonRef(external_id="R1"), fields={"country": "NP", "lead_source": "google"}, created_at=utc(2026, 3, 3, 18, 15)
    )  # midnight of 4 March in Kathmandu, 5:45 ahead


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"files": {"leads.csv": {"columns": {"nope": "email"}}}}, "has no column 'nope'"),
        ({"files": {"leads.csv": {"columns": {"source": "colour"}}}}, "'colour' is nothing a file of leads can hold"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_with_the_way_out(tmp_path, mapping, says):
    with pytest.raises(MapRefused, match=says):
        exports_of(tmp_path, mapping, leads="lead_id,email,source\n1,a@x.example,web\n")


def test_the_preview_counts_what_the_import_would_do(tmp_path):
    exports = exports_of(
        tmp_path, leads="lead_id,email,source,created\n1,a@x.example,web,2026-01-05\n,,web,2026-01-05\n2,b@x.example,web\n"
    )
    (shown,) = preview(exports)
    assert (shown.kind, shown.read, shown.ready, shown.refused) == ("leads", 3, 1, 2)
    assert [(c.header, c.becomes, c.first_values, c.filled) for c in shown.columns][:2] == [
        ("lead_id", "lead id", ("1",), 1),
        ("email", "email", ("a@x.example",), 1),
    ]
    assert [problem.line for problem in shown.problems] == [3, 4]


def test_refused_rows_can_be_fixed_and_read_again_with_nothing_changed(tmp_path):
    odd = ["=cmd()", "'quoted", "+49 30", "-", "@x", "ＦＵＬＬ", "＝1", "plain", "'", "''=", "\ttab"]
    refused = [Refused(n, [str(n), cell], "because") for n, cell in enumerate(odd)]
    path = tmp_path / "rejected.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        assert write_rejects(stream, ["id", "note"], refused) == len(odd)
    assert not any(
        cell.startswith(("=", "+", "-", "@", "＝", "\t")) for line in path.read_text("utf-8").splitlines() for cell in line.split(",")
    )
    (table,) = open_tables([path])
    assert isinstance(table, RawTable)
    assert table.header == ("id", "note")
    assert [row.cells[1] for row in table.rows() if isinstance(row, Row)] == odd


def test_a_refused_row_left_unfixed_is_refused_again(tmp_path):
    first = tmp_path / "leads.csv"
    first.write_bytes(b'id,name,city\n1,Ada,K\n2\n3,a,b,c\n4,caf\xe9 \xc3\xa9\xc3\xa9,x\n5,"stray\n6,Z,y\n')
    (table,) = open_tables([first])
    assert isinstance(table, RawTable)
    refused = [row for row in table.rows() if isinstance(row, Refused)]
    assert [row.line for row in refused] == [3, 4, 5, 6]
    again = tmp_path / "rejected.csv"
    with again.open("w", newline="", encoding="utf-8") as stream:
        write_rejects(stream, table.header, refused)
    (second,) = open_tables([again])
    assert isinstance(second, RawTable)
    assert [type(row) for row in second.rows()] == [Refused] * 4


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("folder", "rows"), [("olist_funnel", 8000 + 842 + 3095), ("maven_crm", 5803 + 85 + 7 + 23), ("x_education_leads", 6468 + 37)]
)
def test_every_row_of_the_public_files_becomes_a_record_or_belongs_to_a_kind_without_one(shared, folder, rows):
    exports = open_exports([shared / "data" / folder])
    previews = preview(exports)
    assert sum(shown.read for shown in previews) == rows
    assert sum(shown.refused for shown in previews) == 0
    assert {shown.kind for shown in previews if shown.ready != shown.read} <= {"products", "other"}
