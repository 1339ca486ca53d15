import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.connectors.tracking.form_spec import BadForm, clean, read_spec

DEMO = {
    "title": "See a demo",
    "kind": "Demo Requested",
    "fields": [
        "email",
        {"name": "company", "required": True},
        {"name": "Timeline", "options": ["this quarter", "this year"]},
        {"name": "message", "label": "What should we show you?", "type": "textarea"},
    ],
    "consent": "You may write to me about this.",
}


def test_without_a_description_a_form_asks_for_who_you_are():
    spec = read_spec({}, "Contact")
    assert (spec.title, [field.name for field in spec.fields], spec.kind) == ("Contact", ["email", "name", "company"], "form_submitted")
    assert [field.required for field in spec.fields] == [True, False, False]


def test_a_form_is_read_as_described():
    spec = read_spec(DEMO, "x")
    assert (spec.kind, spec.title, spec.button) == ("demo_request", "See a demo", "Send")
    kinds = {field.name: (field.label, field.kind) for field in spec.fields}
    assert kinds["timeline"] == ("Timeline", "select")
    assert kinds["message"] == ("What should we show you?", "textarea")


def test_who_somebody_is_and_what_they_answer_are_kept_apart():
    filled = clean(
        read_spec(DEMO, "x"),
        {"email": "Ada@acme.example", "company": " Acme ", "timeline": "this year", "other": "ignored", "consent": "yes"},
    )
    assert (filled.values, filled.answers) == ({"email": "Ada@acme.example", "company": "Acme"}, {"timeline": "this year"})
    assert (filled.consent, filled.problems) == (True, {})


def test_each_problem_stands_beside_its_field_and_says_what_to_do():
    filled = clean(read_spec({**DEMO, "consent_required": True}, "x"), {"email": "ada(at)acme", "timeline": "never", "message": "x" * 2001})
    assert set(filled.problems) == {"email", "company", "timeline", "message", "consent"}
    assert "name@example.com" in filled.problems["email"]
    assert "this quarter, this year" in filled.problems["timeline"]


def test_consent_nobody_asked_for_was_not_given():
    assert clean(read_spec({}, "x"), {"email": "a@b.example", "consent": "yes"}).consent is None


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"fields": ["name"]}, "email"),
        ({"fields": "email"}, "list"),
        ({"fields": ["email", 7]}, "7"),
        ({"fields": ["email", "nonce"]}, "nonce"),
        ({"fields": ["email", {"name": "x", "type": "file"}]}, "file"),
        ({"fields": ["email", {"name": "x", "type": "select"}]}, "options"),
    ],
)
def test_a_wrong_description_is_refused_aloud(settings, says):
    with pytest.raises(BadForm, match=says):
        read_spec(settings, "x")


@given(
    st.dictionaries(
        st.sampled_from(["email", "company", "timeline", "message", "consent"]), st.text() | st.none() | st.integers() | st.lists(st.text())
    )
)
def test_anything_filled_in_is_sorted_or_a_problem(given_values):
    filled = clean(read_spec(DEMO, "x"), given_values)
    assert "email" in filled.values or "email" in filled.problems
