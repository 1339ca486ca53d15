"""The portable vocabulary: the Ibis operations measures may use, because they were seen to answer alike on every engine.

A name is added here together with a measure or a probe that uses it: `tests/engine/test_elsewhere.py` asks all of them everywhere.
Left out for good reason (measured): ASOF joins and ordered `first` (missing on Spark), `delta` and `epoch_seconds` (they count
differently: moments are whole microseconds), `hash`, `approx_*`, time ranges in windows, JSON and arrays, local hours of a moment,
ranks (ClickHouse counts other ones under the frame Ibis writes). `Round` of a floating number is for noise only: of exact halves
ClickHouse makes the even one, and two engines round the number as it is written, not as it is.
"""

from collections.abc import Iterator
from typing import Any

TABLES = "Aggregate Distinct DropColumns Field Filter Limit Project SelfReference Sort SortKey UnboundTable Union"
JOINS = "JoinChain JoinLink JoinReference"
VALUES = "Cast Coalesce InValues IsNull Literal NotNull NullIf SearchedCase"
LOGIC = "And Between Equals Greater GreaterEqual Less LessEqual Not NotEquals Or"
ARITHMETIC = "Abs Add Ceil Divide Exp Floor FloorDivide Greatest Least Ln Modulus Multiply Negate Power Round Sqrt Subtract"
DAYS = "ExtractDay ExtractMonth ExtractYear"
TEXTS = "LPad Lowercase RegexReplace StringConcat Strip Uppercase"
SUMS = "Any ArgMax Count CountDistinct CountStar Max Mean Min Quantile StandardDev Sum"
WINDOWS = "Lag Lead RowNumber WindowBoundary WindowFunction"
WORDS = frozenset(" ".join((TABLES, JOINS, VALUES, LOGIC, ARITHMETIC, DAYS, TEXTS, SUMS, WINDOWS)).split())
TYPES = ("int8", "int16", "int32", "int64", "float64", "string", "boolean", "date", "decimal", "null")


def outside(expression: Any) -> set[str]:
    """What of an expression is not in the vocabulary, by name; empty when every engine may be asked."""
    import ibis.expr.operations as ops

    return {word for node in expression.as_table().op().find(ops.Node) for word in _outside(node)}


def _outside(node: Any) -> Iterator[str]:
    import ibis.expr.operations as ops

    if type(node).__name__ not in WORDS:
        yield type(node).__name__
    if isinstance(node, ops.Value) and not any(str(node.dtype).lstrip("!").startswith(name) for name in TYPES):
        yield f"the type {node.dtype}"
    if isinstance(node, ops.WindowFunction) and node.how != "rows":
        yield "a window by range"
    if isinstance(node, ops.Cast) and _loses_places(node, ops):
        yield "a cast of a broken number to a whole one: floor, ceil or round it first, engines differ"


def _loses_places(node: Any, ops: Any) -> bool:
    is_whole = isinstance(node.arg, ops.Floor | ops.Ceil | ops.Round)
    return bool(node.to.is_integer() and node.arg.dtype.is_floating() and not is_whole)
