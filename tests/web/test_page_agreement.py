"""The agreement's pages: what is read, who may write, what is never lost, what no address can change."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from web_doors import Door, told

from tests.parties import DAY, EXAMPLE, HOUR, NEW_YEAR, PASSWORD, PHRASE, parties
from treaty.agreement import actions
from treaty.agreement.canonical import Bindings, hash_of
from treaty.agreement.models import Draft, SigningKey, Version
from treaty.agreement.queries import missing

pytestmark = pytest.mark.django_db
AFTER = NEW_YEAR + DAY
HOUSE = b"message: sees it weeks before\n"
LATER = EXAMPLE.replace("effective: 2026-01-01", "effective: 2026-03-01").replace("in: 85%\n", "in: 90%\n")
REASON = "Nine of ten, since March was calm."


@pytest.fixture
def people():
    return parties()


@pytest.fixture
def held(people):
    return people.in_force()


@pytest.fixture
def amended(people, held):
    return actions.propose(LATER, by=people.sam, at=AFTER, reason=REASON, given=Bindings(files={"message-house.yaml": "e3" * 32}))


def door(member, at=AFTER + HOUR):
    return Door(member, at)


def words_of(page: str) -> str:
    """What a reader sees: without tags, spaces joined."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


# Reading


def test_a_stranger_is_asked_to_sign_in(client):
    for path in ("/agreement/", "/agreement/versions/1/export/", "/agreement/draft/"):
        assert client.get(path)["Location"] == f"/sign-in/?next={path}"


def test_the_version_in_force_is_paper_with_an_address_for_each_promise(people, held):
    page = door(people.sol).says("/agreement/")
    assert 'id="promise-first-contact"' in page
    assert 'id="goal-pipeline"' in page
    assert 'id="reason-no_budget"' in page
    read = words_of(page)
    assert "Version 1 is in force since Thursday 1 January 2026" in read
    assert "Locked until Tuesday 30 June 2026. To amend it sooner takes both sides and a reason." in read
    assert "The seal is whole, because both sides have signed" in read
    assert "Sam Okafor , for sales Monday 15 December 2025, 14:00, Berlin" in read
    assert held.hash in read


def test_the_history_is_the_journals(people, held):
    read = words_of(door(people.ada).says("/agreement/"))
    happened = re.search(r"What happened (.*?) Recorded, not yet", read).group(1)
    expected = ("Mira Lang proposed it", "Sam Okafor signed for sales", "Mira Lang signed for marketing", "In force from 1 January 2026")
    places = [happened.find(words) for words in expected]
    assert -1 not in places
    assert places == sorted(places)


def test_a_proposal_shows_what_comes_and_goes_and_why(people, amended):
    page = door(people.mira).says("/agreement/versions/2/")
    assert "<del>85</del><ins>90</ins>" in page
    read = words_of(page)
    assert "Articles 6 and 12 differ from version 1." in read
    assert REASON in read
    assert "It amends version 1 inside of its lock, which runs until Tuesday 30 June 2026" in read
    assert "Mira Lang and Sam Okafor have still to sign." in read
    clean = door(people.mira).says("/agreement/versions/2/?marks=off")
    assert "<del>" not in clean
    assert "in at least 90 of 100 cases" in words_of(clean)


def test_tabs_begin_with_what_is_to_be_signed(people, amended):
    page = door(people.mira).says("/agreement/")
    tabs = words_of(re.search(r'<nav class="versions".*?</nav>', page, re.S).group(0))
    assert tabs.split() == "Version 2, proposed Version 1, in force since 1 January 2026".split()


def test_what_waits_for_a_signature_is_reached_from_home(people, amended, lake):
    lake.export(AFTER + HOUR)
    mira = door(people.mira)
    (path,) = re.findall(r'href="([^"]+)"[^>]*>Read it<', mira.says("/"))
    assert "Nine of ten, since March was calm." in mira.says(path)  # before: an address that was not found


def test_every_release_says_what_it_does_not_carry_out(people, held):
    assert "Credit sealing campaign plans" in words_of(door(people.sol).says("/agreement/"))


