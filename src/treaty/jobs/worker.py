"""The worker: takes events in, judges, reacts, lets clocks ring and works the queue off, in short transactions."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.db import close_old_connections, connection

from treaty.jobs import beats
from treaty.jobs.clock import now
from treaty.jobs.news import News
from treaty.jobs.schedule import BREATH, Recurring, Schedule

PAUSE = 0.02
"""Seconds to wait when there was nothing to do: most of what a new event waits for."""


class Worker:
    """The worker of this process. stopping: set when it is to end."""

    def __init__(
        self,
        stopping: threading.Event,
        schedule: Schedule | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._stopping, self.schedule, self.clock = stopping, schedule or Schedule(), clock
        self.done = 0
        self._beaten_at: datetime | None = None
        self.news = News()
        self._heart = Recurring("beat", 0, lambda at: bool(beats.beat(self.done, at=at)), is_shared=True)

    def run(self) -> None:
        """Work until told to stop; the thing in hand is finished first."""
        self._beat(is_busy=False)
        while not self._stopping.is_set():
            close_old_connections()  # one that broke is opened anew
            if not (self.news.is_there() and self.turn()):
                self._stopping.wait(PAUSE)
        beats.last_word()
        connection.close()

    def turn(self) -> int:
        """Everything that is due, once; returns how much was done."""
        done = 0
        for thing in self.schedule.work:
            if self._stopping.is_set():
                break
            if count := self.schedule.run(thing, at=self.clock()):
                done += count
                time.sleep(BREATH)
        if done:
            self.news.look_again()
        self.done += done
        self._beat(is_busy=done > 0)
        return done

    def _beat(self, *, is_busy: bool) -> None:
        at = self.clock()
        if self._beaten_at is None or at - self._beaten_at >= (beats.EVERY if is_busy else beats.AT_REST):
            self._beaten_at = at
            self.schedule.run(self._heart, at=at)
