"""Asking for a passphrase or password: on the terminal without echo, or a line of standard input. Never an argument."""

import sys


def ask(what: str, *, twice: bool = False) -> str:
    """One line. twice: asked again on a terminal, for a new one. Raises ValueError for nothing, or for two that differ."""
    if not sys.stdin.isatty():
        found = sys.stdin.readline().rstrip("\r\n")
    else:
        from getpass import getpass

        found = getpass(f"{what}: ")
        if twice and getpass(f"{what}, again: ") != found:
            raise ValueError("the two are not the same: nothing was changed, start again")
    if not found:
        raise ValueError(f"no {what.lower()} was given: type it, or pass it as a line of standard input")
    return found
