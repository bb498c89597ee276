"""Where the insight pages answer."""

from django.urls import path

from phakdi.web.console.insight import never_shown, views

urlpatterns = [
    path("", views.home, name="insight"),
    path("recommendations/never/", never_shown.save, name="never_shown"),
    path("refresh/", views.refresh, name="insight_refresh"),
    path("<slug:key>/", views.report, name="insight_report"),
]
