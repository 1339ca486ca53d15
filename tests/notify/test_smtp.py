"""E-mail is handed to a real server, over a socket."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy

import pytest

from tests.conftest import NOON
from treaty.notify import mail, messages
from treaty.notify.mail import Server, server_of
from treaty.notify.transports import Declined, NotNow, Parcel


class Talk(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a sender needs; what came is kept by the server."""

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "DATA":
                self.say("354 go on")
                self.server.came.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.say("250 kept")
            elif word == "RCPT" and self.server.refuses:
                self.say(self.server.refuses)
            elif word == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 good")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def serving(refuses: str = "") -> Iterator[socketserver.TCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.came, server.refuses = [], refuses
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


PARCEL = Parcel(messages.trial("E-mail", "Rui"), "rrrrrrrrrrrr", "kim.dale@halden.example", {}, NOON)


def send(server: Server) -> object:
    return mail.send(server, PARCEL, "Treaty <treaty@halden.example>", {})


def test_what_was_written_arrives():
    with serving() as server:
        assert send(server_of(f"smtp://127.0.0.1:{server.server_address[1]}")) == {"message_id": "rrrrrrrrrrrr"}
        found = message_from_bytes(server.came[0], policy=policy.default)
    assert (found["To"], found["Message-ID"]) == ("kim.dale@halden.example", "<rrrrrrrrrrrr@halden.example>")
    assert "There is nothing to do." in found.get_body(("plain",)).get_content()


def test_no_password_travels_without_encryption():
    with serving() as server, pytest.raises(Declined, match="offers no encryption"):
        send(server_of(f"smtp://rui:secret@127.0.0.1:{server.server_address[1]}"))


@pytest.mark.parametrize(("says", "kind"), [("550 no such user", Declined), ("451 come back", NotNow)])
def test_a_server_that_refuses_says_whether_for_good(says, kind):
    with serving(says) as server, pytest.raises(kind, match=says[4:]):
        send(server_of(f"smtp://127.0.0.1:{server.server_address[1]}"))


def test_a_server_that_is_away_is_tried_again():
    with serving() as server:
        port = server.server_address[1]
    with pytest.raises(NotNow, match="did not answer"):
        send(server_of(f"smtp://127.0.0.1:{port}"))
