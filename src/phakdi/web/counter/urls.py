"""Where the counter's pages answer."""

from django.urls import path

from phakdi.web.counter import day, finding, giving, paying, scanning, tills, waiting

urlpatterns = [
    path("", finding.find, name="counter"),
    path("store/", finding.choose_store, name="counter_store"),
    path("enroll/", finding.enroll, name="counter_enroll"),
    path("poster/", finding.poster, name="counter_poster"),
    path("read/", scanning.read, name="counter_read"),
    path("day/", day.day, name="counter_day"),
    path("m/<uuid:member_id>/", finding.member, name="counter_member"),
    path("m/<uuid:member_id>/give/", giving.give, name="counter_give"),
    path("m/<uuid:member_id>/pay/", paying.pay, name="counter_pay"),
    path("m/<uuid:member_id>/a/<uuid:activity_id>/", giving.result, name="counter_result"),
    path("m/<uuid:member_id>/a/<uuid:activity_id>/undo/", giving.undo, name="counter_undo"),
    path("waiting/", waiting.waiting, name="counter_waiting"),
    path("waiting/<uuid:bill_id>/", waiting.settle, name="counter_settle"),
    path("till/", tills.till, name="counter_till"),
    path("till/bills/", tills.bills, name="counter_bills"),
    path("devices/", tills.devices, name="counter_devices"),
    path("offline/", tills.offline, name="counter_offline"),
    path("worker.js", tills.worker, name="counter_worker"),
    path("app.webmanifest", tills.manifest, name="counter_manifest"),
]
