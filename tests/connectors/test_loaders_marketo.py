"""Marketo's tables as a loader leaves them, joined: invented ones, whose outcome is worked by hand."""

from datetime import UTC, datetime

import pytest

from tests.connectors.warehouse import counts, load, refusals, state_after, tried, write
from treaty.truth.models import Campaign, Fact, Person, Source, SystemRecord, Touch

pytestmark = pytest.mark.django_db
ACTIVITY = "activity_date,activity_type_id,campaign_id,email_template_id,id,lead_id,primary_attribute_value,primary_attribute_value_id"
TABLES = {
    "marketo_lead_data": """id,created_at,updated_at,email,first_name,last_name,title,company,lead_status
1,2026-01-05 08:15:15.000,2026-02-05 08:00:00.000,ada@acme.example,Ada,Stone,CFO,Acme,Working
2,2026-01-06 08:15:15.000,2026-02-06 08:00:00.000,bo@blum.example,Bo,Blum,,Blum,Open
3,2026-01-01 08:15:15.000,2026-01-01 08:15:15.000,ada@old.example,Ada,S.,,Acme,Open
5,2026-01-01 08:15:15.000,2026-01-01 08:15:15.000,cy@cato.example,Cy,Cato,,Cato,Open""",
    "lead_describe": """id,display_name,restname,data_type,_fivetran_synced
10,Position,title,string,2026-03-01 09:00:00""",
    "activity_type": """id,name,description,_fivetran_synced
6,Send Email,,2026-03-01 09:00:00""",
    "program": """id,name,channel,type,start_date,end_date,workspace,sfdc_id,_fivetran_synced
100,Spring webinar,Webinar,Event,2026-02-01 00:00:00,,Default,,2026-03-01 09:00:00""",
    "campaign": """id,name,program_id,program_name,type,active,workspace_name,_fivetran_synced
200,Send invite,100,Spring webinar,batch,FALSE,Default,2026-03-01 09:00:00""",
    "email_template_history": """id,name,subject,program_id,version,updated_at,from_email
300,Invite,Come,100,1,2026-01-01 10:00:00.000 -0800,x@halden.example""",
    "activity_send_email": f"""{ACTIVITY}
2026-02-01 10:00:00.000 +0000,6,200,300,a1,1,Invite,300
2026-02-01 10:00:00.000 +0000,6,200,300,a2,2,Invite,300""",
    "activity_open_email": f"""{ACTIVITY}
2026-02-01 11:00:00.000 +0100,10,200,300,a3,3,Invite,300""",
    "activity_click_email": f"""{ACTIVITY},link
2026-02-01 11:05:00.000 +0000,11,,300,a4,4,Invite,300,https://halden.example/webinar?x=1""",
    "activity_fill_out_form": f"""{ACTIVITY},webpage_id,referrer_url
2026-02-01 11:10:00.000 +0000,2,,,a5,1,Webinar form,400,7,https://halden.example/webinar
2026-02-01 11:10:00.000 +0000,2,,,a6,5,Webinar form,400,7,https://halden.example/webinar""",
    "activity_visit_webpage": f"""{ACTIVITY},webpage_url
2026-02-01 11:09:00.000 +0000,1,,,a7,77,halden.example/webinar,7,https://halden.example/webinar""",
    "activity_change_data_value": f"""{ACTIVITY},new_value,old_value
2026-01-20 10:00:00.000 +0000,13,,,a8,1,Position,10,Controller,
2026-01-20 10:00:00.000 +0000,13,,,a9,1,Favourite colour,11,red,
2026-01-20 10:00:00.000 +0000,13,,,a10,88,Lead Status,12,Open,""",
    "activity_change_score": f"""{ACTIVITY},new_value,old_value,change_value
2026-02-02 10:00:00.000 +0000,22,,,a11,1,Lead Score,13,42,40,+2""",
    "activity_change_status_in_progression": f"""{ACTIVITY},new_status,old_status,success
2026-02-10 10:00:00.000 +0000,104,,,a12,3,Spring webinar,100,Attended,Registered,TRUE""",
    "program_membership": """lead_id,program_id,progression_status,membership_date,reached_success,_fivetran_synced
3,100,Attended,2026-02-01 10:00:00,true,2026-03-01 09:00:00""",
    "activity_merge_leads": f"""{ACTIVITY},merge_ids
2026-02-20 10:00:00.000 +0000,32,,,a13,3,ada,3,[4]
2026-02-21 10:00:00.000 +0000,32,,,a14,1,ada,1,"[3, 6]"
2026-02-21 10:00:00.000 +0000,32,,,a15,2,bo,2,""",
    "activity_delete_lead": f"""{ACTIVITY}
2026-02-22 10:00:00.000 +0000,29,,,a16,5,cy,5""",
    "list_membership": """list_id,lead_id,_fivetran_synced
1,1,2026-03-01 09:00:00""",
}
COUNTS = {
    "marketo_lead_data": (4, 4, 0, 0),  # 1 and 2 are people, 3 was merged, 5 is gone
    "lead_describe": (1, 0, 1, 0),
    "activity_type": (1, 0, 1, 0),
    "program": (1, 1, 0, 0),
    "campaign": (1, 0, 1, 0),
    "email_template_history": (1, 0, 1, 0),
    "activity_send_email": (2, 2, 0, 0),
    "activity_open_email": (1, 1, 0, 0),
    "activity_click_email": (1, 1, 0, 0),
    "activity_fill_out_form": (2, 1, 0, 1),  # 5 was deleted
    "activity_visit_webpage": (1, 1, 0, 0),
    "activity_change_data_value": (3, 0, 2, 1),  # there is no lead 88
    "activity_change_score": (1, 0, 1, 0),
    "activity_change_status_in_progression": (1, 1, 0, 0),
    "program_membership": (1, 0, 1, 0),  # told by the log
    "activity_merge_leads": (3, 1, 1, 1),  # the row of 3 was told by the leads; one names nobody
    "activity_delete_lead": (1, 0, 1, 0),
    "list_membership": (1, 0, 0, 1),
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_row_is_accounted_for_and_a_dry_run_counts_the_same(tmp_path):
    paths = write(tmp_path, TABLES)
    assert tried(paths) == COUNTS
    assert counts(load(paths)) == COUNTS
    assert not any(stored for _, stored, _, _ in counts(load(paths)).values())
    assert Source.objects.get().settings == {"id_space": "marketo"}


def test_merges_are_followed_and_the_deleted_are_gone(tmp_path):
    load(write(tmp_path, TABLES))
    ada = Person.objects.get(email="ada@acme.example")
    assert sorted(ada.identities.values_list("kind", "value")) == [
        ("email", "ada@acme.example"), ("email", "ada@old.example"), ("id", "1"), ("id", "3"), ("id", "4"), ("id", "6"),
    ]  # fmt: skip
    gone = SystemRecord.objects.exclude(gone_at=None).values_list("external_id", "gone_into", "gone_at")
    assert set(gone) == {
        ("3", "1", at("2026-02-21 10:00")), ("4", "1", at("2026-02-20 10:00")), ("6", "1", at("2026-02-21 10:00")),
        ("5", "", at("2026-02-22 10:00")),
    }  # fmt: skip
    assert [person.email for person in Person.objects.exclude(first_known_at=None).order_by("email")] == [
        "ada@acme.example",
        "bo@blum.example",
    ]


def test_touches_have_their_programme_their_form_and_their_page(tmp_path):
    load(write(tmp_path, TABLES))
    found = Touch.objects.values_list("kind", "person__email", "campaign", "form", "path", "occurred_at")
    assert set(found) == {
        ("email_sent", "ada@acme.example", "Spring webinar", "", "", at("2026-02-01 10:00")),
        ("email_sent", "bo@blum.example", "Spring webinar", "", "", at("2026-02-01 10:00")),
        ("email_open", "ada@acme.example", "Spring webinar", "", "", at("2026-02-01 10:00")),  # 11:00 +0100
        ("email_click", "ada@acme.example", "Spring webinar", "", "/webinar", at("2026-02-01 11:05")),
        ("form_submitted", "ada@acme.example", "", "Webinar form", "/webinar", at("2026-02-01 11:10")),
        ("page_view", "", "", "", "/webinar", at("2026-02-01 11:09")),  # of a visitor nobody has a record of
        ("campaign_response", "ada@acme.example", "Spring webinar", "", "", at("2026-02-10 10:00")),
    }
    assert (Campaign.objects.get().name, Campaign.objects.get().channel) == ("Spring webinar", "Webinar")


def test_changes_of_fields_are_history(tmp_path):
    load(write(tmp_path, TABLES))
    titles = Fact.objects.filter(field="title").order_by("occurred_at").values_list("text", "occurred_at", "known_at")
    assert list(titles) == [
        ("Controller", at("2026-01-20 10:00"), at("2026-01-20 10:00")), ("CFO", at("2026-02-05 08:00"), at("2026-02-05 08:00")),
    ]  # fmt: skip
    assert Fact.objects.get(field="score").number == 42
    assert not Fact.objects.filter(text="red").exists()


def test_each_refusal_says_why(tmp_path):
    load(write(tmp_path, TABLES))
    assert [problem.split(":")[0] for problem in refusals()] == [
        "no row of the table lead has the id 88", "nothing says which leads were merged", "the lead 5 was deleted",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_neither_the_order_of_files_nor_of_rows_matters(tmp_path, seed):
    found = state_after(write(tmp_path, TABLES))
    assert found["people"]
    assert state_after(write(tmp_path, TABLES, seed)) == found
