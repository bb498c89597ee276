"""Whether this process lives (``/healthz``) and whether it should be sent visitors (``/readyz``)."""

from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

_migrated: list[bool] = []  # once true, it stays true for this process


def live(_: HttpRequest) -> JsonResponse:
    """Answer that the process is there."""
    return JsonResponse({"status": "ok"})


def ready(_: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers and has the tables that this version wants, else 503 with what is missing."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated and not _is_migrated():
            return _not_ready("migrations are missing")
    except DatabaseError:
        return _not_ready("the database does not answer")
    return JsonResponse({"status": "ready"})


def _is_migrated() -> bool:
    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    _migrated.append(True)
    return True


def _not_ready(reason: str) -> JsonResponse:
    return JsonResponse({"status": "unavailable", "reason": reason}, status=503, headers={"Retry-After": "2"})
