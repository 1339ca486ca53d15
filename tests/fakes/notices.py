"""Slack, Teams and a receiver of Standard Webhooks as they answer: what came is kept, and what would not be taken is refused."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from tests.fakes.server import Asked, Fake, Reply
from treaty.signatures import NotGenuine, check_standard


@dataclass
class FakeSlack(Fake):
    """One workspace: incoming webhooks, a bot, replies to what was pressed. users: e-mail to id."""

    token: str = "xoxb-good"
    users: dict[str, str] = field(default_factory=dict)
    posted: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)
    refuses: str = ""
    """The error every post is answered with."""

    routes: ClassVar = (
        ("POST", r"/services/.*", "hook"),
        ("POST", r"/api/chat\.postMessage", "post"),
        ("GET", r"/api/users\.lookupByEmail", "look_up"),
        ("POST", r"/actions/.*", "reply"),
    )

    def hook(self, asked: Asked) -> Reply:
        if self.refuses:
            return Reply(404, raw=self.refuses.encode())
        self.posted.append(checked(asked.json))
        return Reply(200, raw=b"ok")

    def post(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return Reply(200, {"ok": False, "error": "invalid_auth"})
        if self.refuses:
            return Reply(200, {"ok": False, "error": self.refuses})
        self.posted.append(checked(asked.json))
        return Reply(200, {"ok": True, "ts": f"{len(self.posted)}.0", "channel": asked.json["channel"]})

    def look_up(self, asked: Asked) -> Reply:
        user = self.users.get(asked.query["email"])
        return Reply(200, {"ok": True, "user": {"id": user}} if user else {"ok": False, "error": "users_not_found"})

    def reply(self, asked: Asked) -> Reply:
        self.replies.append(asked.json)
        return Reply(200, raw=b"ok")


def checked(body: dict[str, Any]) -> dict[str, Any]:
    """The body, if Slack would take it: limits of Block Kit. Raises AssertionError."""
    blocks = body["blocks"]
    assert 1 <= len(blocks) <= 50
    for block in blocks:
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text"
            assert 1 <= len(block["text"]["text"]) <= 150
        if block["type"] == "section" and "text" in block:
            assert 1 <= len(block["text"]["text"]) <= 3000
        assert len(block.get("fields", ())) <= 10
        assert all(1 <= len(one["text"]) <= 2000 for one in block.get("fields", ()))
        assert len(block.get("block_id", "")) <= 255
        for element in block.get("elements", ()):
            assert len(element.get("value", "")) <= 2000
            options = element.get("options", ())
            assert len(options) <= 100
            assert all(1 <= len(one["text"]["text"]) <= 75 and len(one["value"]) <= 150 for one in options)
    return body


@dataclass
class FakeTeams(Fake):
    """A flow that begins when a webhook comes in."""

    cards: list[dict[str, Any]] = field(default_factory=list)
    routes: ClassVar = (("POST", r"/workflows/.*", "take"),)

    def take(self, asked: Asked) -> Reply:
        if len(asked.body) > 28 * 1024:
            return Reply(413, raw=b"too large")
        [attachment] = asked.json["attachments"]
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        self.cards.append(attachment["content"])
        return Reply(202, raw=b"")


@dataclass
class Receiver(Fake):
    """Somebody's own program: it believes what is signed, and does what it did not do yet."""

    secrets: list[str] = field(default_factory=list)
    now: datetime | None = None
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    forged: int = 0
    routes: ClassVar = (("POST", r"/in", "take"),)

    def take(self, asked: Asked) -> Reply:
        assert self.now is not None
        try:
            check_standard(self.secrets, asked.body, asked.headers, self.now)
        except NotGenuine:
            self.forged += 1
            return Reply(401)
        self.done.setdefault(asked.headers["webhook-id"], asked.json)
        return Reply(204, raw=b"")
