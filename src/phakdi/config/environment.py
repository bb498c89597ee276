"""How settings are read: texts and flags from the environment or from files, database addresses, the secret key."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from phakdi.kit.db.embedded import EmbeddedPostgres
from phakdi.kit.errors import Invalid

STATEMENT_MS, LOCK_MS, IDLE_MS = 5_000, 3_000, 15_000
NOWHERE = "postgresql://nobody@localhost:1/none"  # for commands that need no database: whatever asks it fails at once


class BadSetting(Invalid):
    """A setting cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """A parsed address: what Django calls by its own names, and the rest as driver options."""

    values: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    timeouts: str = ""


@dataclass(frozen=True, slots=True)
class DatabaseAddresses:
    """Where the application and the owner connect."""

    application: DatabaseAddress
    owner: DatabaseAddress


def read(name: str) -> str:
    """Return a variable of the environment, else the content of the file that ``<name>_FILE`` names, else ``""``.

    Raises:
        BadSetting: there is no such file.
    """
    if value := os.environ.get(name, ""):
        return value
    path = os.environ.get(f"{name}_FILE", "")
    try:
        return Path(path).read_text(encoding="utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{name}_FILE names a file that cannot be read: {path}") from error


def flag(name: str, *, default: bool) -> bool:
    """Return a variable that is 1 or 0, yes or no, true or false."""
    text = read(name).lower()
    if text in {"1", "yes", "true", "on"}:
        return True
    if text in {"0", "no", "false", "off"}:
        return False
    if text:
        raise BadSetting(f"{name} is 1 or 0, not '{text}'.")
    return default


def database_from(data_dir: Path) -> DatabaseAddresses:
    """Return the addresses in DATABASE_URL and DATABASE_OWNER_URL, else those of the embedded server in ``data_dir``."""
    application, owner = read("DATABASE_URL"), read("DATABASE_OWNER_URL")
    embedded = EmbeddedPostgres(data_dir / "postgres")
    if not application and embedded.is_initialized:
        found = embedded.addresses()
        application, owner = found.application, found.owner
    job_ms = int(read("PHAKDI_STATEMENT_TIMEOUT_MS") or STATEMENT_MS)
    return DatabaseAddresses(
        _parsed("DATABASE_URL", application or NOWHERE, job_ms, LOCK_MS, IDLE_MS),
        _parsed("DATABASE_OWNER_URL", owner or application or NOWHERE, 0, 0, 0),
    )


def _parsed(setting: str, address: str, statement_ms: int, lock_ms: int, idle_ms: int) -> DatabaseAddress:
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(address).items() if value is not None}
    except ProgrammingError:  # its message may tell the password
        raise BadSetting(f"{setting} is no address like postgresql://user:password@host:5432/database.") from None
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    values = {django: parts.pop(name, "") for name, django in names.items()}
    limits = {
        "statement_timeout": statement_ms,
        "lock_timeout": lock_ms,
        "idle_in_transaction_session_timeout": idle_ms,
    }
    timeouts = " ".join(f"-c {name}={value}" for name, value in limits.items() if value)
    return DatabaseAddress(values, parts, f"{parts.pop('options', '')} {timeouts}".strip())


def package_folder(name: str) -> Path:
    """Return where an installed package lies, without running it: for its files only."""
    found = find_spec(name)
    assert found is not None, f"{name} is not installed"
    assert found.origin is not None, f"{name} has files"
    return Path(found.origin).parent


def secret_key(data_dir: Path, *, is_production: bool) -> str:
    """Return PHAKDI_SECRET_KEY; outside production, one that is made once and kept in ``data_dir``.

    Raises:
        BadSetting: production without a key.
    """
    if key := read("PHAKDI_SECRET_KEY"):
        return key
    if is_production:
        raise BadSetting("Set PHAKDI_SECRET_KEY (or PHAKDI_SECRET_KEY_FILE) to a long random text.")
    kept = data_dir / "secret.key"
    if not kept.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text()
