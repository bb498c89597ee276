"""In whose organization the database is asked: a transaction that row-level security lets see one organization's rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_SET = "SELECT set_config('app.organization_id', %s, true)"


class NoScope(RuntimeError):
    """A query for an organization's rows was made outside `organization_scope`: a mistake in the code."""


@contextmanager
def organization_scope(organization_id: UUID) -> Iterator[None]:
    """Open a transaction in which the database shows and takes the rows of one organization only.

    Inside a scope of the same organization nothing is opened; one of another organization is a mistake.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    current = current_organization()
    if current == organization_id:
        yield
        return
    assert current is None, f"a scope of organization {organization_id} inside one of {current}"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_SET, [str(organization_id)])
        connection.phakdi_organization_id = organization_id  # type: ignore[attr-defined]  # lives as long as the connection
        try:
            yield
        finally:
            connection.phakdi_organization_id = None  # type: ignore[attr-defined]  # as above


def current_organization() -> UUID | None:
    """Return the organization of the scope that this thread is in, or None."""
    found: UUID | None = getattr(connections[DEFAULT_DB_ALIAS], "phakdi_organization_id", None)
    return found


def in_transaction(operation: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make an operation demand that its caller has opened a transaction."""

    @wraps(operation)
    def checked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        if not connections[DEFAULT_DB_ALIAS].in_atomic_block:
            raise NoScope(f"{operation.__qualname__} needs a transaction: call it inside organization_scope()")
        return operation(*args, **kwargs)

    return checked


def scope_guard(table_names: Callable[[str], str | None]) -> Callable[..., Any]:
    """Return an execution wrapper that refuses queries for organizations' tables outside a scope.

    ``table_names`` returns the first such table that a statement names. Outside a scope row-level security would answer
    with no rows, which looks like an empty shop.
    """

    def guard(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        connection = context["connection"]
        if getattr(connection, "phakdi_organization_id", None) is None and isinstance(sql, str):
            table = table_names(sql)
            if table is not None:
                raise NoScope(f"'{table}' was asked for outside organization_scope()")
        return execute(sql, params, many, context)

    return guard