def test_the_same_words_as_text_and_the_document_with_its_comments(people, amended):
    at_the_door = door(people.sol)
    assert f"hash {amended.hash}" in at_the_door.get("/agreement/versions/2/text/").content.decode()
    assert at_the_door.get("/agreement/versions/2/yaml/").content.decode() == LATER
    assert "+      in: 90%" in at_the_door.get("/agreement/versions/2/difference/?as=text").content.decode()
    assert "[-85-]" in at_the_door.get("/agreement/versions/2/difference/?in=words&as=text").content.decode()
    assert at_the_door.get("/agreement/versions/1/difference/").status_code == 404
    assert at_the_door.get("/agreement/versions/9/").status_code == 404


def test_the_difference_is_a_page_of_its_own_with_the_way_back(people, amended):
    at_the_door = door(people.sol)
    page = at_the_door.says("/agreement/versions/2/difference/")
    assert '<span class="added">+      in: 90%' in page
    assert 'href="/agreement/versions/2/"' in page
    beside = at_the_door.says("/agreement/versions/2/difference/?in=words")
    assert "<del>85</del>" in beside
    assert "<ins>90</ins>" in beside


def test_the_bundle_is_for_everybody_and_the_receipt_for_who_signed(people, held, amended):
    bundle = door(people.sol).get("/agreement/versions/1/export/")
    assert zipfile.ZipFile(io.BytesIO(bundle.content)).testzip() is None
    assert bundle["Content-Disposition"] == 'attachment; filename="treaty-agreement-1.zip"'
    assert door(people.sam).get("/agreement/versions/1/receipt/").json()["hash"] == held.hash
    assert door(people.sol).get("/agreement/versions/1/receipt/").status_code == 404
    unsigned = door(people.sam)
    assert unsigned.get("/agreement/versions/2/export/").status_code == 303
    assert "is missing" in words_of(unsigned.says("/agreement/versions/2/"))


def test_before_any_agreement_the_ways_to_begin_are_shown_to_who_may(people):
    assert "/agreement/begin/" in door(people.mira).says("/agreement/")
    assert "/agreement/begin/" not in door(people.sol).says("/agreement/")


def test_a_page_asks_at_most_thirty_questions(people, amended, django_assert_max_num_queries):
    at_the_door = door(people.mira)
    with django_assert_max_num_queries(30):
        at_the_door.get("/agreement/")


# What was changed beside Treaty


def test_changed_bytes_are_said_aloud_on_every_version_and_their_words_are_not_shown(people, held, amended):
    Version.objects.filter(pk=held.pk).update(signed_bytes=bytes(held.signed_bytes).replace(b"4 working hours", b"9 working hours"))
    for path in ("/agreement/", "/agreement/versions/2/"):
        read = words_of(door(people.sol).get(path).content.decode())
        assert "Something was changed beside Treaty: the stored bytes of version 1 do not fit their hash" in read
        assert "9 working hours" not in read
    answer = door(people.sam).get("/agreement/versions/1/text/")
    assert (answer.status_code, "restore them from a backup" in answer.content.decode()) == (503, True)


def test_the_document_beside_it_is_not_shown_once_it_says_something_else(people, held):
    Version.objects.filter(pk=held.pk).update(text=EXAMPLE.replace("in: 85%\n", "in: 5%\n"))
    assert door(people.sol).get("/agreement/versions/1/yaml/").status_code == 503
    assert "only the bytes count" in words_of(door(people.sol).says("/agreement/"))


def test_no_door_changes_a_version():
    """Every address under /agreement/ is known here: a new one that writes must be thought about."""
    ours = {str(p.pattern) for p in get_resolver().url_patterns if str(p.pattern).startswith("agreement/")}
    at = "agreement/versions/<int:number>/"
    shown = ("text", "yaml", "difference", "export", "receipt", "backtest", "backtest/people")
    reading = {"agreement/", at, "agreement/compare/", f"{at}contract.pdf", *(f"{at}{what}/" for what in shown)}
    own = ("", "proposal/", "parts/", "parts/<slug:name>/", "parts/<slug:name>/look/", "route/", "news/", "saves/", "contract.pdf")
    own += ("parts/<slug:name>/lately/", "backtest/", "backtest/people/")
    drafting = {f"agreement/draft/{what}" for what in ("", "new/", "check/", *(f"<slug:key>/{what}" for what in own))}
    said = {f"{at}remarks/", "agreement/draft/<slug:key>/remarks/"}
    begun = {f"agreement/{what}/" for what in ("begin", "suggest", "suggest/session", "review")}
    assert ours == reading | drafting | said | begun | {f"{at}sign/", f"{at}withdraw/"}


