"""Secrets at rest: texts sealed with the installation's key, which can be changed without opening them all at once."""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

_LABEL = b"phakdi vault\x1f"


class CannotUnseal(Exception):
    """The text was sealed with a key that this installation does not have."""


def seal(text: str) -> str:
    """Return ``text`` encrypted and authenticated under the first of PHAKDI_ENCRYPTION_KEYS, else under SECRET_KEY."""
    return _vault(_keys()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed under any of the keys.

    Raises:
        CannotUnseal: it was sealed with another key, or was changed.
    """
    try:
        return _vault(_keys()).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise CannotUnseal("This was sealed with another key.") from error


def reseal(sealed: str) -> str:
    """Return the same secret under the first key: what a change of keys does to every stored one."""
    return _vault(_keys()).rotate(sealed.encode()).decode()


def _keys() -> tuple[str, ...]:
    given = tuple(getattr(settings, "PHAKDI_ENCRYPTION_KEYS", ()))
    return given or (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _vault(keys: tuple[str, ...]) -> MultiFernet:
    hashed = (hashlib.sha256(_LABEL + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in hashed])
