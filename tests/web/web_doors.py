"""Opening pages as a member at a fixed moment."""

from datetime import datetime

import time_machine
from django.test import Client


class Door:
    """A signed-in member's browser, whose clock stands where the test puts it."""

    def __init__(self, member, at: datetime) -> None:
        self.client, self.at = Client(), at
        with self._then():
            self.client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")

    def _then(self):
        return time_machine.travel(self.at, tick=False)

    def get(self, path: str, **headers: str):
        with self._then():
            return self.client.get(path, headers=headers)

    def post(self, path: str, data=None, *, follow: bool = False, **headers: str):
        with self._then():
            return self.client.post(path, data or {}, headers=headers, follow=follow)

    def says(self, path: str) -> str:
        """The page as text, after what was just done."""
        response = self.get(path)
        assert response.status_code == 200, response.status_code
        return response.content.decode()


def told(response) -> list[str]:
    """What the toasts of a page say."""
    return [str(message) for message in response.context["messages"]]
