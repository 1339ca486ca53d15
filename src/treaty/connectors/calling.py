"""Running a talk with a system: signed in, within its quota, tried again where that is safe."""

import hashlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
import stamina

from treaty.connectors.budget import budget_of
from treaty.connectors.vendors.talk import Busy, SignedOut, Talk, Token, Trouble, Vendor
from treaty.outward import Answer, Call, NoAnswer, NotReachable, Outward, is_named

T = TypeVar("T")
LONGEST = 60.0
"""Seconds between two tries of a call at most."""
TOLD_LONGEST = 300.0
"""A system that asks for more patience is left alone until its next turn."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried, and how many seconds all calls of a caller may take together, waits included."""

    tries: int
    seconds: float = math.inf


OF_A_ROUND = Patience(8)
"""Beside the worker: about three minutes a call, then the round goes on at its next turn."""
OF_A_PAGE = Patience(2, 20.0)
"""Somebody looks at an empty page meanwhile, and a thread of the web process waits with them."""


class TooSlow(NoAnswer):
    """The patience of who asked is used up; another try of the same caller would do no better."""


@dataclass
class Caller:
    """One system, signed in when the first call needs it.

    address: where it is called, unless signing in says otherwise · clock: the moment of each call · patience: begins with the caller
    """

    vendor: Vendor
    secrets: Mapping[str, str]
    address: str
    clock: Callable[[], datetime]
    patience: Patience = OF_A_ROUND
    outward: Outward = field(default_factory=Outward)
    sent: int = 0
    turned_away: int = 0
    _token: Token | None = None
    _goes_on: bool = False
    _until: float = math.inf

    def __post_init__(self) -> None:
        self.address = (self.address or self.vendor.address).rstrip("/")
        account = hashlib.sha256(repr((self.address, sorted(self.secrets.items()))).encode()).hexdigest()
        self._until = time.monotonic() + self.patience.seconds
        self._budget = budget_of(self.vendor.name, account, tuple(self.vendor.quotas))

    def run(self, talk: Talk[T], *, is_read: bool = True, goes_on: bool = False) -> T:
        """Carry the talk on to its end. Raises a Trouble, NoAnswer or NotReachable when it cannot be.

        is_read: every call may be sent again, for it changes nothing there. Otherwise each is sent once: whoever runs the talk
        knows what to look at before it is begun anew.
        goes_on: it ends what was begun, so a system that has little left of its quota is not left alone before it
        """
        self._goes_on = goes_on
        return self._carried(talk, lambda call: self._sent(call, is_read=is_read))

    def _carried(self, talk: Talk[T], sent: Callable[[Call], Answer]) -> T:
        """What the talk learned. An answer in which it does not find what the reference promises is none."""
        try:
            call = next(talk)
            while True:
                try:
                    answer = sent(call)
                except Trouble as told:
                    call = talk.throw(told)
                else:
                    call = talk.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        except NotReachable:
            raise
        except (LookupError, TypeError, AttributeError, ValueError, msgspec.MsgspecError) as fault:
            raise NoAnswer(f"{self.vendor.label} answered in an unknown form ({type(fault).__name__}: {fault})"[:300]) from fault

    def _sent(self, call: Call, *, is_read: bool) -> Answer:
        """The answer to a call, once it is what was asked for."""
        if not is_read:
            return self._signed_in(call)
        tries = self.patience.tries
        for attempt in stamina.retry_context(on=self._again, attempts=tries, timeout=None, wait_initial=1.0, wait_max=LONGEST):
            with attempt:
                return self._signed_in(call)
        raise AssertionError("the last attempt returns or raises")

    def _signed_in(self, call: Call) -> Answer:
        """A call that was turned away for its token was not carried out: it is sent once more with a new one."""
        try:
            return self._once(call)
        except SignedOut:
            if self._token is None:
                raise
            self._token = None
            return self._once(call)

    def hold(self, seconds: float) -> None:
        """Send nothing for so long, as the system asked."""
        self._budget.hold(seconds)

    def _once(self, call: Call) -> Answer:
        token = self._token
        if token is None or (token.until is not None and token.until <= self.clock()):
            token = self._token = self._sign_in()
        return self._call(self.vendor.signed(_at(token.address or self.address, call), token))

    def _sign_in(self) -> Token:
        talk = self.vendor.sign_in(self.secrets, self.address, self.clock())
        token = self._carried(talk, lambda call: self._call(_at(self.address, call)))
        _check_where(token, self.vendor, self.address)
        return token

    def _call(self, call: Call) -> Answer:
        if (rest := self._budget.rest(call.url, goes_on=self._goes_on)) > TOLD_LONGEST:
            raise Busy(f"{self.vendor.label} has little left of its quota: it is left alone for {rest / 60:.0f} minutes", rest)
        if rest >= self._left():
            raise self._too_slow()
        self._budget.wait(call.url, goes_on=self._goes_on)
        self.sent += 1
        answer = self._answer(call)
        try:
            self.vendor.check(answer, self.clock())
        except Busy:
            self.turned_away += answer.status < 500
            raise
        self._budget.hold(self.vendor.rest(answer))
        return answer

    def _answer(self, call: Call) -> Answer:
        try:
            return self.outward.send(call, within=self._left())
        except NoAnswer as fault:
            raise (self._too_slow() if self._left() <= 0 else fault) from None

    def _left(self) -> float:
        """Seconds of patience that are left."""
        return self._until - time.monotonic()

    def _too_slow(self) -> TooSlow:
        return TooSlow(f"{self.vendor.label} needed longer than the {self.patience.seconds:.0f} seconds that are waited for it here")

    def _again(self, fault: Exception) -> bool | float:
        """Is the call worth another try, and after how many seconds, if the system said so? None that would begin too late is."""
        after = fault.after if isinstance(fault, Busy) else None
        if after is not None:
            return after <= TOLD_LONGEST and after < self._left() and after
        return isinstance(fault, Busy | NoAnswer) and not isinstance(fault, TooSlow) and self._left() > 0


def _at(address: str, call: Call) -> Call:
    """The call at an address. Raises NotReachable for a url that would lead to another one."""
    if not call.url.startswith("/"):
        raise NotReachable(f"{call.url[:200]!r} is not a place within the system")
    return replace(call, url=f"{address.rstrip('/')}{call.url}")


def _check_where(token: Token, vendor: Vendor, address: str) -> None:
    """Raises NotReachable when signing in led out of the vendor's own domains."""
    parts = urlsplit(token.address)
    host = parts.hostname or ""
    is_own = parts.scheme == "https" and host.endswith(tuple(vendor.domains))
    if token.address and not (is_own or host == urlsplit(address).hostname or is_named(host)):
        raise NotReachable(f"signing in leads to {host[:200]!r}, which is not {vendor.label}'s: name it in TREATY_REACHABLE if it is yours")
