import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.truth.seniority import LEVELS, seniority_of


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("CEO", "c_level"),
        ("Chief Revenue Officer", "c_level"),
        ("Co-Founder & CTO", "c_level"),
        ("Owner", "c_level"),
        ("President, Americas", "c_level"),
        ("Managing Director", "c_level"),
        ("Geschäftsführerin", "c_level"),
        ("Mitglied des Vorstands", "c_level"),
        ("Directeur Général", "c_level"),
        ("PDG", "c_level"),
        ("Consejero Delegado", "c_level"),
        ("Amministratore Delegato", "c_level"),
        ("CISO", "c_level"),
        ("CHRO", "c_level"),
        ("VP Engineering", "vp"),
        ("Vice President of Operations", "vp"),
        ("SVP, Sales", "vp"),
        ("Vice-Président Ventes", "vp"),
        ("Vizepräsident Technik", "vp"),
        ("Director of Maintenance", "director"),
        ("Head of Maintenance", "director"),
        ("Directrice Marketing", "director"),
        ("Directora de Operaciones", "director"),
        ("Werksleiter", "director"),
        ("Leiterin Einkauf", "director"),
        ("Abteilungsleiter Produktion", "director"),
        ("Dir. Mktg", "director"),
        ("Plant Manager", "manager"),
        ("Sr. Mgr, Quality", "manager"),
        ("Teamleiter Instandhaltung", "manager"),
        ("Projektleiterin", "manager"),
        ("Chef de projet", "manager"),
        ("Responsable de producción", "manager"),
        ("Jefe de mantenimiento", "manager"),
        ("Team Lead", "manager"),
        ("Maintenance Engineer", "individual"),
        ("Account Executive", "individual"),
        ("Assistant to the CEO", "individual"),
        ("Assistentin der Geschäftsführung", "individual"),
        ("Executive Assistant", "individual"),
        ("Product Owner", "individual"),
        ("Student", "individual"),
        ("Ingénieur", "individual"),
        ("Sachbearbeiterin", "individual"),
        ("Sales Representative", "individual"),
        ("Hobby beekeeper", ""),
        ("", ""),
        ("12345", ""),
    ],
)
def test_a_title_has_the_level_a_reader_would_give_it(title, level):
    assert seniority_of(title) == level


@given(st.text(max_size=300))
def test_any_text_has_a_level_or_none(title):
    assert seniority_of(title) in (*LEVELS, "")


@pytest.mark.parametrize("title", ["Chief Executive Officer", "VP Sales", "Plant Manager", "Werksleiter"])
def test_case_and_spaces_do_not_matter(title):
    assert seniority_of(f"  {title.upper()} ") == seniority_of(title.lower())
