"""The leased queue behind the task interface of Django: `@task()` and `.enqueue()` work as its manual says."""

from datetime import datetime
from typing import Any

from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.utils import normalize_json

from treaty.jobs import queue
from treaty.jobs.clock import now
from treaty.jobs.models import Job

KIND = "task"
STATUS = {
    Job.State.WAITING: TaskResultStatus.READY,
    Job.State.RUNNING: TaskResultStatus.RUNNING,
    Job.State.DONE: TaskResultStatus.SUCCESSFUL,
    Job.State.PARKED: TaskResultStatus.FAILED,
}


class Leased(BaseTaskBackend):
    """Tasks are jobs of kind `task`; they may run twice, so they must be safe to repeat."""

    supports_defer = True
    supports_get_result = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        self.validate_task(task)
        call = normalize_json({"path": task.module_path, "args": list(args), "kwargs": dict(kwargs)})
        return self._result(queue.enqueue(KIND, call, at=now(), run_at=task.run_after))

    def get_result(self, result_id: str) -> TaskResult[Any]:
        job = Job.objects.filter(pk=result_id, kind=KIND).first() if result_id.isdecimal() else None
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        return self._result(job)

    def _result(self, job: Job) -> TaskResult[Any]:
        result: TaskResult[Any] = TaskResult(
            task=import_string(job.args["path"]),
            id=str(job.pk),
            status=STATUS[Job.State(job.state)],
            enqueued_at=job.made_at,
            started_at=None,
            last_attempted_at=None,
            finished_at=job.ended_at,
            args=job.args["args"],
            kwargs=job.args["kwargs"],
            backend=self.alias,
            errors=[TaskError(exception_class_path=job.problem.partition(":")[0], traceback=job.problem)] if job.problem else [],
            worker_ids=[],
        )
        object.__setattr__(result, "_return_value", job.result)
        return result


@queue.handles(KIND)
def run_task(path: str, args: list[Any], kwargs: dict[str, Any], *, at: datetime) -> Any:  # noqa: ARG001 - a task takes no moment
    """Call the function behind a task."""
    return import_string(path).call(*args, **kwargs)
