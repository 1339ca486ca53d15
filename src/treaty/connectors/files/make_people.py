"""Rows about people and companies as records. A maker raises ValueError with the way out for a row that names nobody."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from treaty.connectors.files.row import Line
from treaty.connectors.tracking.kinds import kind_of
from treaty.truth.records import AccountRecord, AccountRef, MemberRecord, PersonRecord, Record, TouchRecord

_PERSON_FIELDS = (
    "title", "department", "seniority", "phone", "country", "region", "city", "campaign", "landing page", "status", "lifecycle stage",
    "score", "segment", "product", "type", "sdr", "rejected reason", "marketing qualified at", "sales accepted at", "sales qualified at",
    "opportunity at", "customer at", "disqualified at", "consent", "opted out",
)  # fmt: skip
_ACCOUNT_FIELDS = ("industry", "country", "region", "city", "employees", "revenue", "segment")
_ROLES = (("marketing", "marketing"), ("manager|head|lead|director|vp", "sales_manager"), ("revops|operations|admin", "revops"))


def leads(line: Line) -> Iterator[Record]:
    """The person; and the first contact as a touch, so that its source can earn credit."""
    ref = line.person("lead id")
    if ref.is_empty:
        raise ValueError("no e-mail and no id: nothing says who this is")
    name = line.text("name") or f"{line.text('first name')} {line.text('last name')}".strip()
    fields = line.fields(*_PERSON_FIELDS)
    fields.update({key: value for key, value in (("name", name), ("lead_source", line.text("source"))) if value})
    first = line.moment("first contact")
    yield PersonRecord(
        ref=ref, fields=fields, account=line.account(), account_owner_email=line.owner("account owner"),
        created_at=line.moment("created") or first,
    )  # fmt: skip
    if first is not None:
        key = f"{ref.external_id or ref.email}:first_contact"
        page = line.text("landing page")
        yield TouchRecord(
            ref=ref, kind="first_contact", occurred_at=first, message_id=key, channel=line.text("source"), campaign=line.text("campaign"),
            path=page[:500],
        )  # fmt: skip


def accounts(line: Line) -> Iterator[Record]:
    if line.account().is_empty:
        raise ValueError("no id, domain or name: nothing says which account this is")
    fields = line.fields(*_ACCOUNT_FIELDS)
    if line.text("type"):
        fields["account_type"] = line.text("type")
    yield AccountRecord(
        ref=line.account(), fields=fields, owner_email=line.owner(), parent=_parent(line.text("parent")), occurred_at=line.moment("created")
    )


def _parent(told: str) -> AccountRef:
    """The company above, by its id (`0015g00000XyZ`, letters and figures in one) or by its name."""
    return AccountRef(external_id=told) if re.fullmatch(r"(?=\S*\d)[\w-]+", told) else AccountRef(name=told)


def touches(line: Line) -> Iterator[Record]:
    at, ref = line.moment("at"), line.person("lead id", "person id")
    if at is None or ref.is_empty:
        raise ValueError("a touch needs a moment and somebody it was of: an e-mail, an id or an anonymous id")
    kind = kind_of(line.text("kind")) if line.text("kind") else "form_submitted" if line.text("form") else "page_view"
    page = urlsplit(line.text("path")) if "//" in line.text("path") else None
    yield TouchRecord(
        ref=ref, kind=kind, occurred_at=at, message_id=line.key("touch id", ref, kind, at.isoformat(), line.text("path")),
        path=(page.path or "/" if page else line.text("path"))[:500], host=page.netloc if page else "", title=line.text("title"),
        channel=line.text("channel"), campaign=line.text("campaign"), content=line.text("content"), form=line.text("form"),
        account=line.account(),
    )  # fmt: skip


def members(line: Line) -> Iterator[Record]:
    name = line.text("member") or f"{line.text('first name')} {line.text('last name')}".strip()
    email = line.text("email") or line.directory.address_of(name or line.text("member id"))
    if not email:
        raise ValueError("no e-mail, name or id: nothing says which member this is")
    role = next((ours for words, ours in _ROLES if re.search(words, line.text("role").lower())), "")
    manager = line.text("manager email") or line.directory.address_of(line.text("manager"))
    yield MemberRecord(
        email=email.lower(), name=name, role=role, manager_email=manager, zone=line.text("zone"), country=line.text("country"),
        region=line.text("region"), is_active=line.values.get("active") is not False,
    )  # fmt: skip
