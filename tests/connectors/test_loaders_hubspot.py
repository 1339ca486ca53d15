# ruff: noqa: E501  # a header of a table is one line
"""HubSpot's tables as a loader leaves them, joined: invented ones, whose outcome is worked by hand."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.connectors.warehouse import counts, load, refusals, state_after, tried, write
from treaty.team.models import Member
from treaty.truth.models import Activity, BuyingRole, Opportunity, OpportunityChange, Person, Source, SystemRecord, Touch

pytestmark = pytest.mark.django_db
TABLES = {
    "owner": """owner_id,_fivetran_synced,email,first_name,last_name,active_user_id
7,2026-03-01 9:00:00,sam@halden.example,Sam,Okafor,
8,2026-03-01 9:00:00,xN3o2bZrIDkNsx1Jv9Vx4Q==,,,81""",
    "users": """id,email,first_name,last_name,role_id,_fivetran_synced
81,sol@halden.example,Sol,Nkemelu,,2026-03-01 9:00:00""",
    "deal_pipeline_stage": """stage_id,label,closed_won,is_closed,probability,pipeline_id,_fivetran_synced,_fivetran_deleted
s1,Proposal,FALSE,FALSE,0.4,p1,2026-03-01 09:00:00,FALSE
s2,Won at last,TRUE,TRUE,1.0,p1,2026-03-01 09:00:00,FALSE""",
    "company": """id,is_deleted,property_name,property_domain,property_createdate,_fivetran_synced
50,false,Acme,acme.example,2026-01-02 10:00:00,2026-03-01 9:00:00
51,true,Gone Ltd,gone.example,2026-01-02 10:00:00,2026-03-01 9:00:00""",
    "contact": """id,_fivetran_deleted,property_email,property_firstname,property_lastname,property_jobtitle,property_createdate,property_hs_merged_object_ids,property_associatedcompanyid,property_hubspot_owner_id,_fivetran_synced
1,FALSE,ada@acme.example,Ada,Stone,CFO,2026-01-05 8:00:00,3;4,50,7,2026-03-01 9:00:00
2,FALSE,bo@acme.example,Bo,Lind,,2026-01-06 08:00:00.125,,50,,2026-03-01 9:00:00
3,FALSE,ada@old.example,Ada,S.,,2026-01-01 8:00:00,,,,2026-03-01 9:00:00
5,TRUE,cy@acme.example,Cy,Gone,,2026-01-07 8:00:00,,,,2026-03-01 9:00:00""",
    "contact_merge_audit": """canonical_vid,contact_id,vid_to_merge,timestamp,_fivetran_synced
3,3,6,2026-01-03 10:00:00,2026-03-01 9:00:00""",
    "contact_property_history": """contact_id,name,value,timestamp,source,_fivetran_synced
1,jobtitle,Controller,2026-01-05 08:00:00,CRM,2026-03-01 9:00:00
1,favourite_colour,red,2026-01-05 08:00:00,CRM,2026-03-01 9:00:00
99,jobtitle,CEO,2026-01-05 08:00:00,CRM,2026-03-01 9:00:00""",
    "email_campaign": """id,app_id,name,subject,_fivetran_synced
900,1,March news,What is new,2026-03-01 9:00:00""",
    "email_event": """id,created,type,recipient,email_campaign_id,filtered_event,_fivetran_synced
e1,2026-03-01 07:00:00.357,DELIVERED,ada@acme.example,900,false,2026-03-01 9:00:00
e2,2026-03-01 07:05:00,CLICK,ada@old.example,900,false,2026-03-01 9:00:00
e3,2026-03-01 07:00:01,OPEN,bo@acme.example,900,true,2026-03-01 9:00:00""",
    "email_event_click": """id,url,_fivetran_synced
