# ruff: noqa: E501  # a header of a table is one line
"""Salesforce's tables as a loader leaves them, joined: invented ones, whose outcome is worked by hand."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.connectors.warehouse import counts, load, refusals, state_after, tried, write
from treaty.team.models import Member
from treaty.truth.models import Activity, BuyingRole, Campaign, Opportunity, OpportunityChange, Person, Source, SystemRecord, Touch

pytestmark = pytest.mark.django_db
TABLES = {
    "sf_user_role_data": """id,name,_fivetran_deleted,_fivetran_synced
r1,Marketing Manager,false,2026-03-01 09:00:00""",
    "sf_user_data": """id,email,first_name,last_name,name,is_active,user_role_id,manager_id,time_zone_sid_key,_fivetran_deleted,_fivetran_synced
u1,sam@halden.example,Sam,Okafor,Sam Okafor,true,,u2,Europe/Berlin,false,2026-03-01 09:00:00
u2,622K5vICg3VbM5wNwnOYiw==,Mira,Holt,Mira Holt,true,r1,,,false,2026-03-01 09:00:00""",
    "opportunity_stage": """id,api_name,master_label,is_closed,is_won,_fivetran_synced
o1,Proposal,Proposal sent,false,false,2026-03-01 09:00:00
o2,Closed Won,Won,true,true,2026-03-01 09:00:00""",
    "lead_status": """id,master_label,is_converted,_fivetran_synced
l1,Open,false,2026-03-01 09:00:00""",
    "campaign": """id,name,type,start_date,end_date,budgeted_cost,is_deleted,_fivetran_synced
c1,Spring fair,Event,2026-01-01 00:00:00,2026-03-31 00:00:00,5000,false,2026-03-01 09:00:00""",
    "account": """id,Name,Website,Industry,NumberOfEmployees,owner_id,is_deleted,master_record_id,_fivetran_active,_fivetran_synced
a1,Acme,https://www.acme.example,Pumps,120,u1,false,,true,2026-03-01 09:00:00
a2,Acme Inc,,Pumps,,u1,true,a1,true,2026-03-01 09:00:00""",
    "contact": """id,account_id,email,first_name,last_name,title,is_deleted,master_record_id,created_date,last_modified_date,owner_id,_fivetran_synced
p1,a1,ada@acme.example,Ada,Stone,CFO,FALSE,,2026-01-05 08:00:00,2026-02-05 08:00:00,u1,2026-03-01 09:00:00
p2,a2,ada@old.example,Ada,S.,,TRUE,p1,2026-01-01 08:00:00,2026-02-01 08:00:00,u1,2026-03-01 09:00:00""",
    "lead": """id,email,first_name,last_name,company,status,lead_source,is_converted,converted_contact_id,converted_date,created_date,last_modified_date,is_deleted,_fivetran_synced
q1,ada@private.example,Ada,Stone,Acme,Qualified,Web,TRUE,p1,2026-01-06 00:00:00,2026-01-02 08:00:00,2026-01-06 08:00:00,FALSE,2026-03-01 09:00:00
q2,bo@blum.example,Bo,Blum,Blum,Open,Fair,FALSE,,,2026-01-03 08:00:00,2026-01-03 08:00:00,FALSE,2026-03-01 09:00:00
q3,cy@cato.example,Cy,Cato,Cato,Open,Fair,FALSE,,,2026-01-03 08:00:00,2026-01-03 08:00:00,TRUE,2026-03-01 09:00:00""",
    "campaign_member": """id,campaign_id,lead_id,contact_id,lead_or_contact_id,status,has_responded,first_responded_date,created_date,is_deleted,_fivetran_synced
m1,c1,q1,,q1,Responded,true,2026-01-20 00:00:00,2026-01-10 00:00:00,false,2026-03-01 09:00:00
m2,c1,q2,,q2,Sent,false,,2026-01-10 00:00:00,false,2026-03-01 09:00:00""",
    "opportunity": """id,account_id,name,stage_name,amount,currency_iso_code,close_date,is_closed,is_won,created_date,last_modified_date,owner_id,is_deleted,_fivetran_synced
d1,a2,Pumps,Closed Won,1200.50,EUR,2026-02-20 00:00:00,true,true,2026-01-10 09:00:00,2026-02-20 12:00:00,u1,false,2026-03-01 09:00:00
d2,a1,Dropped,Proposal,10,EUR,2026-05-20 00:00:00,false,false,2026-01-10 09:00:00,2026-02-20 12:00:00,u1,true,2026-03-01 09:00:00""",
    "opportunity_history": """id,opportunity_id,stage_name,amount,close_date,created_date,is_deleted,_fivetran_synced
