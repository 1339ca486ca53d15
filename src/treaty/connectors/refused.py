"""The refused rows of an imported file, to be fixed in any spreadsheet and imported again."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from treaty.connectors.files.rejects import write_rejects
from treaty.connectors.files.rows import Refused
from treaty.connectors.models import ImportFile

_NOT_PLAIN = re.compile(r"[^\w.() -]+")


def rows_of(file: ImportFile) -> Iterator[Refused]:
    """In the order of the file."""
    for row in file.refused.order_by("number", "id").iterator(chunk_size=500):
        yield Refused(row.number, row.cells, row.problem)


def lines_of(file: ImportFile) -> Iterator[str]:
    """The CSV part by part, so that a long one is never in memory."""
    header = [header for header, _ in file.columns]
    for number, row in enumerate(rows_of(file)):
        stream = StringIO(newline="")
        write_rejects(stream, header, [row])
        text = stream.getvalue()
        yield text if number == 0 else text.split("\r\n", 1)[1]


def write(file: ImportFile, folder: Path) -> Path:
    """Write the rows to `NAME.rejected.csv` in that folder, numbered if another file of the import has that name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / rejected_name(file)
    if path.exists():
        path = folder / f"{file.pk}.{path.name}"
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_rejects(stream, [header for header, _ in file.columns], rows_of(file))
    return path


def rejected_name(file: ImportFile) -> str:
    """`deals.csv` gives `deals.rejected.csv`; what is no letter, digit or plain sign becomes a dash."""
    plain = _NOT_PLAIN.sub("-", file.name.rsplit("/", 1)[-1]).strip(" .-")[:120]
    return f"{re.sub(r'[.](csv|tsv|txt|xlsx?|parquet|gz|zip)$', '', plain, flags=re.I) or 'rows'}.rejected.csv"
