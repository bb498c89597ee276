"""Where an organization's public pages answer, under its name."""

from django.urls import path

from phakdi.web.public import surveying, views

urlpatterns = [
    path("", views.shop, name="public_shop"),
    path("terms/", views.terms, name="public_terms"),
    path("terms/<uuid:version_id>/", views.terms, name="public_terms_of"),
    path("ask/<str:token>/", surveying.link, name="survey_link"),
    path("survey/<slug:code>/", surveying.everybody, name="survey_open"),
    path("stores/", views.stores, name="public_stores"),
]
