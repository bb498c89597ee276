"""Every setting, read from the environment, with defaults that run on a laptop.

Secrets may also come from files: for any variable ``NAME``, ``NAME_FILE`` names a file that holds it.
"""

from pathlib import Path
from typing import Any

from phakdi.adapters.channels.environment import channels_from
from phakdi.config.environment import DatabaseAddress, database_from, flag, package_folder, read, secret_key

DATA_DIR = Path(read("PHAKDI_DATA_DIR") or Path.home() / ".phakdi")
DEBUG = flag("PHAKDI_DEBUG", default=False)
IS_PRODUCTION = flag("PHAKDI_PRODUCTION", default=False)
SECRET_KEY = secret_key(DATA_DIR, is_production=IS_PRODUCTION)
SECRET_KEY_FALLBACKS = [key for key in read("PHAKDI_SECRET_KEY_FALLBACKS").split(",") if key]
PHAKDI_ENCRYPTION_KEYS = [key for key in read("PHAKDI_ENCRYPTION_KEYS").split(",") if key]
ALLOWED_HOSTS = [host for host in read("PHAKDI_HOSTS").split(",") if host] or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [origin for origin in read("PHAKDI_ORIGINS").split(",") if origin]
PUBLIC_URL = read("PHAKDI_PUBLIC_URL") or "http://localhost:8000"
METRICS_TOKEN = read("PHAKDI_METRICS_TOKEN")
OPEN_SIGN_UP = flag("PHAKDI_OPEN_SIGN_UP", default=False)  # whether anybody may make an organization here

# --- database -----------------------------------------------------------------------------------------------------------
# Two roles: the application, which row-level security binds and which owns nothing, and the owner, which migrates.
_addresses = database_from(DATA_DIR)


def _database(address: DatabaseAddress, **more: Any) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        **address.values,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**address.options, "application_name": "phakdi", "options": address.timeouts},
        **more,
    }


DATABASES = {
    "default": _database(_addresses.application, TEST={"MIRROR": "owner"}),
    "owner": _database(_addresses.owner, TEST={"DEPENDENCIES": []}),
}
DATABASE_ROUTERS = ["phakdi.kit.db.router.OwnerMigrates"]
APPEND_ONLY = frozenset({"activity", "entry", "consent", "audit_entry", "audit_seal", "receipt"})
UNSCOPED_TABLES = {
    "django_migrations": "which migrations ran",
    "django_content_type": "names of models",
    "django_session": "sessions, found before an organization is known",
    "auth_permission": "names of permissions",
    "auth_group": "unused, made by Django",
    "auth_group_permissions": "unused, made by Django",
    "staff_user": "people who sign in, who may work for several organizations",
    "staff_user_groups": "unused, made by Django",
    "staff_user_user_permissions": "unused, made by Django",
    "daily_tick": "how far the sums by day have come, for all organizations",
    "outbox_tick": "how far facts were made into jobs, for all organizations",
    "sign_in_allowance": "failed sign-ins, counted before an organization is known",
    "staff_authenticator": "second factors of people, who may work for several organizations",
    "staff_recovery_code": "as above",
    "staff_device": "as above: browsers in which they signed in before",
    "staff_session": "as above: browsers that are signed in",
    "staff_link": "as above: links by which they choose a password",
}

# --- applications -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "phakdi.kit.db",
    "phakdi.platform.organizations",
    "phakdi.platform.staff",
    "phakdi.platform.keys",
    "phakdi.platform.outbox",
    "phakdi.platform.audit",
    "phakdi.platform.files",
    "phakdi.platform.imports",
    "phakdi.platform.guides",
    "phakdi.platform.connections",
    "phakdi.platform.tills",
    "phakdi.platform.webhooks",
    "phakdi.people.members",
    "phakdi.people.consents",
    "phakdi.people.requests",
    "phakdi.people.codes",
    "phakdi.people.cards",
    "phakdi.people.duplicates",
    "phakdi.people.presence",
    "phakdi.people.traits",
    "phakdi.loyalty.programs",
    "phakdi.loyalty.ledger",
    "phakdi.loyalty.engine",
    "phakdi.engagement.messaging",
    "phakdi.care.surveys",
    "phakdi.insight.daily",
    "phakdi.insight.warehouse",
    "phakdi.insight.lifetime",
    "phakdi.insight.points",
    "phakdi.insight.lift",
    "phakdi.insight.products",
    "phakdi.insight.paths",
    "phakdi.insight.backtest",
    "phakdi.insight.recommend",
    "phakdi.insight.forecast",
    "phakdi.insight.views",
    "phakdi.insight.kpis",
    "phakdi.web",
]
AUTH_USER_MODEL = "staff.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- web ----------------------------------------------------------------------------------------------------------------
ROOT_URLCONF = "phakdi.config.urls"
WSGI_APPLICATION = "phakdi.config.wsgi.application"
API_CALLS_PER_SECOND = int(read("PHAKDI_API_CALLS_PER_SECOND") or 200)  # of one key, in each web process
API_CALLS_AT_ONCE = int(read("PHAKDI_API_CALLS_AT_ONCE") or 400)
API_PREFIX = "/api/"  # what begins so needs no session, form protection or locale: see config/middleware.py
MIDDLEWARE = [
    "phakdi.config.middleware.Security",
    "phakdi.config.middleware.StaticFiles",
    "phakdi.web.branding.hosts.Hosts",
    "phakdi.web.middleware.Pages",
    "phakdi.config.middleware.Sessions",
    "phakdi.config.middleware.Locale",
    "phakdi.config.middleware.Common",
    "phakdi.config.middleware.FormProtection",
    "phakdi.config.middleware.Authentication",
    "phakdi.config.middleware.Messages",
    "phakdi.config.middleware.Htmx",
    "phakdi.config.middleware.Framing",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "DIRS": [Path(__file__).parent.parent / "web" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "phakdi.web.context.page",
            ],
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent.parent / "web" / "static", package_folder("leaflet") / "static"]
MAP_TILES = read("PHAKDI_MAP_TILES")  # such as https://tile.example.com/{z}/{x}/{y}.png; without it maps show points only
MAP_ATTRIBUTION = read("PHAKDI_MAP_ATTRIBUTION")
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_SSL_REDIRECT = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("PHAKDI_BEHIND_PROXY", default=False) else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "phakdi.web.errors.form_refused"
LOGIN_URL = "/sign-in/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = 512 * 1024 * 1024

# --- language and time --------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "th"
LANGUAGES = [("th", "ไทย"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Bangkok"

# --- messages to people -------------------------------------------------------------------------------------------------
PHAKDI_CHANNELS = channels_from(read, is_production=IS_PRODUCTION)
PHAKDI_ALLOW_LOCAL_PROVIDERS = not IS_PRODUCTION
# Webhooks go to https on port 443 of public addresses. Further host:port pairs, for receivers of one's own network:
WEBHOOK_TRUSTED = frozenset(pair.strip() for pair in read("PHAKDI_WEBHOOK_TRUSTED").split(",") if pair.strip())

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": read("PHAKDI_LOG_LEVEL") or "WARNING"},
}