def test_reading_addresses_take_no_post(people, held):
    for what in ("", "text/", "yaml/", "contract.pdf", "export/", "receipt/"):
        assert door(people.rui).post(f"/agreement/versions/1/{what}", {"text": "x"}).status_code == 405


# Drafts


def test_drafts_are_not_there_for_who_takes_leads(people):
    draft = actions.save_draft(EXAMPLE, by=people.mira, at=AFTER)
    for path in ("/agreement/draft/", "/agreement/draft/new/", f"/agreement/draft/{draft.key}/", f"/agreement/draft/{draft.key}/proposal/"):
        assert [door(member).get(path).status_code for member in (people.sol, people.ada, people.rui)] == [404, 404, 200]


def write(member, text, do="save", path="/agreement/draft/new/", **more):
    at_the_door = door(member)
    return at_the_door, at_the_door.post(path, {"text": text, "do": do, **more})


def test_a_first_draft_names_the_people_it_can_name_in_words(people):
    read = words_of(door(people.mira).says("/agreement/draft/new/"))
    assert "rui.costa@halden.example Rui Costa: RevOps, keeps it running" in read
    assert "Revops" not in read


def test_a_draft_is_saved_with_the_line_ends_of_a_document(people):
    _, answer = write(people.mira, "agreement: x\r\ncurrency: EUR\r\n")
    draft = Draft.objects.get()
    assert (draft.text, answer["Location"]) == ("agreement: x\ncurrency: EUR\n", f"/agreement/draft/{draft.key}/")


@pytest.mark.parametrize("do", ["tidy", "check", "open"])
def test_what_was_typed_stays_on_the_page(people, do):
    _, answer = write(people.mira, "agreement: [unfinished <b>", do)
    assert answer.status_code == 200
    assert "agreement: [unfinished &lt;b&gt;</textarea>" in answer.content.decode()
    assert not Draft.objects.exists()


def test_tidy_lays_it_out_and_keeps_comments(people):
    _, answer = write(people.mira, "currency: EUR   # ours\nagreement:   x\n", "tidy")
    box = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer.content.decode(), re.S).group(1)
    assert box.splitlines() == ["agreement: x", "currency: EUR                                         # ours"]


def test_an_opened_file_replaces_the_text_and_a_bad_one_does_not(people):
    _, good = write(people.mira, "old", "open", file=SimpleUploadedFile("a.yaml", b"agreement: from the file\r\n"))
    assert "agreement: from the file\n</textarea>" in good.content.decode()
    for raw, says in ((b"\xff\xfe\x00", "is not UTF-8"), (b"x" * 300_000, "262,144 is the limit")):
        _, bad = write(people.mira, "old", "open", file=SimpleUploadedFile("a.yaml", raw))
        assert says in bad.content.decode()
        assert ">\nold</textarea>" in bad.content.decode()


def test_faults_are_shown_by_line_while_one_writes(people):
    text = EXAMPLE.replace("model: w_shaped", "model: w_shapd")
    _, answer = write(people.mira, text, path="/agreement/draft/check/")
    line = text[: text.index("model: w_shapd")].count("\n") + 1
    page = answer.content.decode()
    assert f'data-line="{line}"' in page
    assert "Did you mean w_shaped?" in page
    assert "1&nbsp;thing to correct" in page or "1 thing to correct" in words_of(page)


def test_a_draft_that_gives_leads_to_who_is_no_member_says_so_by_line(people):
    text = EXAMPLE.replace("fallback, to: sam.okafor@", "fallback, to: gone@")
    _, answer = write(people.mira, text, path="/agreement/draft/check/")
    page = answer.content.decode()
    assert f'data-line="{text[: text.index("to: gone@")].count(chr(10)) + 1}"' in page
    assert "treaty member add gone@halden.example" in words_of(page)


