"""Where state lives and how the process is told: one data folder, one prefix, nothing else."""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic_settings import BaseSettings, SettingsConfigDict


class Config(BaseSettings):
    """Environment variables with the prefix TREATY_; each has a default that works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="TREATY_")
    home: Path = Path("var")
    database_url: str = ""
    engine: str = "duckdb"
    """Who answers questions about the lake: see `engine/elsewhere`."""
    allowed_hosts: str = "127.0.0.1,localhost,[::1]"
    trusted_origins: str = ""
    trusted_proxies: str = ""
    """Addresses or networks whose X-Forwarded-For and -Proto are believed, separated by commas. Others could lie."""
    https: bool = False
    """True when people reach Treaty by https alone: cookies travel encrypted only, and browsers are told to insist (HSTS)."""
    process: str = "web"
    """Which process this is. On SQLite only `web` checkpoints the write-ahead log (facts: WAL-reset bug)."""
    secrets_keys: str = ""
    """Keys that seal secrets, separated by commas, the newest first; kept in the data folder when not given: see `sealed`."""
    reachable: str = ""
    """Hosts or networks within the house that connectors and webhooks may call, separated by commas: see `outward`."""
    address: str = "http://127.0.0.1:8000"
    """Where people open this installation: links in notices begin with it."""
    smtp: str = ""
    """The server that takes our e-mail, smtp://host:587 or smtps://user:password@host; without one no e-mail is sent."""
    mail_from: str = ""
    """The sender of our e-mail, such as `Treaty <treaty@company.example>`."""
    debug: bool = False
    demo: bool = False
    """True only for `treaty demo`: sign-in links without a password, on loopback alone."""


@lru_cache
def config() -> Config:
    return Config()


def home() -> Path:
    """The data folder, made on first use with access for its owner alone."""
    path = config().home.resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def secret_key() -> str:
    """The key that signs sessions: made once, kept in the data folder, readable by its owner alone."""
    path = home() / "secret.key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(50))
    return path.read_text()


def database() -> dict[str, Any]:
    """Django's database entry: SQLite in the data folder, or PostgreSQL by one URL.

    SQLite: IMMEDIATE (a read that becomes a write never waits for the busy time-out), WAL, FULL (an
    acknowledged commit survives power loss), 20 s. Source: measured, reliability facts 1.1.
    """
    url = config().database_url
    if url:
        return _postgres(url)
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY", "cache_size=-16000"]
    if config().process != "web":
        pragmas.append("wal_autocheckpoint=0")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": home() / "treaty.db",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": ";".join(f"PRAGMA {pragma}" for pragma in pragmas) + ";",
        },
    }


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"TREATY_DATABASE_URL starts with {parts.scheme!r}: write postgresql://user:password@host:port/name")
    query = {name: unquote(value) for name, _, value in (pair.partition("=") for pair in parts.query.split("&")) if value}
    host = query.pop("host", unquote(parts.hostname or ""))  # a socket's folder cannot stand before the path
    # whatever else the URL says is the driver's: sslmode, sslrootcert, connect_timeout, …
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }
