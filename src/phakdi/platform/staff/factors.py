"""Second factors: authenticator apps, passkeys, codes on paper. They belong to people, so none of this needs a scope."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pyotp
from django.db import IntegrityError, transaction
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from phakdi.kit.errors import Conflict, Forbidden, Invalid, NotFound
from phakdi.kit.vault import seal, unseal
from phakdi.platform.staff.authentication import count_factor, forgive_factor
from phakdi.platform.staff.core import FactorKind
from phakdi.platform.staff.models import Authenticator, RecoveryCode, User

ISSUER = "Phakdi"
STEP_SECONDS = 30
PAPER_CODES, PAPER_LENGTH = 10, 16  # of 32 letters each: 80 bits
PASSKEYS_MAX, NAME_MAX = 20, 80
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LABEL = b"phakdi recovery\x1f"


class WrongCode(Forbidden):
    """The code is wrong, was used before, or its time is over."""

    code = "factor_wrong"


class PasskeyRefused(Forbidden):
    """The passkey is not known here, or what it says does not fit."""

    code = "passkey_refused"


class UnknownFactor(NotFound):
    """The person has no such factor."""

    code = "factor_not_found"


class AppThere(Conflict):
    """The person has an authenticator app already."""

    code = "factor_app_exists"


@dataclass(frozen=True, slots=True)
class Site:
    """Which site asks: passkeys work for the one they were made for only."""

    host: str
    origin: str


def factors_of(*, user_id: UUID) -> list[Authenticator]:
    """Return somebody's second factors, oldest first."""
    return list(Authenticator.objects.filter(user_id=user_id).order_by("created_at", "id"))


def unused_codes(*, user_id: UUID) -> int:
    """Return how many codes on paper somebody has left."""
    return RecoveryCode.objects.filter(user_id=user_id, used_at=None).count()


# --- authenticator apps -----------------------------------------------------------------------------------------------------


def new_secret() -> str:
    """Return a secret for an app, which keeps it nowhere yet."""
    return pyotp.random_base32()


def app_address(*, secret: str, email: str) -> str:
    """Return what an app reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def add_app(*, user: User, secret: str, code: str, now: datetime) -> Authenticator:
    """Keep an app whose owner shows that it works.

    Raises:
        WrongCode: it does not.
        AppThere: they have one.
    """
    step = _step_of(secret, code, now)
    if step is None:
        raise WrongCode("The code does not fit. Look at the app again.", field="code")
    app = Authenticator(
        user=user, kind=FactorKind.APP.value, name=ISSUER, sealed_secret=seal(secret), last_step=step, created_at=now
    )
    try:
        with transaction.atomic():
            app.save(force_insert=True)
    except IntegrityError as error:
        raise AppThere("There is an authenticator app already: remove it first.") from error
    return app


def check_code(*, user: User, code: str, now: datetime) -> str:
    """Take a code of the app or one on paper, once, and return which it was: ``app`` or ``paper``.

    Tries are counted for the account, ten failures in an hour; passkeys are not held up by them.

    Raises:
        WrongCode: it is neither, or was used before.
        TooManyTries: it was not looked at.
    """
    count_factor(user_id=user.id, now=now)
    cleaned = "".join(code.split()).replace("-", "").lower()
    used = "app" if _use_app(user, cleaned, now) else "paper" if _use_paper(user, cleaned, now) else ""
    if not used:
        raise WrongCode("The code is wrong or was used before.", field="code")
    forgive_factor(user_id=user.id, now=now)
    return used


def _use_app(user: User, code: str, now: datetime) -> bool:
    app = Authenticator.objects.filter(user=user, kind=FactorKind.APP.value).first()
    step = _step_of(unseal(app.sealed_secret), code, now) if app else None
    if app is None or step is None:
        return False
    newer = Authenticator.objects.filter(id=app.id, last_step__lt=step)  # a code works once, however many show it at once
    return newer.update(last_step=step, last_used_at=now) == 1


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the half-minute whose code this is, the one before or after this one at most."""
    totp, here = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    fits = [step for step in (here - 1, here, here + 1) if hmac.compare_digest(totp.generate_otp(step), code)]
    return fits[0] if fits else None


# --- codes on paper ---------------------------------------------------------------------------------------------------------


def new_codes(*, user: User) -> list[str]:
    """Give somebody ten new codes on paper and return them: they are shown now and never again; older ones are void."""
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(PAPER_LENGTH)) for _ in range(PAPER_CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, hash=_paper_hash(user, code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, PAPER_LENGTH, 4)) for code in codes]