e2,https://halden.example/pricing?x=1,2026-03-01 9:00:00
e9,https://halden.example/other,2026-03-01 9:00:00""",
    "form": """guid,name,action
f1,Book a demo,POST""",
    "contact_form_submission": """contact_id,form_id,conversion_id,timestamp,page_url,title,_fivetran_synced
6,f1,c1,2026-02-01 10:00:00,https://halden.example/demo,Demo,2026-03-01 9:00:00
5,f1,c2,2026-02-01 10:00:00,https://halden.example/demo,Demo,2026-03-01 9:00:00""",
    "deal": """deal_id,is_deleted,deal_pipeline_id,deal_pipeline_stage_id,owner_id,property_dealname,property_amount,property_closedate,property_createdate,_fivetran_synced
70,false,p1,s2,8,Pumps,1200.50,2026-02-20 12:00:00,2026-01-10 9:00:00,2026-03-01 9:00:00
71,true,p1,s1,7,Dropped,10,,2026-01-10 9:00:00,2026-03-01 9:00:00
72,false,p1,s1,7,Doubled,10,,2026-01-11 9:00:00,2026-03-01 9:00:00""",
    "merged_deal": """deal_id,merged_deal_id,_fivetran_synced
70,72,2026-03-01 9:00:00""",
    "deal_stage": """deal_id,value,date_entered,_fivetran_start,_fivetran_end,_fivetran_active,_fivetran_synced
70,s1,2026-01-10 9:00:00,2026-01-10 9:00:00,2026-02-20 12:00:00,FALSE,2026-03-01 9:00:00
70,s2,2026-02-20 12:00:00,2026-02-20 12:00:00,2050-01-01 00:00:00,TRUE,2026-03-01 9:00:00
71,s1,2026-01-10 9:00:00,2026-01-10 9:00:00,2050-01-01 00:00:00,TRUE,2026-03-01 9:00:00""",
    "deal_contact": """deal_id,contact_id,type_id,_fivetran_synced
72,3,3,2026-03-01 9:00:00
79,1,3,2026-03-01 9:00:00""",
    "deal_company": """deal_id,company_id,type_id,_fivetran_synced
70,50,5,2026-03-01 9:00:00""",
    "engagement": """id,type,_fivetran_synced
300,CALL,2026-03-01 9:00:00
301,NOTE,2026-03-01 9:00:00""",
    "engagement_call": """engagement_id,_fivetran_deleted,property_hs_timestamp,property_hs_createdate,property_hs_call_disposition,property_hubspot_owner_id,_fivetran_synced
300,false,2026-02-02 10:00:00.000000,2026-02-02 10:05:00,f240bbac-87c9-4f6e-bf70-924b57d47db7,7,2026-03-01 9:00:00""",
    "engagement_task": """engagement_id,property_hs_timestamp,property_hs_task_status,_fivetran_synced
302,2026-04-02 10:00:00,NOT_STARTED,2026-03-01 9:00:00""",
    "engagement_contact": """engagement_id,contact_id,_fivetran_synced
300,4,2026-03-01 9:00:00
300,2,2026-03-01 9:00:00
399,1,2026-03-01 9:00:00""",
    "engagement_deal": """engagement_id,deal_id,_fivetran_synced
300,72,2026-03-01 9:00:00""",
    "ticket": """id,property_subject,_fivetran_synced
1,Broken,2026-03-01 9:00:00""",
    "feature_flag": """id,colour,_fivetran_synced
1,red,2026-03-01 9:00:00""",
}
COUNTS = {
    "owner": (2, 1, 1, 0),  # Sol is known as a user already
    "users": (1, 1, 0, 0),
    "deal_pipeline_stage": (2, 0, 2, 0),  # names
    "company": (2, 2, 0, 0),  # one of them as gone
    "contact": (4, 4, 0, 0),  # 1 and 2 are people, 3 was merged, 5 is gone
    "contact_merge_audit": (1, 1, 0, 0),
    "contact_property_history": (3, 0, 2, 1),  # nobody has the id 99
    "email_campaign": (1, 1, 0, 0),
    "email_event": (3, 2, 1, 0),  # the machine's says nothing
    "email_event_click": (2, 0, 1, 1),  # e9 has no event
    "form": (1, 0, 1, 0),
    "contact_form_submission": (2, 1, 0, 1),  # contact 5 is gone
    "deal": (3, 2, 1, 0),  # 70 is a deal, 71 is gone, 72 was merged as a row before said
    "merged_deal": (1, 1, 0, 0),
    "deal_stage": (3, 0, 2, 1),  # of a deal that is gone
    "deal_contact": (2, 0, 1, 1),  # there is no deal 79
    "deal_company": (1, 0, 1, 0),
    "engagement": (2, 0, 1, 1),  # 301 has neither a table of its own nor a moment
    "engagement_call": (1, 1, 0, 0),
    "engagement_task": (1, 0, 1, 0),  # not done yet
    "engagement_contact": (3, 0, 2, 1),  # there is no engagement 399
    "engagement_deal": (1, 0, 1, 0),
    "ticket": (1, 0, 0, 1),
    "feature_flag": (1, 0, 0, 1),
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_row_is_accounted_for_and_a_dry_run_counts_the_same(tmp_path):
    paths = write(tmp_path, TABLES)
    assert tried(paths) == COUNTS
    assert counts(load(paths)) == COUNTS
    again = counts(load(paths))
    assert {name: (read, rejected) for name, (read, _, _, rejected) in again.items()} == {n: (c[0], c[3]) for n, c in COUNTS.items()}
    assert not any(stored for _, stored, _, _ in again.values())


def test_the_ids_are_those_a_connector_brings(tmp_path):
    load(write(tmp_path, TABLES))
    source = Source.objects.get(kind=Source.Kind.IMPORT)
    assert (source.name, source.settings) == ("HubSpot", {"id_space": "hubspot"})
    assert set(Activity.objects.values_list("external_id", flat=True)) == {"call:300", "call:300:1"}  # the first is Bo's: 2 before 4


def test_merges_are_followed_to_the_person_kept(tmp_path):
    load(write(tmp_path, TABLES))
    ada = Person.objects.get(email="ada@acme.example")
    assert sorted(ada.identities.filter(kind="id").values_list("value", flat=True)) == ["1", "3", "4", "6"]  # 6 into 3 into 1
    assert set(Person.objects.values_list("email", flat=True)) == {"ada@acme.example", "bo@acme.example"}
    # the click went to her old address, the form to an id that was merged twice
    assert set(Touch.objects.filter(person=ada).values_list("kind", flat=True)) == {"email_delivered", "email_click", "form_submitted"}
    assert BuyingRole.objects.get().person == ada
    gone = SystemRecord.objects.exclude(gone_at=None).values_list("kind", "external_id", "gone_into")
    assert set(gone) == {
        ("account", "51", ""), ("person", "3", "1"), ("person", "4", "1"), ("person", "5", ""), ("person", "6", "1"),
        ("opportunity", "71", ""), ("opportunity", "72", "70"),
    }  # fmt: skip


def test_a_deal_has_its_stages_by_name_its_outcome_its_people_and_its_company(tmp_path):
    load(write(tmp_path, TABLES))
    deal = Opportunity.objects.get()
    assert (deal.external_id, deal.stage, deal.outcome, deal.amount) == ("70", "Won at last", "won", Decimal("1200.50"))
    assert (deal.account.name, deal.owner.email, deal.closed_at) == ("Acme", "sol@halden.example", at("2026-02-20 12:00"))
    stages = OpportunityChange.objects.filter(field="stage").order_by("at")
    assert list(stages.values_list("value", "at", "known_at")) == [
        ("Proposal", at("2026-01-10 09:00"), at("2026-01-10 09:00")),
        ("Won at last", at("2026-02-20 12:00"), at("2026-02-20 12:00")),
    ]


def test_touches_have_what_other_tables_say_of_them(tmp_path):
    load(write(tmp_path, TABLES))
    click, form = Touch.objects.get(kind="email_click"), Touch.objects.get(kind="form_submitted")
    assert (click.campaign, click.title, click.host, click.path) == ("March news", "What is new", "halden.example", "/pricing")
    assert (form.form, form.path, form.occurred_at) == ("Book a demo", "/demo", at("2026-02-01 10:00"))


def test_work_is_tied_to_everybody_it_was_about(tmp_path):
    load(write(tmp_path, TABLES))
    sam = Member.objects.get(email="sam@halden.example")
    found = Activity.objects.values_list("person__email", "opportunity__external_id", "outcome", "member")
    assert set(found) == {("ada@acme.example", "70", "connected", sam.pk), ("bo@acme.example", "70", "connected", sam.pk)}


def test_each_refusal_says_why(tmp_path):
    done = load(write(tmp_path, TABLES))
    assert [problem.split(":")[0] for problem in refusals()] == [
        "no engagement 399 is among these files",
        "no row of email_event has this id",
        "no row of the table contact has the id 99",
        "no row of the table deal has the id 79",
        "the contact 5 was deleted",
        "the deal 71 was deleted",
        "this note has no time",
    ]
    assert done.files.get(name="ticket.csv").problem.startswith("tickets have no place here")
    assert "no table of HubSpot" in done.files.get(name="feature_flag.csv").problem


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_neither_the_order_of_files_nor_of_rows_matters(tmp_path, seed):
    found = state_after(write(tmp_path, TABLES))
    assert found["people"] == [("ada@acme.example", "Ada Stone", "CFO", ["1", "3", "4", "6"]), ("bo@acme.example", "Bo Lind", "", ["2"])]
    assert state_after(write(tmp_path, TABLES, seed)) == found


def test_hashed_addresses_are_still_one_persons(tmp_path):
    hashed = {
        "contact": "id,property_email,property_createdate,_fivetran_synced\n1,o2wjpPyUfzBfq9OSt9I2NQ==,2026-01-05 8:00:00,2026-03-01 9:00:00\n"
        "2,1B2M2Y8AsgTpgAmY7PhCfg==,2026-01-05 8:00:00,2026-03-01 9:00:00\n3,1B2M2Y8AsgTpgAmY7PhCfg==,2026-01-05 8:00:00,2026-03-01 9:00:00",
        "email_event": "id,created,type,recipient,_fivetran_synced\ne1,2026-03-01 07:00:00,OPEN,o2wjpPyUfzBfq9OSt9I2NQ==,2026-03-01 9:00:00",
    }
    load(write(tmp_path, hashed))
    assert Person.objects.count() == 3  # the hash of nothing joins nobody
    assert Touch.objects.get().person.identities.filter(kind="id", value="1").exists()
