"""Figures of the whole installation for whoever watches it (``/metrics``, as Prometheus reads them)."""

import hmac

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from phakdi.kit.clock import utc_now
from phakdi.platform.outbox.queries import health

LOOPBACK = frozenset({"127.0.0.1", "::1", ""})
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
GAUGES = {
    "outbox_age_seconds": "Age of the oldest fact that no relay has taken up.",
    "queue_age_seconds": "How long the oldest job has been due.",
    "schedule_age_seconds": "How long the oldest task of the schedule has been due.",
    "dead_jobs": "Jobs that failed for good and wait for somebody to look at them.",
}


def show(request: HttpRequest) -> HttpResponse:
    """Answer the figures to who shows the token of PHAKDI_METRICS_TOKEN; without one, to this machine only."""
    if not _may_look(request):
        return HttpResponse("Not for you.\n", status=404, content_type="text/plain; charset=utf-8")
    try:
        figures = health(now=utc_now())
    except DatabaseError:
        return HttpResponse(
            "The database does not answer.\n", status=503, content_type="text/plain", headers={"Retry-After": "2"}
        )
    lines = [
        line
        for name, told in GAUGES.items()
        for line in (
            f"# HELP phakdi_{name} {told}",
            f"# TYPE phakdi_{name} gauge",
            f"phakdi_{name} {getattr(figures, name)}",
        )
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_look(request: HttpRequest) -> bool:
    if token := settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), token.encode())
    came_through = any(name in request.META for name in FORWARDED)  # a proxy on this machine speaks for others
    return request.META.get("REMOTE_ADDR", "") in LOOPBACK and not came_through