def _use_paper(user: User, code: str, now: datetime) -> bool:
    unused = RecoveryCode.objects.filter(user=user, hash=_paper_hash(user, code), used_at=None)
    return unused.update(used_at=now) == 1


def _paper_hash(user: User, code: str) -> str:
    return hashlib.sha256(_LABEL + user.id.bytes + code.encode()).hexdigest()


# --- passkeys ---------------------------------------------------------------------------------------------------------------


def begin_passkey(*, user: User, site: Site) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what a browser needs to make a passkey, and what to remember until it has."""
    known = [AttestedCredentialData(bytes(each.credential)) for each in _passkeys(user) if each.credential]
    who = PublicKeyCredentialUserEntity(id=user.id.bytes, name=user.email, display_name=user.name)
    options, state = _server(site).register_begin(
        who,
        credentials=known,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), state


def add_passkey(
    *, user: User, site: Site, state: Mapping[str, Any], response: Mapping[str, Any], name: str, now: datetime
) -> Authenticator:
    """Keep a passkey that a browser has made. Raises PasskeyRefused, Invalid for a twenty-first."""
    if len(_passkeys(user)) >= PASSKEYS_MAX:
        raise Invalid("There are as many passkeys as somebody can have.", code="passkeys_max", most=PASSKEYS_MAX)
    try:
        made = _server(site).register_complete(dict(state), response)
    except (ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused("The passkey could not be kept.") from error
    assert made.credential_data is not None, "a registration carries a credential"
    passkey = Authenticator(
        user=user,
        kind=FactorKind.PASSKEY.value,
        name=" ".join(name.split())[:NAME_MAX] or "Passkey",
        credential_id=made.credential_data.credential_id,
        credential=bytes(made.credential_data),
        uses=made.counter,
        created_at=now,
    )
    try:
        with transaction.atomic():
            passkey.save(force_insert=True)
    except IntegrityError as error:
        raise PasskeyRefused("This passkey is kept already.") from error
    return passkey


def ask_passkey(*, site: Site, user: User | None = None) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what a browser needs to show a passkey, of ``user`` or of anybody, and what to remember until it has."""
    known = [AttestedCredentialData(bytes(each.credential)) for each in _passkeys(user) if each.credential] if user else None
    options, state = _server(site).authenticate_begin(known, user_verification=UserVerificationRequirement.REQUIRED)
    return dict(options), state


def check_passkey(
    *, site: Site, state: Mapping[str, Any], response: Mapping[str, Any], now: datetime, user: User | None = None
) -> User:
    """Return whose passkey was shown. No limit on tries: nobody can guess a signature, and nobody can lock it out.

    Raises:
        PasskeyRefused: nobody's, somebody else's than ``user``'s, or a copy of one.
    """
    try:
        wanted = str(response["id"]) if isinstance(response, Mapping) else ""
        found = _find_passkey(wanted)
        if found is None or (user is not None and found.user_id != user.id) or not found.user.is_active:
            raise PasskeyRefused("This passkey is not known here.")
        assert found.credential is not None, "a passkey has its public key"
        _server(site).authenticate_complete(dict(state), [AttestedCredentialData(bytes(found.credential))], response)
        uses = AuthenticationResponse.from_dict(response).response.authenticator_data.counter
    except (ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused("The passkey does not fit.") from error
    newer = Authenticator.objects.filter(id=found.id)
    if uses or found.uses:  # some always say 0
        newer = newer.filter(uses__lt=uses)
    if newer.update(uses=uses, last_used_at=now) == 0:
        raise PasskeyRefused("There is a copy of this passkey.")
    return found.user


def _passkeys(user: User) -> Sequence[Authenticator]:
    return list(Authenticator.objects.filter(user=user, kind=FactorKind.PASSKEY.value))


def _find_passkey(written: str) -> Authenticator | None:
    from_browser = websafe_decode(written)
    return Authenticator.objects.filter(credential_id=from_browser).select_related("user").first() if from_browser else None


def _server(site: Site) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(id=site.host, name=ISSUER)
    return Fido2Server(entity, verify_origin=lambda origin: origin == site.origin)


# --- any ---------------------------------------------------------------------------------------------------------------------


def remove_factor(*, user: User, factor_id: UUID) -> Authenticator:
    """Remove one of somebody's factors; with the last one their codes on paper go too. Raises UnknownFactor."""
    with transaction.atomic():
        found = Authenticator.objects.select_for_update().filter(user=user, id=factor_id).first()
        if found is None:
            raise UnknownFactor("There is no such factor.", factor_id=str(factor_id))
        Authenticator.objects.filter(id=factor_id).delete()
        if not Authenticator.objects.filter(user=user).exists():
            RecoveryCode.objects.filter(user=user).delete()
    return found
