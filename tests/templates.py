"""Databases of tests: migrated once for a state of the migrations, then copied, which takes a tenth of a second."""

import hashlib
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

SOURCE = Path(__file__).parent.parent / "src"
KEPT = 3  # templates of other states of the migrations, for whoever works beside us
LOCK = 5_870_021


def connect(database: str) -> "psycopg.Connection[tuple[object, ...]]":
    """Return a connection of the owner, in autocommit."""
    parameters = connections["owner"].get_connection_params()
    wanted = ("user", "password", "host", "port")
    return psycopg.connect(
        dbname=database, autocommit=True, **{name: parameters[name] for name in wanted if parameters.get(name)}
    )


def ready() -> str:
    """Return the name of the database that has today's tables, making it first where there is none."""
    name = f"template_phakdi_{_digest()}"
    with connect("postgres") as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        known = [found for (found,) in owner.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'template_phakdi_%%' ORDER BY oid DESC").fetchall()]  # fmt: skip
        if name not in known:
            drop("making_phakdi")
            owner.execute("CREATE DATABASE making_phakdi ENCODING 'UTF8'")
            _migrate("making_phakdi")
            owner.execute(sql.SQL("ALTER DATABASE making_phakdi RENAME TO {}").format(sql.Identifier(name)))
            for old in known[KEPT:]:
                drop(str(old))
    return name


def copy(template: str, name: str) -> None:
    """Make the database ``name`` as ``template`` is."""
    drop(name)
    with connect("postgres") as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # a template may have one reader at a time
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        owner.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def drop(name: str) -> None:
    """Take the database away, whoever is still connected."""
    with connect("postgres") as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _migrate(name: str) -> None:
    owner = connections["owner"]
    owner.close()
    before, owner.settings_dict["NAME"] = owner.settings_dict["NAME"], name
    try:
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    finally:
        owner.close()
        owner.settings_dict["NAME"] = before


def _digest() -> str:
    """Return a digest of everything that decides what the tables are."""
    found = hashlib.sha256()
    decisive = [*SOURCE.rglob("migrations/*.py"), *SOURCE.rglob("sql/*.sql"), *SOURCE.rglob("apps.py")]
    for path in sorted([*decisive, SOURCE / "phakdi/kit/db/policies.py", SOURCE / "phakdi/config/settings.py"]):
        found.update(path.as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:16]
