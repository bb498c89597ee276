"""Where members' pages answer, under the organization's name."""

from django.urls import path

from phakdi.web.portal import views

urlpatterns = [
    path("", views.card, name="portal"),
    path("enter/", views.enter, name="portal_enter"),
    path("code/", views.code, name="portal_code"),
    path("join/", views.join, name="portal_join"),
    path("history/", views.history, name="portal_history"),
    path("consents/", views.consents, name="portal_consents"),
    path("freeze/", views.freeze, name="portal_freeze"),
    path("sign-out/", views.leave, name="portal_sign_out"),
]