h1,d1,Proposal,1000,2026-02-28,2026-01-10 09:00:00,false,2026-03-01 09:00:00
h2,d1,Closed Won,1200.50,2026-02-20,2026-02-20 12:00:00,false,2026-03-01 09:00:00""",
    "opportunity_field_history": """id,opportunity_id,field,old_value,new_value,created_date,_fivetran_synced
f1,d1,StageName,,Prospecting,2026-01-09 09:00:00,2026-03-01 09:00:00
f2,d1,NextStep,,Call,2026-01-09 09:00:00,2026-03-01 09:00:00
f3,d2,StageName,,Proposal,2026-01-09 09:00:00,2026-03-01 09:00:00
f4,d1,Owner,Mira Holt,Sam Okafor,2026-01-12 09:00:00,2026-03-01 09:00:00
f5,d1,Owner,u2,u1,2026-01-12 09:00:00,2026-03-01 09:00:00""",
    "opportunity_contact_role": """id,opportunity_id,contact_id,role,is_primary,created_date,is_deleted,_fivetran_synced
x1,d1,p2,Economic Buyer,true,2026-01-10 09:00:00,false,2026-03-01 09:00:00
x2,d9,p1,User,true,2026-01-10 09:00:00,false,2026-03-01 09:00:00""",
    "task": """id,who_id,what_id,owner_id,subject,task_subtype,type,status,is_closed,call_disposition,activity_date,completed_date_time,created_date,is_deleted,_fivetran_synced
t1,q1,d1,u1,Rang her,Call,,Completed,true,Connected,2026-02-02 00:00:00,2026-02-02 10:00:00,2026-02-01 09:00:00,false,2026-03-01 09:00:00
t2,q2,,u1,To call,Task,,Open,false,,2026-05-02 00:00:00,,2026-02-01 09:00:00,false,2026-03-01 09:00:00""",
    "event": """id,who_id,what_id,owner_id,subject,type,start_date_time,created_date,is_deleted,_fivetran_synced
e1,p2,a1,u1,Visit,Meeting,2026-02-10 13:00:00,2026-02-01 09:00:00,false,2026-03-01 09:00:00""",
    "case": """id,subject,_fivetran_synced
k1,Broken,2026-03-01 09:00:00""",
}
COUNTS = {
    "sf_user_role_data": (1, 0, 1, 0),
    "sf_user_data": (2, 2, 0, 0),
    "opportunity_stage": (2, 0, 2, 0),
    "lead_status": (1, 0, 1, 0),
    "campaign": (1, 1, 0, 0),
    "account": (2, 2, 0, 0),
    "contact": (2, 2, 0, 0),  # the second as merged
    "lead": (3, 2, 1, 0),  # q1 is the contact p1; q2 is a person, q3 is gone
    "campaign_member": (2, 1, 1, 0),  # the second was listed and did nothing
    "opportunity": (2, 2, 0, 0),
    "opportunity_history": (2, 0, 2, 0),
    "opportunity_field_history": (5, 0, 4, 1),  # d2 is gone
    "opportunity_contact_role": (2, 0, 1, 1),  # there is no d9
    "task": (2, 1, 1, 0),  # the second is not done yet
    "event": (1, 1, 0, 0),
    "case": (1, 0, 0, 1),
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_row_is_accounted_for_and_a_dry_run_counts_the_same(tmp_path):
    paths = write(tmp_path, TABLES)
    assert tried(paths) == COUNTS
    assert counts(load(paths)) == COUNTS
    assert not any(stored for _, stored, _, _ in counts(load(paths)).values())
    assert Source.objects.get().settings == {"id_space": "salesforce"}


def test_a_converted_lead_is_its_contact_and_a_merged_contact_the_one_kept(tmp_path):
    load(write(tmp_path, TABLES))
    ada = Person.objects.get(email="ada@acme.example")
    assert sorted(ada.identities.values_list("kind", "value")) == [
        ("email", "ada@acme.example"), ("email", "ada@old.example"), ("email", "ada@private.example"),
        ("id", "p1"), ("id", "p2"), ("id", "q1"),
    ]  # fmt: skip
    assert (ada.title, ada.lead_source, ada.account.name) == ("CFO", "Web", "Acme")  # the lead knew the source
    assert set(Person.objects.values_list("email", flat=True)) == {"ada@acme.example", "bo@blum.example"}
    assert set(Touch.objects.values_list("person__email", "kind", "campaign", "occurred_at")) == {
        ("ada@acme.example", "campaign_response", "Spring fair", at("2026-01-20")),
    }
    gone = SystemRecord.objects.exclude(gone_at=None).values_list("kind", "external_id", "gone_into")
    assert set(gone) == {
        ("account", "a2", "a1"), ("person", "p2", "p1"), ("person", "q1", "p1"), ("person", "q3", ""), ("opportunity", "d2", ""),
    }  # fmt: skip


def test_a_deal_with_both_kinds_of_history(tmp_path):
    load(write(tmp_path, TABLES))
    deal = Opportunity.objects.get()
    assert (deal.stage, deal.outcome, deal.amount, deal.currency) == ("Won", "won", Decimal("1200.50"), "EUR")
    assert (deal.account.name, deal.owner.email, deal.closed_at) == ("Acme", "sam@halden.example", at("2026-02-20"))
    stages = OpportunityChange.objects.filter(field="stage").order_by("at").values_list("value", "at")
    assert list(stages) == [
        ("Prospecting", at("2026-01-09 09:00")),
        ("Proposal sent", at("2026-01-10 09:00")),
        ("Won", at("2026-02-20 12:00")),
    ]
    owners = OpportunityChange.objects.filter(field="owner").values_list("value", "at")
    assert list(owners) == [("sam@halden.example", at("2026-01-12 09:00"))]
    assert list(BuyingRole.objects.values_list("person__email", "role")) == [("ada@acme.example", "economic_buyer")]


def test_work_users_and_campaigns(tmp_path):
    load(write(tmp_path, TABLES))
    assert set(Activity.objects.values_list("external_id", "kind", "person__email", "opportunity__external_id", "outcome")) == {
        ("task:t1", "call", "ada@acme.example", "d1", "connected"),
        ("event:e1", "meeting", "ada@acme.example", None, ""),
    }
    sam, mira = Member.objects.get(email="sam@halden.example"), Member.objects.get(email="u2@members.invalid")
    assert (sam.zone, sam.manager, mira.name, mira.role) == ("Europe/Berlin", mira, "Mira Holt", "marketing")
    assert (Campaign.objects.get().name, Campaign.objects.get().budget) == ("Spring fair", 5000)


def test_each_refusal_says_why(tmp_path):
    done = load(write(tmp_path, TABLES))
    assert [problem.split(":")[0] for problem in refusals()] == [
        "no row of the table opportunity has the id d9",
        "the opportunity d2 was deleted",
    ]
    assert done.files.get(name="case.csv").problem.startswith("service cases have no place here")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_neither_the_order_of_files_nor_of_rows_matters(tmp_path, seed):
    found = state_after(write(tmp_path, TABLES))
    assert found["people"]
    assert state_after(write(tmp_path, TABLES, seed)) == found


VERSIONS = {
    "opportunity_history": """id,account_id,name,stage_name,amount,close_date,is_closed,is_won,created_date,is_deleted,_fivetran_active,_fivetran_start,_fivetran_end,_fivetran_synced
