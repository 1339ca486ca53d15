import pytest

from treaty.truth.matching.kinds import kind_by_name, kind_by_values, recognised


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("GivenName", "first name"),
        ("surname", "last name"),
        ("Nachname", "last name"),
        ("E-Mail", "email"),
        ("date_of_birth", "birth"),
        ("soc_sec_id", "national id"),
        ("street_number", "house number"),
        ("address_1", "street"),
        ("address_2", "address more"),
        ("Straße", "street"),
        ("Contact Email", "email"),
        ("phone2", "phone"),
        ("cluster", "label"),
        ("cluster_id", "label"),
        ("entity_id", "label"),
        ("label", "label"),
        ("true_match_id", "label"),
        ("customer_id", "id"),
        ("rec_id", "id"),
        ("colour", ""),
    ],
)
def test_a_header_tells_what_its_column_means(header, kind):
    assert kind_by_name(header) == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a@x.org", "b@y.org", "broken", ""], "email"),
        (["1950-02-28", "1988-01-02", "1961-12-30"], "birth"),
        (["2026-01-02", "2026-02-03", "2026-03-04"], "not used"),  # dates of one year are nobody's birthdays
        (["+49 30 1234567", "030 765432 1", "(089) 12 34 56"], "phone"),
        (["www.kessler.example", "https://acme.example/x"], "domain"),
        (["12 Mill Street", "7 Station Road", "Hauptstr 5"], "street"),
        (["red", "blue"] * 20, "category"),
        (["17.5", "18", "19"], "not used"),
        (["", ""], "not used"),
    ],
)
def test_values_tell_where_the_header_is_silent(values, kind):
    assert kind_by_values(values) == kind


def kinds(table, **said):
    return {column.header: column.kind for column in recognised(list(table), list(table.values()), **{"id_at": 0, **said})}


def test_what_names_rows_and_what_labels_them_is_never_compared():
    table = {
        "rec": ["a", "b", "c"],
        "surname": ["x", "y", "z"],
        "ssn": ["1", "2", "3"],
        "cluster": ["1", "1", "2"],
        "account_id": ["7", "7", "8"],
        "notes": ["u", "v", "w"],
        "city": ["Bonn", "Bonn", "Ulm"],
    }
    assert kinds(table, ignored=["city"]) == {
        "rec": "id",
        "surname": "last name",
        "ssn": "not used",
        "cluster": "label",
        "account_id": "id",
        "notes": "not used",
        "city": "not used",
    }


def test_a_bare_name_is_a_persons_or_a_companys_by_what_stands_beside_and_in_it():
    people = {"id": ["1", "2"], "name": ["Ada Lovelace", "Grace Hopper"], "dob": ["1815-12-10", "1906-12-09"]}
    firms = {"id": ["1", "2", "3"], "name": ["Campanile", "Art's Delicatessen", "Arnie Morton's of Chicago"], "city": ["a", "b", "c"]}
    assert kinds(people)["name"] == "full name"
    assert kinds(firms)["name"] == "company"


def test_a_header_that_its_values_contradict_is_not_believed():
    assert kinds({"id": ["1", "2"], "email": ["yes", "no"]})["email"] != "email"
