"""What the demo is built from, and what is remembered of it beside the database."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SLUG = "demo"
MANIFEST = "demo.json"


@dataclass(frozen=True, slots=True)
class DemoSource:
    """From what the demo is to be built: made up, or one's own file."""

    members: int
    seed: str
    file: Path | None = None
    mapping: Path | None = None
    program: Path | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.file.name if self.file else f"{self.members:,} made-up members"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who may sign in to the demo."""

    role: str
    email: str
    password: str
    stores: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was built, and how to get in. It is kept in a file that only its owner may read."""

    source: str
    until: str
    title: str
    organization_id: str = ""
    people: Sequence[SignIn] = field(default_factory=tuple)
    api_key: str = ""
    is_done: bool = False


def read_manifest(folder: Path) -> Manifest | None:
    """Return what is remembered of the demo, or None where none was begun."""
    try:
        told: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    people = tuple(SignIn(**{**person, "stores": tuple(person["stores"])}) for person in told["people"])
    return Manifest(**{**told, "people": people})


def keep_manifest(folder: Path, manifest: Manifest) -> None:
    """Remember the demo; the file appears in one piece."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f".{MANIFEST}.new"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, ensure_ascii=False, indent=1)
    new.replace(folder / MANIFEST)
