"""What a person chose on the page, as the mapping file says it."""

import glob
import re
from collections.abc import Mapping as ReadOnly
from io import StringIO
from typing import Any

from pydantic import ValidationError

from treaty.connectors import uploads
from treaty.connectors.files.mapping import Mapping, known_kind
from treaty.connectors.files.preview import Preview
from treaty.connectors.files.rows import storable
from treaty.connectors.uploads import Upload


def choose(upload: Upload, chosen: ReadOnly[str, str]) -> bool:
    """Put the choices into the upload's mapping; True if that changed it.

    Only what differs from what the page showed is said, so everything else may still be recognised better one day.
    Raises ValueError for a zone or currency that is none, and for a kind nobody knows.
    """
    before = (upload.mapping, upload.source)
    looked = uploads.looked(upload)
    mapping: dict[str, Any] = {**upload.mapping, "files": {**upload.mapping.get("files", {})}}
    for name in ("zone", "currency"):
        if name in chosen:
            value = chosen[name].strip()
            mapping[name] = value.upper() if name == "currency" else value
    for number, file in enumerate(looked.files if looked else []):
        known = upload.said.of(file.file).model_dump(mode="json", by_alias=True, exclude_defaults=True)
        said = _file(known, number, file, chosen)
        if said != known:  # before patterns that fit other files too
            mapping["files"] = {
                pattern_of(file.file): said,
                **{p: one for p, one in mapping["files"].items() if p != pattern_of(file.file)},
            }
    upload.mapping = _checked(mapping)
    upload.source = chosen.get("source", "").strip()[:80] or upload.source
    return (upload.mapping, upload.source) != before


def _file(said: ReadOnly[str, Any], number: int, file: Preview, chosen: ReadOnly[str, str]) -> dict[str, Any]:
    """A new kind, and another way to cut the file, mean new columns: what was said of them is forgotten."""
    written = {name: chosen.get(f"{name}-{number}", getattr(file, name)) for name in ("encoding", "delimiter")}
    if any(value != getattr(file, name) for name, value in written.items()):
        kept = {name: value for name, value in said.items() if name not in ("columns", *written)}
        return {**kept, **{name: value for name, value in written.items() if value}}
    kind = chosen.get(f"kind-{number}", file.kind)
    if kind != file.kind:
        return {"as": known_kind(kind)} if kind != "other" else {}
    columns = dict(said.get("columns", {}))
    for place, column in enumerate(file.columns):
        meaning = chosen.get(f"column-{number}-{place}")
        if meaning is not None and meaning != column.becomes:
            columns[column.header] = meaning or None
    return {**said, "columns": columns} if columns else dict(said)


def pattern_of(name: str) -> str:
    """A file's name as a pattern that fits it and nothing else."""
    return glob.escape(name)


def _checked(mapping: dict[str, Any]) -> dict[str, Any]:
    try:
        return Mapping.model_validate(mapping).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    except ValidationError as error:
        first = error.errors()[0]
        says = re.sub(r"^Value error, ", "", first["msg"])
        if first["loc"] == ("currency",):
            says = f"{mapping['currency'][:20]!r} is no currency: write three letters, such as EUR"
        raise ValueError(says) from None


def as_yaml(mapping: ReadOnly[str, Any], source: str) -> str:
    from ruamel.yaml import YAML

    out = StringIO()
    writer = YAML()
    writer.default_flow_style = False
    writer.dump({"source": source, **{name: value for name, value in mapping.items() if name != "source"}}, out)
    return storable([out.getvalue()])[0]
