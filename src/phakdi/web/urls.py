"""Where every page answers."""

from django.urls import include, path
from django.views.i18n import set_language

from phakdi.web import theme
from phakdi.web.branding import serving
from phakdi.web.sign_in import views as sign_in
from phakdi.web.sign_up import views as sign_up

app_name = "web"

urlpatterns = [
    path("", sign_in.home, name="home"),
    path("language/", set_language, name="language"),
    path("theme/", theme.choose, name="theme"),
    path("sign-up/", sign_up.sign_up, name="sign_up"),
    path("sign-up/address/", sign_up.suggest, name="sign_up_suggest"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/organization/", sign_in.place, name="place"),
    path("sign-in/password/", sign_in.password, name="password"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("m/<slug:slug>/brand.css", serving.brand_sheet, name="brand_sheet"),
    path("m/<slug:slug>/logo.png", serving.brand_logo, name="brand_logo"),
    path("m/<slug:slug>/icon-<slug:name>.png", serving.brand_icon, name="brand_icon"),
    path("m/<slug:slug>/", include("phakdi.web.portal.urls")),
    path("counter/", include("phakdi.web.counter.urls")),
    path("console/", include("phakdi.web.console.urls")),
]
