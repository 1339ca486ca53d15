import pytest

from treaty.qualification.learning.words import CONTACT, NOTHING, is_wholly, spoken, weight

AFTERWARDS = """
Last Activity|Last Notable Activity|Lead Quality|Lead Profile|lead_status|DealStage|close_date|lost_reason|call outcome|demo held
number_of_sales_calls|followup_count|rep_notes|account manager|customer_id|Asymmetrique Activity Index|Asymmetrique Profile Score
days to close|Next step|Gesprächsdauer|Letzter Kontakt|Abschlussdatum|Absagegrund|Bewertung Vertrieb|Notiz Vertrieb|Durée de l'appel
Dernière activité|Statut du lead|estado del lead|Motivo de pérdida|número de llamadas|última llamada
"""
NOT = """
Lead Source|Lead Origin|Total Time Spent on Website|TotalVisits|Page Views Per Visit|What is your current occupation|Specialization|City
Do Not Email|Do Not Call|How did you hear about X Education|A free copy of Mastering The Interview|last name|marital status|estado civil
employment status|credit score|previous outcome|poutcome|pdays|annual revenue|company status|preferred contact time|Schulabschluss
webinar attended|demo requested|sessions in the last 30 days|email opens|Branche|Quelle|Mitarbeiterzahl|origen|ciudad
first conversion page|contact|campaign|month
"""


def each(names):
    return names.strip().replace("\n", "|").split("|")


@pytest.mark.parametrize("name", each(AFTERWARDS))
def test_names_that_speak_of_afterwards_are_enough_to_suspect(name):
    assert weight(spoken(name)) >= 2


@pytest.mark.parametrize("name", each(NOT))
def test_names_that_only_sound_like_it_say_nothing(name):
    assert weight(spoken(name)) == 0


@pytest.mark.parametrize("name", ["status", "score", "Tags", "duration", "last visit in days", "Statut", "Grund", "owner", "revenue"])
def test_a_word_alone_speaks_but_is_not_enough(name):
    assert weight(spoken(name)) == 1


def test_a_stretch_of_a_name_speaks_once():
    assert [(one.subject, one.word) for one in spoken("Last Activity")] == [("what was last", "last activity")]


def test_a_description_can_be_plainer_than_the_name():
    found = spoken("Tags", "Tags assigned to customers, their current status.")
    assert {(one.subject, one.word, one.weight) for one in found} == {
        ("a judgement of the lead", "current status", 2),
        ("whoever works on it", "assigned to", 2),
    }


def test_a_description_that_says_it_is_known_before_leaves_only_what_is_plain():
    assert spoken("status", "What they answered in the form") == []
    assert weight(spoken("deal stage", "What they answered in the form")) == 2


@pytest.mark.parametrize(
    "name", ["first contact at", "First Contact", "contacted_at", "Erstkontakt am", "first_call_date", "Primera llamada"]
)
def test_moments_of_contact_are_known_by_their_names(name):
    assert is_wholly(CONTACT, name)


@pytest.mark.parametrize("name", ["first contact by", "preferred contact", "contract at", "created at"])
def test_other_moments_are_not(name):
    assert not is_wholly(CONTACT, name)


def test_what_says_nothing_is_signs_or_words_for_it():
    assert all(
        is_wholly(NOTHING, text) for text in ("Select", "<select>", "please choose one", "N/A", "--", "?", "k.A.", "nicht angegeben")
    )
    assert not any(is_wholly(NOTHING, text) for text in ("Selected", "Other", "5", "нет", "no", "missing persons"))
