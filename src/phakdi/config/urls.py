"""Which face answers where."""

from django.urls import include, path

from phakdi.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("phakdi.web.urls")),
]
