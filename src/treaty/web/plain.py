"""Codes of the agreement as people say them."""

import re

_CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def plain(text: str) -> str:
    """`reads about data_security` as `reads about data security`; what is no code stays."""
    return _CODE.sub(lambda code: code[0].replace("_", " "), text)
