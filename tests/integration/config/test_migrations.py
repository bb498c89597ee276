"""Migrations say what the models say."""

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_no_migration_is_missing(capsys):
    call_command("makemigrations", "--check", "--dry-run", verbosity=1)

    assert capsys.readouterr().out.strip() == "No changes detected"
