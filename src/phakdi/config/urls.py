"""Which face answers where."""

from django.urls import include, path, re_path

from phakdi.api import api, nowhere
from phakdi.config import health, metrics

urlpatterns = [
    path("healthz", health.live),
    path("readyz", health.ready),
    path("metrics", metrics.show),
    path("api/v1/", api.urls),
    re_path(r"^api(?:/|$)", nowhere),
    path("", include("phakdi.web.urls")),
]
handler403 = "phakdi.web.errors.permission_denied"
handler404 = "phakdi.web.errors.page_not_found"
