"""Where the insight pages answer."""

from django.urls import path

from phakdi.web.console.insight import never_shown, saved, summary, tuning, views, what_if

urlpatterns = [
    path("", views.home, name="insight"),
    path("recommendations/never/", never_shown.save, name="never_shown"),
    path("refresh/", views.refresh, name="insight_refresh"),
    path("views/", saved.views, name="insight_views"),
    path("views/keep/", saved.keep, name="insight_view_keep"),
    path("views/<uuid:view_id>/", saved.change, name="insight_view"),
    path("summary/", summary.summary, name="insight_summary"),
    path("summary/stop/<str:token>/", summary.stop, name="insight_summary_stop"),
    path("what-if/begin/", what_if.begin, name="what_if_ask"),
    path("settings/", tuning.settings, name="insight_settings"),
    path("targets/", tuning.targets, name="insight_targets"),
    path("targets/<uuid:target_id>/remove/", tuning.remove, name="insight_target_remove"),
    path("totals/", tuning.totals, name="till_totals"),
    path("<slug:key>/", views.report, name="insight_report"),
]
