"""CSV and its relatives: delimiter guessed, records read one by one, a stray quote costs one row."""

import csv
import io
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TextIO, cast

from treaty.connectors.files.encoding import Encoding, Opener, encoding_of, stated, unreadable
from treaty.connectors.files.limits import MAX_CELL, MAX_RECORD
from treaty.connectors.files.rows import Block, Refused, Row, bounded

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 200
_STRETCH = 1 << 18
_BLOCK = 1 << 20
"""Characters cut at once, into rows or into columns."""
Cut = Callable[[int, str], Block | None]
"""The block that some lines are, the first of this number; None where one of them is not plainly a row."""
csv.field_size_limit(MAX_RECORD)  # Python's own limit, 128 KB, would end the whole file at one long cell


class _Runaway(Exception):
    """A record grew past MAX_RECORD: a quote was opened and never closed."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file is cut. `skip`: lines before the first record (`sep=;`). `width`: cells of most records."""

    encoding: Encoding
    delimiter: str
    width: int
    skip: int = 0
    escape: str | None = None

    def cut(self, lines: Iterator[str], *, strict: bool = False) -> Iterator[list[str]]:
        """Records from lines. `strict` raises csv.Error where a quote closes in the middle of a cell, or never."""
        return csv.reader(lines, delimiter=self.delimiter, escapechar=self.escape, doublequote=self.escape is None, strict=strict)


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of how a text is written; empty for what is to be recognised."""

    encoding: str = ""
    delimiter: str = ""


def dialect_of(open_file: Opener, name: str, said: Said = Said()) -> Dialect:
    """Read the first 200 lines with each delimiter and keep the one that cuts them most evenly, unless it is said."""
    encoding = stated(said.encoding) if said.encoding else encoding_of(open_file, name)
    with _lines(open_file, encoding) as stream:
        sample = [line for line in (stream.readline(1 << 16) for _ in range(_SAMPLE)) if line]
    first = sample[0].strip().lower() if sample else ""
    if first.startswith("sep=") and len(first) == 5:
        return _cut_by(said.delimiter or first[4], sample[1:], encoding, skip=1)
    if said.delimiter:
        return _cut_by(said.delimiter, sample, encoding)
    return max((_cut_by(d, sample, encoding) for d in DELIMITERS), key=lambda d: _evenness(d, sample))


def _cut_by(delimiter: str, sample: list[str], encoding: Encoding, skip: int = 0) -> Dialect:
    plain, escaped = Dialect(encoding, delimiter, 1, skip), Dialect(encoding, delimiter, 1, skip, "\\")
    is_dump = any('\\"' in line for line in sample) and not _cuts_cleanly(plain, sample) and _cuts_cleanly(escaped, sample)
    dialect = escaped if is_dump else plain
    widths = Counter(len(cells) for cells in dialect.cut(iter(sample)) if cells)
    return replace(dialect, width=widths.most_common(1)[0][0] if widths else 1)


def _cuts_cleanly(dialect: Dialect, sample: list[str]) -> bool:
    try:
        return bool(list(dialect.cut(iter(sample), strict=True)))
    except csv.Error:
        return False


def _evenness(dialect: Dialect, sample: list[str]) -> tuple[bool, float, int]:
    widths = [len(cells) for cells in dialect.cut(iter(sample)) if cells]
    even = sum(w == dialect.width for w in widths) / max(len(widths), 1)
    return dialect.width > 1, round(even, 1), dialect.width


def _lines(open_file: Opener, encoding: Encoding) -> TextIO:
    return io.TextIOWrapper(open_file(), encoding=encoding.name, errors=encoding.errors, newline="")


def records(open_file: Opener, dialect: Dialect) -> Iterator[Row | Refused]:
    """Every record of the file, of whatever width; records that cannot be read come as Refused.

    Memory: one record. A quote that opens and swallows the rows below costs the row it stands in.
    """
    return cast(Iterator[Row | Refused], pieces(open_file, dialect))


def pieces(open_file: Opener, dialect: Dialect, cut: Cut | None = None) -> Iterator[Block | Row | Refused]:
    """The same records, a stretch that `cut` can cut as one block."""
    with _lines(open_file, dialect.encoding) as stream:
        held = _Held(stream, dialect)
        while not held.ended:
            yield from held.plain_stretches(cut)
            yield from _until_trouble(held, dialect)


def _until_trouble(held: "_Held", dialect: Dialect) -> Iterator[Row | Refused]:
    """Records one by one, until one swallowed others or the lines at hand are used up."""
    try:
        for cells in dialect.cut(held.feed(), strict=True):
            if held.swallowed(cells):
                yield held.give_back("a quote opens here and does not close in its cell")
                return
            yield held.settle(cells)
            if held.used_up:
                return
    except _Runaway:
        yield held.give_back("the row is over 16 million characters long, or a quote opens here and never closes")
    except csv.Error:
        yield held.mend()


class _Held:
    """Physical lines, kept until the record they belong to is settled, so that they can be given back."""

    def __init__(self, stream: TextIO, dialect: Dialect) -> None:
        self._stream, self._dialect = stream, dialect
        self._back: deque[str] = deque()
        self._held: list[str] = []
        self._line = 1
        self.ended = False
        for _ in range(dialect.skip):
            stream.readline(MAX_RECORD)
            self._line += 1

    @property
    def used_up(self) -> bool:
        return not self._back and not self._held

    def plain_stretches(self, block: Cut | None = None) -> Iterator[Block | Row]:
        """Stretches in which every line is a record and all of it readable, cut at once: several times faster.

        Ends at the first stretch that is not so; its lines are kept for the careful way.
        """
        while self.used_up and self._dialect.escape is None:
            text = self._stream.read(_BLOCK if block else _STRETCH)
            if text and not text.endswith("\n"):
                text += self._stream.readline(MAX_RECORD)
            is_text = not unreadable(text, self._dialect.encoding)
            if block and is_text and (found := block(self._line, text)):
                yield found
                self._line += found.rows
                continue
            lines = list(io.StringIO(text, newline=""))
            cut = self._cut_plainly(lines) if is_text else None
            if cut is None or not lines:
                self._back.extend(lines)
                return
            for cells in cut:
                yield Row(self._line, cells)
                self._line += 1

    def _cut_plainly(self, lines: list[str]) -> list[list[str]] | None:
        try:
            records = list(self._dialect.cut(iter(lines), strict=True))
        except csv.Error:
            return None
        return records if len(records) == len(lines) and max(map(len, lines), default=0) <= MAX_CELL else None

    def feed(self) -> Iterator[str]:
        size = 0
        while line := self._back.popleft() if self._back else self._stream.readline(MAX_RECORD):
            size = len(line) if not self._held else size + len(line)
            self._held.append(line)
            if size >= MAX_RECORD:
                self._skip_rest(line)
                raise _Runaway
            yield line
        self.ended = True

    def _skip_rest(self, line: str) -> None:
        """The tail of an endless line is not held; what came before it is kept."""
        while line and not line.endswith(("\n", "\r")):
            line = self._stream.readline(MAX_RECORD)

    def settle(self, cells: list[str]) -> Row | Refused:
        line, self._line = self._line, self._line + len(self._held)
        text = self._held[0] if len(self._held) == 1 else "".join(self._held)
        problem = unreadable(text, self._dialect.encoding)
        self._held.clear()
        if problem:
            return Refused(line, cells, problem)
        return Row(line, cells) if len(text) <= MAX_CELL else bounded(Row(line, cells))

    def swallowed(self, cells: list[str]) -> bool:
        """Several lines became one record of the wrong width, and most of them look like records themselves."""
        if len(self._held) == 1 or len(cells) == self._dialect.width:
            return False
        rows = sum(text.count(self._dialect.delimiter) >= self._dialect.width - 1 for text in self._held)
        return rows * 2 > len(self._held)

    def mend(self) -> Row | Refused:
        """A quote stands where none may. Within one line that is only untidy; over several it swallowed rows."""
        line = self._held[0]
        if len(self._held) == 1 and (cells := next(self._dialect.cut(iter([line])), [])) and len(cells) == self._dialect.width:
            self.ended = False
            return self.settle(cells)
        return self.give_back("a quote opens here and does not close in its cell")

    def give_back(self, problem: str) -> Refused:
        """Refuse the first held line; the others are read again."""
        first = self._held[0] if self._held else ""
        self._back.extendleft(reversed(self._held[1:]))
        self._held.clear()
        self.ended = False
        refused = Refused(self._line, [first.rstrip("\r\n")], problem)
        self._line += 1
        return refused
