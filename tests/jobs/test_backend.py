"""Tasks of Django run on the leased queue."""

from datetime import timedelta

import pytest
from django_tasks import TaskResultStatus, task
from django_tasks.exceptions import TaskResultDoesNotExist

from tests.conftest import NOON
from treaty.jobs import backend, queue

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def _leased(settings):
    settings.TASKS = {"default": {"BACKEND": "treaty.jobs.backend.Leased"}}


@task()
def add(a: int, b: int) -> int:
    return a + b


@task()
def divide(a: int, b: int) -> float:
    return a / b


def test_a_task_runs_in_the_worker_and_its_result_can_be_asked_for():
    result = add.enqueue(2, b=3)
    assert result.status == TaskResultStatus.READY
    assert queue.run_one()
    result.refresh()
    assert (result.status, result.return_value) == (TaskResultStatus.SUCCESSFUL, 5)


def test_a_task_can_be_put_off():
    add.using(run_after=NOON + timedelta(days=365_00)).enqueue(1, 1)
    assert queue.run_one() is False


def test_a_task_that_failed_for_good_says_why(monkeypatch):
    monkeypatch.setattr(queue, "MOST_ATTEMPTS", 1)
    result = divide.enqueue(1, 0)
    queue.run_one()
    result.refresh()
    assert result.status == TaskResultStatus.FAILED
    assert result.errors[0].traceback == "ZeroDivisionError: division by zero"


def test_an_unknown_result_is_refused():
    with pytest.raises(TaskResultDoesNotExist):
        add.get_result("12345")
    with pytest.raises(TaskResultDoesNotExist):
        add.get_result("not a number")
    assert backend.KIND in queue.HANDLERS
