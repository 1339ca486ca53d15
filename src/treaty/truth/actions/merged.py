"""Where the ids of merged records lead: to the record that was kept."""

from collections.abc import Iterable

from treaty.truth.actions.accounts import Accounts
from treaty.truth.actions.people import People
from treaty.truth.records import AccountRef, GoneRecord, PersonRef


def kept_and_gone_person(record: GoneRecord) -> tuple[PersonRef, PersonRef]:
    return PersonRef(external_id=record.into), PersonRef(email=record.email, external_id=record.external_id)


def kept_and_gone_account(record: GoneRecord) -> tuple[AccountRef, AccountRef]:
    return AccountRef(external_id=record.into), AccountRef(external_id=record.external_id)


def lead_on(gone: Iterable[GoneRecord], people: People, accounts: Accounts) -> None:
    """The id of a merged record that nobody has leads to the kept one, if that is known; a visitor of that id is joined to it.

    Who is known by the old id already stays apart here: two known people are not joined by a batch.
    """
    for record in gone:
        if record.kind == "person" and record.into:
            kept, old = kept_and_gone_person(record)
            if (person := people.known(kept)) is not None:
                people.lead(old, person)
        elif record.kind == "account" and record.into:
            kept_ref, old_ref = kept_and_gone_account(record)
            if (account := accounts.known(kept_ref)) is not None:
                accounts.lead(old_ref, account)
