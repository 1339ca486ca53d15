"""What all fakes share: a WSGI application with routes, a quota that is counted, and faults that are thrown at random.

A fake is handed to the client as `httpx2.WSGITransport(fake)`, or served on a socket by `served`.
"""

import json
import random
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx2

Start = Callable[[str, list[tuple[str, str]]], Any]
FAULTS = ("busy", "busy, says when", "broken", "away", "applied, then no answer", "cut short", "page instead of JSON", "empty")


@dataclass(frozen=True)
class Asked:
    """One request, read."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    @property
    def content(self) -> bytes:
        return self.raw if self.raw is not None else json.dumps(self.body).encode()


class NoReply(Exception):
    """The connection ends before an answer."""


Handler = Callable[..., Reply]


@dataclass
class Fake:
    """A vendor. quotas: (calls, seconds); a call beyond one is answered `busy` and counted in `over`.

    faults: share of calls that go wrong; seed: which ones · clock: seconds
    """

    quotas: tuple[tuple[int, float], ...] = ()
    faults: float = 0.0
    kinds: tuple[str, ...] = FAULTS
    seed: int = 1
    clock: Callable[[], float] = time.monotonic
    calls: list[Asked] = field(default_factory=list)
    over: int = 0
    refuse_until: int = 0
    """So many calls are answered as if the token had run out."""
    guarded: set[str] = field(default_factory=set)
    """Ids of records that a rule of the company keeps from being written."""
    held: float = 0.0
    """The share of records of one collection that another writer holds."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._sent: deque[float] = deque(maxlen=10_000)
        self._lock = threading.Lock()

    routes: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """(method, pattern of the path, name of the method that answers it)."""

    def busy(self, after: float | None = None) -> Reply:
        """How this vendor says that there were too many calls."""
        return Reply(429, {"message": "too many requests"}, {} if after is None else {"retry-after": f"{after:g}"})

    def signed_out(self) -> Reply:
        return Reply(401, {"message": "the token is not valid"})

    def is_signed_in(self, asked: Asked) -> bool:
        return True

    def answer(self, asked: Asked) -> Reply:
        for method, pattern, name in self.routes:
            if asked.method == method and (found := re.fullmatch(pattern, asked.path)):
                return getattr(self, name)(asked, **found.groupdict())
        return Reply(404, {"message": f"nothing at {asked.path}"})

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        with self._lock:
            reply = self._reply(read(environ))
        headers = {"content-type": "application/json", "content-length": str(len(reply.content)), **reply.headers}
        start(f"{reply.status} x", list(headers.items()))
        return [reply.content]

    def _reply(self, asked: Asked) -> Reply:
        self.calls.append(asked)
        if self._is_over():
            self.over += 1
            return self.busy()
        fault = self._random.choice(self.kinds) if self._random.random() < self.faults else ""
        if fault in ("busy", "busy, says when"):
            return self.busy(0.01 if fault == "busy, says when" else None)
        if fault in ("broken", "away"):
            return Reply(500 if fault == "broken" else 503, raw=b"<html>sorry</html>")
        if not self.is_signed_in(asked):
            return self.signed_out()
        if self.refuse_until > 0:
            self.refuse_until -= 1
            return self.signed_out()
        reply = self.answer(asked)
        return self._spoilt(fault, reply)

    def _spoilt(self, fault: str, reply: Reply) -> Reply:
        if fault == "applied, then no answer":
            raise NoReply
        if fault == "cut short":
            return Reply(reply.status, raw=reply.content[: len(reply.content) // 2])
        if fault == "page instead of JSON":
            return Reply(200, raw=b"<html>log in to the proxy</html>")
        return Reply(reply.status, raw=b"") if fault == "empty" else reply

    def _is_over(self) -> bool:
        now = self.clock()
        self._sent.append(now)
        return any(sum(at > now - seconds for at in self._sent) > calls for calls, seconds in self.quotas)


def read(environ: dict[str, Any]) -> Asked:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return Asked(
        environ["REQUEST_METHOD"], environ["PATH_INFO"], dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        headers, environ["wsgi.input"].read(length) if length else b"",
    )  # fmt: skip


class Transport(httpx2.BaseTransport):
    """The fake in place of the network: no socket, the same answers."""

    def __init__(self, fake: Fake) -> None:
        self._inner = httpx2.WSGITransport(app=fake)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return self._inner.handle_request(request)
        except NoReply:
            raise httpx2.ReadTimeout("no answer came", request=request) from None


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def served(fake: Fake) -> Iterator[str]:
    """The fake on a socket of this machine, in a thread; the address."""
    with make_server("127.0.0.1", 0, fake, handler_class=_Quiet) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
