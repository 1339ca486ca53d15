"""The text of a document, before it is read: its size, its encoding, nothing the eye cannot see."""

import re
import unicodedata

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
_JOINERS = "\u200c\u200d"
UNUSUAL = re.compile(r"[^\x20-\x7e\n]")
_TOWER = re.compile(rf"(?:[\[{{]\s*){{{MAX_DEPTH + 1}}}")


class Unreadable(ValueError):
    """The text is no document Treaty reads. Carries the place (both from 1) and the way out."""

    def __init__(self, says: str, way_out: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"line {line}: {says}: {way_out}")
        self.says, self.way_out, self.line, self.column = says, way_out, line, column


def decode(raw: bytes | str) -> str:
    """The text of a document. Raises Unreadable for other encodings and beyond the limit of size."""
    size = len(raw.encode("utf-8", "surrogatepass")) if isinstance(raw, str) else len(raw)
    if size > MAX_BYTES:
        raise Unreadable(f"the document has {size:,} bytes", f"{MAX_BYTES:,} is the limit: move long lists to files of their own")
    if isinstance(raw, str):
        text = raw
    else:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise Unreadable(f"byte {error.start} is not UTF-8", "save the file in the encoding UTF-8", line) from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    _refuse_invisible(text)
    _refuse_towers(text)
    return text


def _refuse_invisible(text: str) -> None:
    """What the eye cannot see must not be signed: control signs, direction marks, lone halves of a character."""
    for found in UNUSUAL.finditer(text):
        if invisible(found[0]):
            at = found.start()
            line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
            raise Unreadable(f"the invisible character U+{ord(found[0]):04X}", "delete it; indent with spaces", line, column)


def invisible(sign: str) -> bool:
    return sign != "\n" and sign not in _JOINERS and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _refuse_towers(text: str) -> None:
    """Thousands of brackets in a row cost the parser half a second before it can count them."""
    found = _TOWER.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise Unreadable(f"more than {MAX_DEPTH} levels of nesting", "write it flatter", line)
