import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.connectors.tracking.channels import Arrived, channel_of
from treaty.connectors.tracking.kinds import kind_of

HERE = "https://www.halden.example/pricing"


@pytest.mark.parametrize(
    ("came", "channel"),
    [
        (Arrived(), "direct"),
        (Arrived(url=HERE), "direct"),
        (Arrived(url=HERE, referrer="https://halden.example/"), ""),
        (Arrived(url=HERE, referrer="https://blog.halden.example/x"), ""),
        (Arrived(url=HERE, referrer="https://www.google.de/"), "organic_search"),
        (Arrived(url=HERE, referrer="https://search.yahoo.co.jp/x"), "organic_search"),
        (Arrived(url=HERE, referrer="https://gemini.google.com/app"), "ai_assistant"),
        (Arrived(url=HERE, referrer="https://chatgpt.com/"), "ai_assistant"),
        (Arrived(url=HERE, referrer="https://mail.google.com/mail"), "email"),
        (Arrived(url=HERE, referrer="https://www.linkedin.com/feed"), "organic_social"),
        (Arrived(url=HERE, referrer="https://t.co/abc"), "organic_social"),
        (Arrived(url=HERE, referrer="https://notgoogle.example/"), "referral"),
        (Arrived(url=HERE, referrer="https://pumpen-forum.example/t/9"), "referral"),
        (Arrived(url=f"{HERE}?gclid=1", referrer="https://www.google.com/"), "paid_search"),
        (Arrived(url=f"{HERE}?li_fat_id=1"), "paid_social"),
        (Arrived(url=f"{HERE}?fbclid=1", referrer="https://m.facebook.com/"), "organic_social"),
        (Arrived(source="google", medium="cpc"), "paid_search"),
        (Arrived(source="linkedin", medium="cpc"), "paid_social"),
        (Arrived(source="linkedin", medium="paid-social"), "paid_social"),
        (Arrived(source="trade-magazine", medium="cpc"), "paid_other"),
        (Arrived(source="LinkedIn", medium="Social"), "organic_social"),
        (Arrived(source="newsletter", medium="email"), "email"),
        (Arrived(source="march-newsletter"), "email"),
        (Arrived(source="chatgpt.com"), "ai_assistant"),
        (Arrived(source="chatgpt.com", medium="referral"), "ai_assistant"),
        (Arrived(source="hannover", medium="trade-show"), "event"),
        (Arrived(source="somewhere", medium="something"), "other"),
        (Arrived(stated="Partner Portal", source="google", medium="cpc"), "partner_portal"),
        (Arrived(url="http://[broken", referrer="http://[broken"), "direct"),
    ],
)
def test_a_visit_has_the_channel_a_marketer_would_name(came, channel):
    assert channel_of(came) == channel


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=20), st.text(max_size=20))
def test_any_texts_have_a_channel(url, referrer, source, medium):
    assert len(channel_of(Arrived(url=url, referrer=referrer, source=source, medium=medium))) <= 60


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Content Downloaded", "content_download"),
        ("contentDownloaded", "content_download"),
        ("content-downloaded", "content_download"),
        ("Demo Requested", "demo_request"),
        ("Email Opened", "email_open"),
        ("Email Link Clicked", "email_click"),
        ("Webinar Attended", "webinar_attended"),
        ("Unsubscribe", "unsubscribed"),
        ("Pricing Viewed", "pricing_viewed"),
        ("3D Model Opened", "event_3d_model_opened"),
        ("Broschüre geöffnet", "broschure_geoffnet"),
        ("x" * 300, "x" * 64),
    ],
)
def test_an_event_has_the_kind_the_agreement_names(name, kind):
    assert kind_of(name) == kind


def test_a_source_may_use_its_own_words():
    own = {"Prospekt bestellt": "content_download", "lead_form": "Demo Request"}
    assert [kind_of(name, own) for name in ("Prospekt bestellt", "Lead Form", "Demo Requested")] == [
        "content_download",
        "demo_request",
        "demo_request",
    ]


@given(st.text(max_size=100))
def test_any_name_gives_a_kind_a_clause_can_name(name):
    kind = kind_of(name)
    assert kind[0].isalpha()
    assert kind.isascii()
    assert len(kind) <= 64


def test_a_name_in_another_script_keeps_its_own_kind():
    assert kind_of("資料請求") == kind_of("資料請求") != kind_of("見積依頼")
