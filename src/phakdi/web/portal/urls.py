"""Where members' pages answer, under the organization's name."""

from django.urls import path

from phakdi.web.portal import data, entering, friends, home, install, lining, myself, taking

urlpatterns = [
    path("", home.card, name="portal"),
    path("codes/", home.codes, name="portal_codes"),
    path("points/", home.points, name="portal_points"),
    path("history/", home.history, name="portal_history"),
    path("inbox/", home.inbox, name="portal_inbox"),
    path("rewards/", taking.rewards, name="portal_rewards"),
    path("rewards/<str:key>/", taking.reward, name="portal_reward"),
    path("vouchers/<uuid:voucher_id>/", taking.voucher, name="portal_voucher"),
    path("enter/", entering.enter, name="portal_enter"),
    path("code/", entering.code, name="portal_code"),
    path("join/", entering.join, name="portal_join"),
    path("sign-out/", entering.leave, name="portal_sign_out"),
    path("language/", entering.choose_language, name="portal_language"),
    path("line/", lining.go, name="portal_line"),
    path("line/back/", lining.back, name="portal_line_back"),
    path("line/unlink/", lining.unlink, name="portal_line_unlink"),
    path("liff/", lining.inside, name="portal_liff"),
    path("me/", myself.me, name="portal_me"),
    path("me/profile/", myself.profile, name="portal_profile"),
    path("me/phone/", myself.contact, {"kind": "phone"}, name="portal_phone"),
    path("me/email/", myself.contact, {"kind": "email"}, name="portal_email"),
    path("me/contact/", myself.contact_code, name="portal_contact_code"),
    path("me/sure/", myself.sure, name="portal_sure"),
    path("me/browsers/", myself.browsers, name="portal_browsers"),
    path("me/data/", data.held, name="portal_held"),
    path("me/data/copy/", data.take_along, name="portal_copy"),
    path("me/requests/", data.requests, name="portal_requests"),
    path("me/requests/withdraw/", data.withdraw, name="portal_withdraw"),
    path("me/requests/<str:name>/", data.ask, name="portal_ask"),
    path("consents/", myself.consents, name="portal_consents"),
    path("freeze/", myself.freeze, name="portal_freeze"),
    path("friends/", friends.invite, name="portal_invite"),
    path("give/", friends.give, name="portal_give"),
    path("app.webmanifest", install.manifest, name="portal_manifest"),
    path("worker.js", install.worker, name="portal_worker"),
    path("offline/", install.offline, name="portal_offline"),
]
