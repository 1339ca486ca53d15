"""Connecting a fake vendor and pulling from it, for the tests of every vendor."""

import httpx2

from tests.connectors.portal import Portal
from tests.fakes.server import Fake, Transport
from treaty.connectors.connections import connect
from treaty.connectors.models import CallCount, Connection, PulledProblem, StreamPlace
from treaty.connectors.pulling import Pulled, pull
from treaty.outward import Outward
from treaty.truth.models import (
    Account,
    AccountIdentity,
    Activity,
    BuyingRole,
    Fact,
    Identity,
    Merge,
    Opportunity,
    OpportunityChange,
    Person,
    Source,
    SystemRecord,
    Touch,
)


def connected(portal: Portal, name: str = "Ours", **secrets: str) -> Connection:
    return connect(
        name, portal.vendor, portal.secrets | secrets, clock=lambda: portal.fake.at, address=portal.address,
        outward=Outward(Transport(portal.fake)),
    )  # fmt: skip


def pulled(connection: Connection, fake: Fake, transport: httpx2.BaseTransport | None = None, *, only_due: bool = False) -> Pulled:
    connection.refresh_from_db()
    return pull(connection, clock=lambda: fake.at, outward=Outward(transport or Transport(fake)), only_due=only_due)  # type: ignore[attr-defined]


class Ends(httpx2.BaseTransport):
    """The process ends before the call of that number, or, by another fault, no call comes to anything from then on."""

    class Now(BaseException):
        pass

    def __init__(self, fake: Fake, call: int, fault: BaseException | None = None) -> None:
        self._inner, self._left, self._fault = Transport(fake), call, fault

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._left -= 1
        if self._left < 0:
            raise self._fault or self.Now()
        return self._inner.handle_request(request)


def forget_all() -> None:
    """As if nothing had ever been connected or pulled."""
    for model in (
        CallCount,
        StreamPlace,
        PulledProblem,
        Connection,
        SystemRecord,
        Touch,
        Activity,
        BuyingRole,
        OpportunityChange,
        Opportunity,
    ):
        model.objects.all().delete()
    for model in (Fact, Merge, Identity, Person, AccountIdentity, Account, Source):
        model.objects.all().delete()