def test_a_colleagues_words_are_not_overwritten(people):
    mine, _ = write(people.mira, "a: 1")
    draft = Draft.objects.get()
    seen = re.search(r'name="seen" value="(\d+)"', mine.says(f"/agreement/draft/{draft.key}/")).group(1)
    write(people.rui, "a: 2", path=f"/agreement/draft/{draft.key}/", seen=seen)
    late = Door(people.mira, AFTER + 2 * HOUR)
    answer = late.post(f"/agreement/draft/{draft.key}/", {"text": "a: 3", "do": "save", "seen": str(int(seen) - 1)}, follow=True)
    assert {one.text for one in Draft.objects.all()} == {"a: 2", "a: 3"}
    assert told(answer) == ["Rui Costa saved that draft while you were writing: your text is kept as a draft of its own, this one."]


# Proposing


def proposal(member, text, **form):
    draft = actions.save_draft(text, by=member, at=AFTER)
    at_the_door = door(member)
    path = f"/agreement/draft/{draft.key}/proposal/"
    return at_the_door, path, at_the_door.post(path, form) if form else at_the_door.get(path)


def test_it_is_proposed_as_it_was_shown_with_its_hash(people, held):
    at_the_door, path, first = proposal(people.mira, LATER)
    read = words_of(first.content.decode())
    assert "is named but was not given" in read
    changes = re.search(r"What changes against version 1 (.*?) It changes what is still locked", read).group(1)
    articles = changes.split("Line by line")[0].split("Article ")[1:]
    assert [one.strip() for one in articles] == ["6, What we promise each other", "12, From when this holds, and who signs"]
    look = at_the_door.post(path, {"do": "look", "reason": REASON, "file-0": SimpleUploadedFile("m.yaml", HOUSE)}).content.decode()
    digest, kept = re.search(r'name="hash" value="(\w{64})"', look).group(1), re.search(r'name="kept-0" value="(\w{64})"', look).group(1)
    assert (kept, REASON in look, "28 public holidays" in words_of(look) or "public holidays of DE" in words_of(look)) == (
        hash_of(HOUSE),
        True,
        True,
    )
    at_the_door.post(path, {"do": "propose", "hash": digest, "kept-0": kept, "reason": REASON})
    version = Version.objects.get(number=2)
    assert (version.hash, version.reason, version.proposed_by) == (digest, REASON, people.mira)
    assert Draft.objects.get().proposed_at is not None


def test_another_hash_than_the_pages_is_shown_first(people, held):
    _, _, answer = proposal(people.mira, LATER, do="propose", hash="0" * 64, reason=REASON, **{"text-0": "house"})
    assert (answer.status_code, Version.objects.count()) == (400, 1)
    assert "Read it once more, then propose it." in answer.content.decode()


def test_an_amendment_without_a_reason_is_shown_again_with_everything_kept(people, held):
    at_the_door, path, _ = proposal(people.mira, LATER)
    look = at_the_door.post(path, {"do": "look", "text-0": "house"}).content.decode()
    digest, kept = re.search(r'name="hash" value="(\w{64})"', look).group(1), re.search(r'name="kept-0" value="(\w{64})"', look).group(1)
    answer = at_the_door.post(path, {"do": "propose", "hash": digest, "kept-0": kept, "reason": " "})
    assert (answer.status_code, Version.objects.count()) == (400, 1)
    assert "An amendment needs a reason: say in a sentence why it is made." in words_of(answer.content.decode())
    assert kept in answer.content.decode()


def test_a_draft_with_faults_goes_back_to_its_faults(people):
    _, _, answer = proposal(people.mira, "agreement: x\n")
    assert answer["Location"].endswith("/#problems")


# Signing


def test_the_exact_words_and_their_hash_stand_beside_the_line_to_sign(people, amended):
    page = door(people.sam).says("/agreement/versions/2/sign/")
    assert "<del>" not in page
    assert f'name="hash" value="{amended.hash}"' in page
    assert "in at least 90 of 100 cases" in words_of(page)