d1,,Pumps,Proposal,1000,2026-02-28,false,false,2026-01-10 09:00:00,false,false,2026-01-10 09:00:00,2026-02-20 11:59:59,2026-03-01 09:00:00
d1,,Pumps,Closed Won,1200,2026-02-20,true,true,2026-01-10 09:00:00,false,true,2026-02-20 12:00:00,9999-12-31 23:59:59,2026-03-01 09:00:00""",
    "lead_history": """id,email,last_name,title,status,is_converted,created_date,is_deleted,_fivetran_active,_fivetran_start,_fivetran_end,_fivetran_synced
q2,bo@blum.example,Blum,CEO,Working,FALSE,2026-01-03 08:00:00,FALSE,true,2026-02-01 08:00:00,9999-12-31 23:59:59,2026-03-01 09:00:00
q2,bo@blum.example,Blum,Assistant,Open,FALSE,2026-01-03 08:00:00,FALSE,false,2026-01-03 08:00:00,2026-02-01 07:59:59,2026-03-01 09:00:00""",
}  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_tables_kept_with_all_their_versions_are_the_newest_one_and_its_history(tmp_path, seed):
    done = load(write(tmp_path, VERSIONS, seed))
    assert counts(done) == {"opportunity_history": (2, 1, 1, 0), "lead_history": (2, 1, 1, 0)}
    deal, person = Opportunity.objects.get(), Person.objects.get()
    assert (deal.name, deal.stage, deal.outcome, deal.amount) == ("Pumps", "Closed Won", "won", 1200)
    stages = OpportunityChange.objects.filter(field="stage").order_by("at").values_list("value", "at")
    assert list(stages) == [("Proposal", at("2026-01-10 09:00")), ("Closed Won", at("2026-02-20 12:00"))]
    assert (person.email, person.title) == ("bo@blum.example", "CEO")


def test_a_converted_lead_without_the_table_of_contacts_is_a_person_by_the_contacts_id(tmp_path):
    assert counts(load(write(tmp_path, {name: TABLES[name] for name in ("lead", "task")}))) == {"lead": (3, 3, 0, 0), "task": (2, 1, 1, 0)}
    ada = Person.objects.get(email="ada@private.example")
    assert sorted(ada.identities.filter(kind="id").values_list("value", flat=True)) == ["p1", "q1"]
    assert Activity.objects.get().person == ada
