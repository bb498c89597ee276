"""Which channels the installation offers every organization that has no account of its own, read from the environment."""

from collections.abc import Callable

SMS, EMAIL = "SMS", "EMAIL"


def channels_from(read: Callable[[str], str], *, is_production: bool) -> dict[str, dict[str, str]]:
    """Return the settings of each channel; without any, the console in development and nothing in production.

    ``read`` returns a variable of the environment, or "" where it is not set.

    PHAKDI_SMS_KEY, PHAKDI_SMS_SECRET, PHAKDI_SMS_SENDER: an account with ThaiBulkSMS (PHAKDI_SMS_URL for a test server).
    PHAKDI_SMTP_HOST, _PORT, _USER, _PASSWORD, _SECURITY (starttls, tls, none), _SENDER: a mail server.
    """
    fallback: dict[str, dict[str, str]] = {} if is_production else {SMS: {"provider": "console"}, EMAIL: {"provider": "console"}}
    sms = _given(read, "PHAKDI_SMS_", ("key", "secret", "sender", "url", "force"))
    smtp = _given(read, "PHAKDI_SMTP_", ("host", "port", "user", "password", "security", "sender"))
    if sms.get("key"):
        if url := sms.pop("url", ""):
            sms["base_url"] = url
        fallback[SMS] = {"provider": "thaibulksms", **sms}
    if smtp.get("host"):
        fallback[EMAIL] = {"provider": "smtp", **smtp}
    return fallback


def _given(read: Callable[[str], str], prefix: str, names: tuple[str, ...]) -> dict[str, str]:
    found = {name: read(prefix + name.upper()) for name in names}
    return {name: value for name, value in found.items() if value}
