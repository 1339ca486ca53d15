"""The mapping file: what a person says about their exports, stronger than anything recognised."""

from fnmatch import fnmatch
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from treaty.connectors.files.dates import DateForm
from treaty.connectors.files.encoding import ENCODINGS
from treaty.connectors.files.plans import ColumnPlan, Recognised
from treaty.connectors.files.vocabulary import ALIASES, vocabulary

MAX_BYTES = 262_144


class MapRefused(ValueError):
    """The mapping file cannot be used. The text names the place and the way out."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)


class ColumnMap(_Part):
    """What one column means, and how it writes its dates where that is ambiguous."""

    is_: str = Field(alias="is")
    dates: Literal["day first", "month first"] | None = None


class FileMap(_Part):
    """as: the kind · columns: header to meaning, empty to leave one out · values: header to old to new text
    · constants: meaning to a text every row gets · encoding, delimiter: of a text file, where they are not recognised."""

    as_: str = Field("", alias="as")
    columns: dict[str, str | ColumnMap | None] = {}
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
    encoding: str = ""
    delimiter: str = Field("", max_length=1)

    @field_validator("encoding")
    @classmethod
    def _encoding(cls, name: str) -> str:
        if name and name not in ENCODINGS:
            raise ValueError(f"{name!r} is no encoding that is read: use one of {', '.join(ENCODINGS)}")
        return name

    @field_validator("as_")
    @classmethod
    def _known(cls, kind: str) -> str:
        return known_kind(kind) if kind else ""


class Mapping(_Part):
    """The whole file. zone: of moments that state none · currency: of amounts that state none · files: by name or pattern."""

    source: str = ""
    zone: str = ""
    currency: str = Field("", pattern=r"^([A-Z]{3})?$")
    files: dict[str, FileMap] = {}

    @field_validator("zone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        try:
            return zone and ZoneInfo(zone).key
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{zone!r} is no time zone: write it like Europe/Berlin") from None

    def of(self, name: str) -> FileMap:
        """What the mapping says about a file; nothing if it is not named."""
        for pattern, file in self.files.items():
            if fnmatch(name, pattern) or fnmatch(name.rsplit("/", maxsplit=1)[-1], pattern):
                return file
        return FileMap()


def known_kind(name: str) -> str:
    """The kind a person means by `name`. Raises MapRefused listing the kinds there are."""
    kind = ALIASES.get(name.strip().lower(), name.strip().lower().replace("_", " "))
    if kind not in vocabulary():
        raise MapRefused(f"{name!r} is no kind of file: use one of {', '.join(vocabulary())}")
    return kind


def read_mapping(path: Path) -> Mapping:
    """Raises MapRefused for what is missing, too large, not YAML, or says something unknown."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        if path.stat().st_size > MAX_BYTES:
            raise MapRefused(f"{path.name} is over 256 KB: a mapping is a page, not a table")
        loaded = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
        return Mapping.model_validate(loaded or {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise MapRefused(f"{path.name}, {place}: {first['msg'].removeprefix('Value error, ')}") from None
    except OSError as error:
        raise MapRefused(f"the mapping {path} cannot be read ({error.strerror}): check the path") from None
    except (YAMLError, UnicodeError, RecursionError) as error:
        raise MapRefused(f"{path.name} cannot be read as a mapping: {' '.join(str(error).split())[:200]}") from None


def apply(file: FileMap, one: Recognised) -> None:
    """Overrule what was recognised. Raises MapRefused for headers the file has not and meanings its kind has not."""
    known = vocabulary().get(one.kind, {})
    by_header = {plan.header: i for i, plan in enumerate(one.columns)}
    for header, said in file.columns.items():
        meaning = said.is_ if isinstance(said, ColumnMap) else said or ""
        if header not in by_header:
            raise MapRefused(f"{one.table.name} has no column {header!r}: it has {', '.join(one.table.header[:20])}")
        if meaning and meaning != "category" and meaning not in known and not meaning.startswith("entered "):
            raise MapRefused(f"{meaning!r} is nothing a file of {one.kind} can hold: use one of {', '.join(known)}")
        for plan in [p for p in one.columns if p.meaning == meaning and meaning != "category"]:
            one.columns[by_header[plan.header]] = ColumnPlan(plan.header, why="another column was named instead")
        one.columns[by_header[header]] = ColumnPlan(header, meaning, 1.0, "as you said")


def date_form_of(file: FileMap, header: str) -> DateForm | None:
    """The date order the mapping states for a column, or None."""
    said = file.columns.get(header)
    if not isinstance(said, ColumnMap) or said.dates is None:
        return None
    return DateForm(said.dates == "day first", notes=(f"{said.dates}, as you said",))
