"""Personal links: short enough for an SMS, and nobody makes one by themselves."""

import base64
import binascii
import hmac
from uuid import UUID

from django.utils.crypto import salted_hmac

SALT = "phakdi.care.surveys.link"
MARK = 10  # bytes of the signature: 80 bits


def link_token(invitation_id: UUID) -> str:
    """Return what stands in the link of an invitation: 35 letters."""
    return _write(invitation_id.bytes + _mark(invitation_id))


def read_link(token: str) -> UUID | None:
    """Return whose link it is, or None where nobody gave it out."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        return None
    if len(raw) != 16 + MARK or _write(raw) != token:
        return None
    found = UUID(bytes=raw[:16])
    return found if hmac.compare_digest(raw[16:], _mark(found)) else None


def _mark(invitation_id: UUID) -> bytes:
    return salted_hmac(SALT, str(invitation_id), algorithm="sha256").digest()[:MARK]


def _write(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
