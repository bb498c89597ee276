"""Where every page answers."""

from django.urls import include, path
from django.views.i18n import set_language

from phakdi.web import design, theme
from phakdi.web.branding import hosts, serving
from phakdi.web.partner import views as partner
from phakdi.web.public import robots
from phakdi.web.sign_in import passkeys, security
from phakdi.web.sign_in import views as sign_in
from phakdi.web.sign_up import views as sign_up

app_name = "web"

urlpatterns = [
    path("", sign_in.home, name="home"),
    path("language/", set_language, name="language"),
    path("theme/", theme.choose, name="theme"),
    path("design/", design.page, name="design"),
    path("hosts/known/", hosts.known, name="host_known"),
    path("sign-up/", sign_up.sign_up, name="sign_up"),
    path("sign-up/address/", sign_up.suggest, name="sign_up_suggest"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/organization/", sign_in.place, name="place"),
    path("sign-in/password/", sign_in.password, name="password"),
    path("sign-in/second/", sign_in.second, name="second"),
    path("sign-in/again/", sign_in.again, name="again"),
    path("sign-in/forgotten/", sign_in.forgotten, name="forgotten"),
    path("sign-in/link/<str:token>/", sign_in.link, name="link"),
    path("sign-in/passkey/ask/", passkeys.ask, name="passkey_ask"),
    path("sign-in/passkey/show/", passkeys.show, name="passkey_show"),
    path("sign-in/security/", security.security, name="security"),
    path("sign-in/security/app/", security.app, name="security_app"),
    path("sign-in/security/codes/", security.codes, name="security_codes"),
    path("sign-in/security/passkey/begin/", passkeys.begin, name="passkey_begin"),
    path("sign-in/security/passkey/make/", passkeys.make, name="passkey_make"),
    path("sign-in/security/factors/<uuid:factor_id>/", security.remove, name="security_remove"),
    path("sign-in/security/sessions/", security.end_others, name="security_end_others"),
    path("sign-in/security/sessions/<uuid:session_id>/", security.end, name="security_end"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("partner/", partner.check, name="check_voucher"),
    path("partner/take/", partner.take, name="take_voucher"),
    path("m/<slug:slug>/brand.css", serving.brand_sheet, name="brand_sheet"),
    path("m/<slug:slug>/logo.png", serving.brand_logo, name="brand_logo"),
    path("m/<slug:slug>/icon-<slug:name>.png", serving.brand_icon, name="brand_icon"),
    path("m/<slug:slug>/", include("phakdi.web.portal.urls")),
    path("s/<slug:slug>/", include("phakdi.web.public.urls")),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    path("counter/", include("phakdi.web.counter.urls")),
    path("console/", include("phakdi.web.console.urls")),
]
