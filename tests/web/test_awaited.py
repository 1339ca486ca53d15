"""Answers worked out beside the requests: begun once, kept, one after the other."""

import threading

import pytest

from treaty.web import awaited


@pytest.fixture(autouse=True)
def fresh():
    awaited.forget()
    yield
    awaited.forget()


def test_a_short_answer_is_there_at_once_and_kept():
    asked = []
    first = awaited.asked("a", 1, lambda: asked.append(1) or 7, seconds=5)
    again = awaited.asked("a", 1, lambda: asked.append(2) or 8, seconds=5)
    assert (first.value, again.value, asked) == (7, 7, [1])


def test_a_long_one_is_begun_once_and_found_later():
    go = threading.Event()
    work = awaited.asked("a", 1, lambda: go.wait(5) and "done", seconds=0)
    assert (work.done.is_set(), work.value) == (False, None)
    assert awaited.asked("a", 2, lambda: "other", seconds=0) is work  # a newer lake does not begin it anew while it runs
    go.set()
    assert work.done.wait(5)
    assert work.value == "done"


def test_what_failed_is_the_askers_to_raise_and_tried_again_after_ten_times_as_long(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(awaited.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(awaited, "start", lambda run: run())

    def fails():
        now[0] += 3
        raise ValueError("no history")

    work = awaited.asked("a", 1, fails, seconds=0)  # it failed at 103
    assert (work.value, str(work.problem)) == (None, "no history")
    now[0] = 132.9
    assert awaited.asked("a", 1, lambda: 1, seconds=0) is work
    now[0] = 133.0
    assert awaited.asked("a", 1, lambda: 1, seconds=0).value == 1


def test_with_a_newer_lake_an_answer_is_good_for_ten_times_as_long_as_it_took(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(awaited.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(awaited, "start", lambda run: run())

    def takes(seconds, value):
        def make():
            now[0] += seconds
            return value

        return make

    assert awaited.asked("a", 1, takes(3, "old"), seconds=0).value == "old"  # done at 103
    now[0] = 132.9
    assert awaited.asked("a", 2, takes(3, "new"), seconds=0).value == "old"
    now[0] = 133.0
    assert awaited.asked("a", 2, takes(3, "new"), seconds=0).value == "new"


def test_two_are_worked_out_one_after_the_other():
    go, order = threading.Event(), []

    def slow():
        go.wait(5)
        order.append("slow")

    one = awaited.asked("slow", 1, slow, seconds=0)
    other = awaited.asked("quick", 1, lambda: order.append("quick"), seconds=0)
    go.set()
    assert one.done.wait(5)
    assert other.done.wait(5)
    assert sorted(order) == ["quick", "slow"]


def test_only_the_latest_are_kept(monkeypatch):
    monkeypatch.setattr(awaited, "MOST", 2)
    for key in "abc":
        awaited.asked(key, 1, lambda: 0, seconds=5)
    assert awaited.asked("c", 1, lambda: 1, seconds=5).value == 0
    assert awaited.asked("a", 1, lambda: 1, seconds=5).value == 1


def test_what_was_not_begun_when_something_newer_was_asked_is_left_undone():
    """Somebody types on while the first look is worked out: only the last of the waiting ones is."""
    lane, done = awaited.Lane(is_latest_only=True), []

    def look(name):
        return awaited.asked(name, 1, lambda: done.append(name), seconds=0, lane=lane)

    with lane.turn:
        waiting = [look(name) for name in ("a", "ab", "abc")]
    for work in waiting:
        assert work.done.wait(5)
    assert done == ["abc"]
    assert [type(work.problem) for work in waiting] == [awaited.Superseded, awaited.Superseded, type(None)]
    assert look("a").done.wait(5)  # asked again, it is not kept as undone
    assert done == ["abc", "a"]
