"""Spark over the lake's files: `spark://local[2]` in this process, `spark://host:7077` on a cluster that sees the same folder.

Whatever stands behind `?` in the setting is given to Spark: `spark://host:7077?spark.executor.memory=4g&spark.cores.max=8`.
"""

import re
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from treaty.engine import limit, views
from treaty.engine.arrow import conformed
from treaty.engine.elsewhere import Statement
from treaty.engine.manifest import Exported, Manifest

TYPES = views.TYPES | {"text": "string"}
CONF = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "8",  # of 200 nearly all would be empty
    "spark.log.level": "ERROR",
}
LOCAL = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
"""Without a cluster nobody outside this machine is listened to."""
_starting = threading.Lock()


class Spark:
    """The lake read by the one Spark session this process has. A view is looked through once, not at every question."""

    def __init__(self, setting: str, place: Path) -> None:
        self.name = setting
        self._place = place.resolve()
        self._session = _session(setting)

    def open(self, manifest: Manifest) -> None:
        for name, table in views.in_order(manifest):
            through = f"{manifest.space}__{table.follow.through}" if table.follow else ""
            files = f"{manifest.space}__{name}__files"
            if table.files:
                paths = [_literally(str(self._place / file.name)) for file in table.files]
                self._session.read.schema(_schema(table)).parquet(*paths).createOrReplaceTempView(files)
            text = views.view(table, files, through) if table.files else views.empty(table, TYPES)
            self._session.sql(text).createOrReplaceTempView(f"{manifest.space}__{name}")

    def forget(self, manifest: Manifest) -> None:
        for name in manifest.tables:
            for view in (f"{manifest.space}__{name}", f"{manifest.space}__{name}__files"):
                self._session.catalog.dropTempView(view)

    def place(self, space: str, table: str) -> dict[str, str]:
        return {"name": f"{space}__{table}"}

    def write(self, expression: Any) -> Statement:
        return Statement(sql(expression), expression.as_table().schema().to_pyarrow())

    def ask(self, statement: Statement, *, seconds: float = limit.SECONDS) -> Any:
        with self._at_most(seconds):
            return conformed(self._session.sql(statement.text).toArrow(), statement.schema)

    def stop(self) -> None:
        """End the session, for all who use it in this process."""
        self._session.stop()

    def _at_most(self, seconds: float) -> AbstractContextManager[None]:
        """Spark stops the jobs of a group; a group belongs to the thread that asks."""
        context, group = self._session.sparkContext, uuid4().hex
        context.setJobGroup(group, "treaty", interruptOnCancel=True)
        return limit.at_most(seconds, lambda: context.cancelJobGroup(group), (Py4JJavaError, PySparkException))


def sql(expression: Any) -> str:
    """The Spark text of an Ibis expression."""
    import ibis

    ibis.pyspark  # noqa: B018 - its compiler reads an option that is there once the backend was looked at
    return str(ibis.to_sql(expression, dialect="pyspark", pretty=False))


def _session(setting: str) -> SparkSession:
    where, _, more = setting.partition("?")
    is_local = where.startswith("spark://local")
    conf = CONF | (LOCAL if is_local else {}) | dict(parse_qsl(more))
    with _starting:
        builder = SparkSession.builder.master(where.removeprefix("spark://") if is_local else where).appName("treaty")
        return builder.config(map=conf).getOrCreate()


def _schema(table: Exported) -> str:
    return ", ".join(f"`{name}` {TYPES[kind]}" for name, kind in table.columns.items())


def _literally(path: str) -> str:
    """A path Spark takes as it is: it reads patterns."""
    return re.sub(r"([\\{}\[\]*?,])", r"\\\1", path)
