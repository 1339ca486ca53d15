"""What systems tell us by themselves: believed when it is signed, noted before it is answered, read a moment later."""

from datetime import datetime

from django.db import transaction

from treaty.bulk import insert
from treaty.connectors.connections import vendor_named
from treaty.connectors.models import Connection, ToldRecord
from treaty.connectors.vendors.talk import Hook
from treaty.journal.actions import record
from treaty.sealed import seal, unseal
from treaty.signatures import NotGenuine
from treaty.team.models import Member

MOST = 1_000
"""Records told in one request."""


def hear(connection: Connection, hook: Hook, *, at: datetime) -> int:
    """Note which records changed; how many. Raises NotGenuine, and ValueError for what is no message of the system.

    Nothing else of the message is believed: the records are read from the system itself, whatever the order of messages,
    however often one comes.
    """
    hooks = vendor_named(connection.vendor).hooks
    secrets = unseal(connection.hook_secrets).get("secrets", [])
    if hooks is None or not secrets:
        raise NotGenuine("nothing was agreed on with this system")
    hooks.check(secrets, hook, at)
    told = list(dict.fromkeys(hooks.read(hook)))[:MOST]
    insert(ToldRecord(connection=connection, stream=stream, external_id=number[:200], at=at) for stream, number in told)
    return len(told)


@transaction.atomic
def replace_secret(connection: Connection, secret: str, *, at: datetime, by: Member | None = None) -> None:
    """The secret its webhooks are signed with from now on; the one before it is believed until the next replacement."""
    before = unseal(connection.hook_secrets).get("secrets", [])[:1]
    connection.hook_secrets = seal({"secrets": [secret.strip(), *before]})
    connection.save(update_fields=["hook_secrets"])
    record("source.hook_secret_replaced", connection.source, by=by, at=at)
