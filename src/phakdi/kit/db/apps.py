"""Hooks into Django's database layer: policies after migrating, the guard against queries outside a scope."""

import re
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from phakdi.kit.db.policies import protect
from phakdi.kit.db.scope import scope_guard


class DatabaseConfig(AppConfig):
    """The database layer that every room stands on."""

    name = "phakdi.kit.db"
    label = "kit_db"

    def ready(self) -> None:
        """Watch the application's connections, and set policies and grants whenever the owner has migrated."""
        connection_created.connect(self._watch, dispatch_uid="phakdi.scope_guard")
        post_migrate.connect(self._protect, sender=self, dispatch_uid="phakdi.policies")

    def _watch(self, connection: Any, **_: Any) -> None:
        if connection.alias == DEFAULT_DB_ALIAS and self._guard not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._guard)

    @property
    def _guard(self) -> Any:
        if not hasattr(self, "_made_guard"):
            names = {
                model._meta.db_table
                for model in apps.get_models(include_auto_created=True)
                if any(field.name == "organization_id" for field in model._meta.fields)
            }
            pattern = re.compile(r'(?:FROM|JOIN|UPDATE|INTO) "(' + "|".join(sorted(map(re.escape, names))) + r')"')
            self._made_guard = scope_guard(lambda sql: match[1] if (match := pattern.search(sql)) else None)
        return self._made_guard

    def _protect(self, using: str, **_: Any) -> None:
        if using == "owner":
            role = settings.DATABASES[DEFAULT_DB_ALIAS]["USER"]
            protect(alias=using, role=role, append_only=settings.APPEND_ONLY, unscoped=settings.UNSCOPED_TABLES)
