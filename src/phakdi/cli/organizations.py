"""``phakdi organization``: make organizations, list them, and invite the owner of the first one."""

import argparse
import getpass
import os
import sys

from phakdi.cli import setup
from phakdi.kit.errors import Invalid

SIGN_UP = "/sign-up/"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``organization``."""
    parser = commands.add_parser("organization", help="make organizations and list them")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="make an organization and its owner")
    add.add_argument("name", help="what it is called, in Thai or English")
    add.add_argument("--slug", default="", help="its name in addresses (default: the name in Latin letters)")
    add.add_argument("--owner-email", required=True, help="by which the owner signs in")
    add.add_argument("--owner-name", default="", help="how the owner is called")
    add.add_argument("--business", default="other", help="cafe, restaurant, salon, retail, clinic, fuel, hotel or other")
    add.add_argument("--currency", default="THB")
    add.add_argument("--time-zone", default="Asia/Bangkok")
    add.set_defaults(run=_add)
    listing = actions.add_parser("list", help="list the organizations of this installation")
    listing.set_defaults(run=_list)
    code = actions.add_parser("code", help="show the set-up code while there is no organization")
    code.set_defaults(run=_code)


def invitation(url: str) -> str:
    """Return how the owner of the first organization signs up, or nothing where there is an organization."""
    from django.conf import settings  # noqa: PLC0415 - needs Django to be set up

    from phakdi.platform.guides.core import set_up_code  # noqa: PLC0415 - as above
    from phakdi.platform.guides.queries import is_empty  # noqa: PLC0415 - as above

    if not is_empty():
        return ""
    code = set_up_code(settings.SECRET_KEY)
    return f"\n\n  Nobody has signed up yet. Open this to make your shop:\n\n    {url}{SIGN_UP}?code={code}\n\n  Set-up code  {code}\n"


def _add(given: argparse.Namespace) -> int:
    password = os.environ.get("PHAKDI_OWNER_PASSWORD") or _ask()
    with setup.at_work():
        from phakdi.flows.create_organization import Person  # noqa: PLC0415 - needs Django to be set up
        from phakdi.flows.sign_up import Business, Shop, add_organization  # noqa: PLC0415 - as above
        from phakdi.kit.clock import utc_now  # noqa: PLC0415 - as above
        from phakdi.kit.thai import to_slug  # noqa: PLC0415 - as above

        if given.business not in set(Business):
            raise Invalid("This kind of business is not known.", code="business_unknown", known=", ".join(Business))
        shop = Shop(given.slug or to_slug(given.name), given.name, time_zone=given.time_zone, currency=given.currency)
        owner = Person(given.owner_email, given.owner_name or given.owner_email.partition("@")[0], password)
        made = add_organization(shop=shop, owner=owner, business=Business(given.business), now=utc_now())
        print(f"{made.slug}: {made.name}. The owner signs in as {given.owner_email}.")
    return 0


def _list(_: argparse.Namespace) -> int:
    with setup.at_work():
        from phakdi.platform.organizations.queries import all_organizations  # noqa: PLC0415 - needs Django to be set up

        for organization in all_organizations():
            print(f"{organization.slug:40} {organization.name}")
    return 0


def _code(_: argparse.Namespace) -> int:
    with setup.at_work():
        from django.conf import settings  # noqa: PLC0415 - needs Django to be set up

        told = invitation(settings.PUBLIC_URL.rstrip("/"))
    print(told.strip("\n") or "There is an organization already: 'phakdi organization add' makes another one.")
    return 0 if told else 1


def _ask() -> str:
    """Ask for the owner's first password twice, where somebody sits before a terminal."""
    if not sys.stdin.isatty():
        raise Invalid("Give the owner's first password in PHAKDI_OWNER_PASSWORD.", code="password_missing")
    password = getpass.getpass("The owner's first password: ")
    if password != getpass.getpass("Once more: "):
        raise Invalid("These are two different passwords.", code="passwords_differ")
    return password