@pytest.mark.parametrize("who", ["sol", "rui", "ada"])
def test_who_is_not_named_is_told_who_signs(people, amended, who):
    at_the_door = door(getattr(people, who))
    assert "is not a signatory of version 2: mira.lang@halden.example, sam.okafor@halden.example sign it" in words_of(
        at_the_door.says("/agreement/versions/2/sign/")
    )
    answer = at_the_door.post("/agreement/versions/2/sign/", {"do": "sign", "hash": amended.hash, "passphrase": PHRASE})
    assert (answer.status_code, len(missing(amended))) == (409, 2)


def sign(member, version, at=AFTER + HOUR, **form):
    return Door(member, at).post(
        f"/agreement/versions/{version.number}/sign/", {"do": "sign", "hash": version.hash, "passphrase": PHRASE, **form}, follow=True
    )


def test_both_sign_and_the_page_says_what_is_missing_and_when_it_holds(people, amended):
    assert told(sign(people.sam, amended)) == ["You have signed version 2. Waited for: Mira Lang. Keep your receipt."]
    assert told(sign(people.mira, amended)) == [
        "Everyone has signed version 2: it is in force from Sunday 1 March 2026, 00:00. Keep your receipt."
    ]


def test_a_wrong_passphrase_signs_nothing_and_the_sixth_is_not_tried(people, amended):
    says = [words_of(sign(people.sam, amended, passphrase="not the weir at all").content.decode()) for _ in range(5)]
    assert all("This passphrase does not open your signing key" in said for said in says)
    assert "5 wrong tries within 10 minutes: try again in 10 min." in words_of(sign(people.sam, amended).content.decode())
    assert len(missing(amended)) == 2


def test_another_hash_than_the_one_shown_is_not_signed(people, amended):
    assert "This page showed another version" in words_of(sign(people.sam, amended, hash="0" * 64).content.decode())
    assert len(missing(amended)) == 2


def key_form(**more):
    return {"do": "key", "passphrase": "eleven herons in the mist", "again": "eleven herons in the mist", "password": PASSWORD, **more}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"again": "twelve herons in the mist"}, "The two passphrases are not the same"),
        ({"passphrase": "herons", "again": "herons"}, "fewer than 12 characters"),
        ({"password": "a rainy Monday"}, "This is not the password you sign in with"),
    ],
)
def test_a_key_is_made_by_its_owner_alone(people, amended, wrong, says):
    people.sam.set_password(PASSWORD)
    people.sam.save()
    answer = door(people.sam).post("/agreement/versions/2/sign/", key_form(**wrong))
    assert (answer.status_code, says in words_of(answer.content.decode()), SigningKey.objects.count()) == (400, True, 2)


def test_a_forgotten_passphrase_is_replaced_by_another_key_and_the_paper_says_so(people, amended):
    people.sam.set_password(PASSWORD)
    people.sam.save()
    assert told(door(people.sam).post("/agreement/versions/2/sign/", key_form(), follow=True))[0].startswith("Your key is made.")
    answer = sign(people.sam, amended, passphrase="eleven herons in the mist")
    assert "With a new key, made Friday 2 January 2026." in words_of(answer.content.decode()) or "With a new key" in words_of(
        answer.content.decode()
    )


def test_without_a_password_of_ones_own_no_key_is_made(people, amended):
    """Members from an import have none; outside of the demo they cannot prove that it is them."""
    answer = door(people.sam).post("/agreement/versions/2/sign/", key_form(password=""))
    assert (answer.status_code, SigningKey.objects.count()) == (400, 2)


def test_a_proposal_is_withdrawn_by_its_proposer_or_the_steward(people, amended):
    assert "Mira Lang cannot withdraw version 2" in told(door(people.mira).post("/agreement/versions/2/withdraw/", follow=True))[0]
    assert "Withdraw it" in door(people.rui).says("/agreement/versions/2/")
    assert told(door(people.rui).post("/agreement/versions/2/withdraw/", follow=True)) == [
        "Version 2 is taken back. Nobody can sign it any more."
    ]


def test_every_unsafe_address_wants_the_token(people, amended):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.rui, backend="django.contrib.auth.backends.ModelBackend")
    at = "/agreement/versions/2/"
    assert [
        strict.post(path).status_code for path in (f"{at}sign/", f"{at}withdraw/", "/agreement/draft/new/", "/agreement/draft/check/")
    ] == [403] * 4
