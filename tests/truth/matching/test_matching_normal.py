import pytest

from treaty.truth.matching import normal


@pytest.mark.parametrize(
    ("text", "is_"),
    [
        ("  Dr. Ada M. Lovelace ", "ada m lovelace"),
        ("Ríos-Müller", "rios muller"),
        ("Groß", "gross"),
        ("O'Neill", "oneill"),
        ("N/A", ""),
        ("", ""),
    ],
)
def test_a_name_is_its_words_without_case_accents_and_titles(text, is_):
    assert normal.person(text) == is_


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("Ada Lovelace", ("ada", "lovelace")),
        ("Lovelace, Ada", ("ada", "lovelace")),
        ("de la Cruz, Ana Maria", ("ana", "de la cruz")),
        ("Ada Augusta Lovelace", ("ada", "lovelace")),
        ("Cher", ("", "cher")),
        ("Mr.", ("", "")),
    ],
)
def test_a_full_name_has_two_halves(text, halves):
    assert normal.given_and_family(text) == halves


def test_short_forms_stand_for_one_name():
    short = normal.nicknames()
    assert short["bob"] == short["rob"] == short["robert"] == "robert"
    assert short["liz"] == short["elizabeth"]


@pytest.mark.parametrize("text", ["+49 (0)30 1234567", "030 1234567", "0049-30-1234567", "030/123 45 67", "+49 30 1234567 ext. 12"])
def test_a_phone_number_is_one_however_it_is_written(text):
    assert normal.phone(text) == "301234567"


@pytest.mark.parametrize("text", ["12345", "000000000", "none", ""])
def test_too_few_digits_are_no_phone(text):
    assert normal.phone(text) == ""


@pytest.mark.parametrize("text", ["1990-02-28", "19900228", "28.02.1990", "28/2/1990", "02/28/1990", "1990-02-28T00:00:00"])
def test_a_date_is_one_however_it_is_written(text):
    assert normal.day(text) == "19900228"


@pytest.mark.parametrize("text", ["", "yesterday", "0190-02-28", "1990"])
def test_what_is_no_date_says_nothing(text):
    assert normal.day(text) == ""


def test_an_impossible_day_is_kept_to_be_compared():
    assert normal.day("1990-02-31") == "19900231"


@pytest.mark.parametrize(
    ("text", "is_"),
    [
        ("435 S. La Cienega Blv.", ("south la cienega boulevard", "435")),
        ("435 South La Cienega Boulevard", ("south la cienega boulevard", "435")),
        ("Hauptstr. 5a", ("haupt street", "5")),
        ("Hauptstraße 5", ("haupt street", "5")),
        ("12 Mill St", ("mill street", "12")),
        ("", ("", "")),
    ],
)
def test_streets_and_numbers_stand_apart(text, is_):
    assert normal.street(text) == is_


@pytest.mark.parametrize("text", ["Kessler Pumpen GmbH & Co. KG", "KESSLER PUMPEN", "Kessler-Pumpen gmbh"])
def test_a_company_is_one_in_any_legal_form(text):
    assert normal.company(text) == "kessler pumpen"


def test_an_address_of_a_role_is_nobodys():
    assert normal.local_of("info@kessler.example") == ""
    assert normal.local_of("a.lovelace+news@kessler.example") == "alovelace"
    assert normal.email("Ada <ADA@Kessler.example>") == "ada@kessler.example"
    assert normal.email("ada.kessler.example") == "ada.kessler.example"  # damaged, and still alike
