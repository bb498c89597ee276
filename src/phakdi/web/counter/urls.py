"""Where the counter's pages answer."""

from django.urls import path

from phakdi.web.counter import finding, giving, paying

urlpatterns = [
    path("", finding.find, name="counter"),
    path("store/", finding.choose_store, name="counter_store"),
    path("enroll/", finding.enroll, name="counter_enroll"),
    path("m/<uuid:member_id>/", finding.member, name="counter_member"),
    path("m/<uuid:member_id>/give/", giving.give, name="counter_give"),
    path("m/<uuid:member_id>/pay/", paying.pay, name="counter_pay"),
    path("m/<uuid:member_id>/a/<uuid:activity_id>/", giving.result, name="counter_result"),
    path("m/<uuid:member_id>/a/<uuid:activity_id>/undo/", giving.undo, name="counter_undo"),
]
