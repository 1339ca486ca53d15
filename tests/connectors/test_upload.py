"""Uploads lie under random names, keep what people call them, and do not lie there for long."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.connectors import uploads
from treaty.connectors.files.mapping import Mapping


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "home", lambda: tmp_path)
    return tmp_path


def upload_of(*files: tuple[str, str]) -> uploads.Upload:
    upload = uploads.begin(by="someone", at=NOON)
    for name, text in files:
        path = upload.place()
        path.write_text(text, "utf-8")
        upload.add(path, name)
    upload.save()
    return upload


LEADS = "lead_id,email,source\n1,ada@acme.example,web\n,,web\n"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\exports\\deals.csv", "deals.csv"), ("a\x00b\n.csv", "ab.csv"), ("", "file"), ("/", "file"),
        ("\u202etxt.csv", "txt.csv"),
    ],
)  # fmt: skip
def test_what_a_client_calls_a_file_is_shown_and_never_a_path(name, plain, home):
    upload = upload_of((name, LEADS))
    assert list(upload.names.values()) == [plain]
    assert all(path.parent == home / "uploads" / upload.key and len(path.name) == 24 for path in upload.paths)


def test_two_files_of_one_name_are_told_apart():
    upload = upload_of(("deals.csv", ""), ("deals.csv", ""), ("deals.csv", ""))
    assert list(upload.names.values()) == ["deals.csv", "deals (2).csv", "deals (3).csv"]


def test_tables_are_recognised_and_mapped_by_the_name_people_know():
    upload = upload_of(("contacts.csv", LEADS), ("broken.csv", ""))
    upload.mapping = {"files": {"contacts.csv": {"columns": {"source": None}}}}
    found = uploads.looked(uploads.find(upload.key))
    assert found is None
    found = uploads.look(upload)
    (file,) = found.files
    assert (file.file, file.kind, file.read, file.ready, file.refused) == ("contacts.csv", "leads", 2, 1, 1)
    assert [column.becomes for column in file.columns] == ["lead id", "email", ""]
    assert found.unread == [{"name": "broken.csv", "problem": "broken.csv is empty"}]
    assert uploads.looked(upload) == found
    upload.mapping = {}
    assert uploads.looked(upload) is None  # what was found out held for the other mapping


def test_a_mapping_that_does_not_fit_is_said():
    upload = upload_of(("contacts.csv", LEADS))
    upload.mapping = Mapping.model_validate({"files": {"contacts.csv": {"columns": {"nope": "email"}}}}).model_dump(by_alias=True)
    assert "has no column 'nope'" in uploads.look(upload).problem


@pytest.mark.parametrize("key", ["", "..", "../../secret.key", "abcdefghjkmn", "A" * 12])
def test_what_is_not_there_is_refused_with_the_way_out(key):
    with pytest.raises(uploads.NoSuchUpload, match="Upload them again"):
        uploads.find(key)
    uploads.discard(key)


def test_what_nobody_imports_is_gone_after_a_day(home):
    old = upload_of(("contacts.csv", LEADS))
    uploads.begin(by="someone", at=NOON + timedelta(hours=23))
    assert uploads.find(old.key).names
    uploads.begin(by="someone", at=NOON + timedelta(hours=25))
    with pytest.raises(uploads.NoSuchUpload):
        uploads.find(old.key)
    assert not (home / "uploads" / old.key).exists()
