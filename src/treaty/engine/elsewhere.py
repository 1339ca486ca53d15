"""Which engine answers: DuckDB in this process, or by one setting another that reads the very same files.

`TREATY_ENGINE` names it: `duckdb`, `spark://host:7077` and `spark://local[2]`, `chdb` (ClickHouse in this process),
`postgresql://user@host/name`. The measures are the same Ibis expressions everywhere; see `vocabulary` for what they may use.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from treaty.engine import limit
from treaty.engine.manifest import Manifest


class Unfit(Exception):
    """This engine cannot read this lake; the text says why and what to do."""


class UnknownEngine(Unfit):
    """The setting names no engine there is, or one whose driver is not installed."""


class Statement(NamedTuple):
    """A question in an engine's own words. schema: the Arrow types of its answer."""

    text: str
    schema: Any


class Engine(Protocol):
    """Answers questions about the lake in one folder. name: keeps its statements apart from those of others."""

    name: str

    def open(self, manifest: Manifest) -> None:
        """Make the files of a manifest readable under its space."""
        ...

    def forget(self, manifest: Manifest) -> None:
        """Nobody will ask about this manifest any more."""
        ...

    def place(self, space: str, table: str) -> dict[str, str]:
        """What Ibis is to call a table: its `name`, and the `database` if there is one."""
        ...

    def write(self, expression: Any) -> Statement: ...

    def ask(self, statement: Statement, *, seconds: float = limit.SECONDS) -> Any:
        """The answer as a pyarrow.Table. Raises TookTooLong."""
        ...


@lru_cache
def engine(setting: str, place: Path) -> Engine:
    """The engine a setting names, over the lake in a folder. Raises UnknownEngine."""
    kind = setting.partition("://")[0]
    try:
        return _made(kind, setting, place)
    except ModuleNotFoundError as missing:
        extra = EXTRAS.get(kind, kind)
        raise UnknownEngine(f"TREATY_ENGINE={setting}: {missing.name} is not installed: pip install 'treaty[{extra}]'") from missing


EXTRAS = {"spark": "spark", "chdb": "clickhouse", "postgres": "postgres", "postgresql": "postgres"}
"""Which extra brings an engine's driver."""


def _made(kind: str, setting: str, place: Path) -> Engine:
    if kind == "duckdb":
        from treaty.engine.duck import Duck

        return Duck(place)
    if kind == "spark":
        from treaty.engine.spark import Spark

        return Spark(setting, place)
    if kind == "chdb":
        from treaty.engine.clickhouse import ClickHouse

        return ClickHouse(place)
    if kind in ("postgres", "postgresql"):
        from treaty.engine.postgres import Postgres

        return Postgres(setting, place)
    raise UnknownEngine(f"TREATY_ENGINE={setting}: write duckdb, spark://host:7077, spark://local[2], chdb or postgresql://user@host/name")
