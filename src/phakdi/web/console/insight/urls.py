"""Where the insight pages answer."""

from django.urls import path

from phakdi.web.console.insight import views

urlpatterns = [
    path("", views.home, name="insight"),
    path("<slug:key>/", views.report, name="insight_report"),
]
