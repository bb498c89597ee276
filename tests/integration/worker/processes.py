"""Processes of the product that a test starts on its own database, to be killed."""

from urllib.parse import quote

from django.db import connections


def address(alias: str) -> str:
    """Return the address of the test's database as settings read it."""
    values = connections[alias].settings_dict
    host = values["HOST"]
    if host.startswith("/"):
        place = f"/{values['NAME']}?host={quote(host, safe='')}"
    else:
        place = f"{host}:{values['PORT'] or 5432}/{values['NAME']}"
    return f"postgresql://{values['USER']}:{quote(values['PASSWORD'], safe='')}@{place}"


def addresses() -> dict[str, str]:
    """Return the environment that leads a process to the test's database."""
    return {"DATABASE_URL": address("default"), "DATABASE_OWNER_URL": address("owner")}
