"""Which characters do these bytes mean? Decided by every byte of the file, not by its first page."""

import codecs
import re
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from treaty.connectors.files.limits import FileRefused

Opener = Callable[[], BinaryIO]
ENCODINGS = ("utf-8", "utf-16", "windows-1252", "windows-1250", "iso-8859-15", "cp850", "mac-roman")
"""Those a person may say a file is written in."""
_CHUNK = 1 << 20
_ESCAPED = re.compile(r"[\udc80-\udcff]")
_UNREADABLE = re.compile(r"[\ud800-\udfff\x00]")
_CONTROL = bytes(set(range(32)) - {0, 9, 10, 12, 13, 26, 27})
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Encoding(NamedTuple):
    """errors: undecodable bytes become lone surrogates (or U+FFFD in UTF-16), so their row can be refused alone."""

    name: str
    errors: str
    note: str = ""


def encoding_of(open_file: Opener, name: str) -> Encoding:
    """The encoding of a text file. Raises FileRefused for something that is not text."""
    with open_file() as stream:
        head = stream.read(4096)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return Encoding(encoding, "surrogateescape" if encoding == "utf-8-sig" else "replace")
    wide = _wide(head)
    if wide:
        return Encoding(wide, "replace", f"read as {wide.upper()}")
    if len(head.translate(None, _CONTROL)) < 0.95 * len(head):
        raise FileRefused(f"{name} is not a table: it looks like a picture, a document or a program")
    return _narrow(open_file)


def stated(name: str) -> Encoding:
    """The encoding a person said."""
    return Encoding(name, "replace" if name == "utf-16" else "surrogateescape", f"read as {name}, as you said")


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of plain letters is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) < 8 or max(even, odd) < len(head) * 0.2:
        return ""
    return "utf-16-le" if odd > 4 * even else "utf-16-be" if even > 4 * odd else ""


def _narrow(open_file: Opener) -> Encoding:
    """UTF-8, unless most bytes past ASCII are not: then Windows-1252, the usual old export."""
    good = bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with open_file() as stream:
        while chunk := stream.read(_CHUNK):
            text = decoder.decode(chunk)
            if not text.isascii():
                escaped = len(_ESCAPED.findall(text))
                bad += escaped
                good += sum(1 for c in text if c > "\x7f") - escaped
    if bad > good:
        return Encoding("cp1252", "surrogateescape", "read as Windows-1252, an older encoding")
    return Encoding("utf-8", "surrogateescape", f"{bad:,} bytes are not UTF-8" if bad else "")


def unreadable(text: str, encoding: Encoding) -> str:
    """Why these characters cannot be kept as text, or nothing."""
    if text.isascii() and "\0" not in text:
        return ""
    found = _UNREADABLE.search(text)
    if found is None:
        return "bytes that are not UTF-16 were found" if encoding.errors == "replace" and "�" in text else ""
    if found[0] == "\0":
        return "a NUL character was found: no text has one, so the row may be damaged"
    byte = f" 0x{ord(found[0]) - 0xDC00:02x}" if found[0] >= "\udc80" else ""
    return f"byte{byte} does not belong to {encoding.name.upper().removesuffix('-SIG')}: save the file as UTF-8"
