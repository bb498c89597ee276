"""Rows of staff: people who sign in, and for whom they work."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from phakdi.kit.db.models import OrganizationOwned, OrganizationRows
from phakdi.kit.ids import new_id
from phakdi.platform.staff.core import (
    ADJUST_ALONE_MAX,
    GRANTS_A_DAY_MAX,
    STORE_BOUND,
    FactorKind,
    FactorPolicy,
    HeldBecause,
    HeldState,
    LinkKind,
    Role,
    read_email,
)


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail, as Django asks for it."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this e-mail, however it is written."""
        return self.get(email=read_email(username or ""))


class User(AbstractBaseUser):
    """Somebody who signs in, perhaps for several organizations. Passwords are kept as slow hashes only."""

    id = models.UUIDField(primary_key=True, default=new_id)
    email = models.TextField(unique=True)
    name = models.TextField()
    language = models.TextField(default="th")
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)  # runs the installation
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        db_table = "staff_user"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Normalize the e-mail."""
        self.email = read_email(self.email)

    @property
    def is_staff(self) -> bool:
        """Whether the operator's own screens are open to them."""
        return self.is_operator

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Tell whether Django's own screens may be used: by the operator. `Place.can` says what staff may do."""
        del perm, obj
        return self.is_active and self.is_operator

    def has_module_perms(self, app_label: str) -> bool:
        """Tell whether Django's own screens may be used: by the operator."""
        del app_label
        return self.is_active and self.is_operator


class StaffMember(OrganizationOwned):
    """Somebody's place in one organization: single stores by code, all stores of areas, or without either all there are."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.TextField(choices=[(role.value, role.value.capitalize()) for role in Role])
    stores = ArrayField(models.TextField(), default=list)
    areas = ArrayField(models.TextField(), default=list)  # every store there, also one that opens later
    phone = models.TextField(default="")  # E.164: nobody gives points to the member who has it
    member_id = models.UUIDField(null=True)  # their own membership: nobody gives points to themselves
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField()

    class Meta:
        db_table = "staff_member"
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "user"], name="staff_member_once"),
            models.CheckConstraint(
                condition=~Q(role__in=[role.value for role in STORE_BOUND], stores=[], areas=[]), name="staff_member_has_place"
            ),
        ]

    def __str__(self) -> str:
        return self.role


class Policy(OrganizationRows):
    """What an organization demands of the people who work for it; without a row, the defaults."""

    organization_id = models.UUIDField(primary_key=True)
    second_factor = models.TextField(
        default=FactorPolicy.NOBODY.value, choices=[(each.value, each.value.capitalize()) for each in FactorPolicy]
    )
    adjust_alone_max = models.BigIntegerField(default=ADJUST_ALONE_MAX)
    grants_a_day_max = models.IntegerField(default=GRANTS_A_DAY_MAX)

    class Meta:
        db_table = "staff_policy"
        constraints = [
            models.CheckConstraint(
                condition=Q(adjust_alone_max__gte=0, grants_a_day_max__gte=0), name="staff_policy_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.second_factor


class HeldGrant(OrganizationOwned):
    """Points that somebody gives or takes by hand, at once or once somebody else agrees; nothing is posted before."""

    member_id = models.UUIDField()
    unit = models.TextField(default="")
    points = models.BigIntegerField()
    reason = models.TextField()
    key = models.TextField()
    why = models.TextField(default="", choices=[(each.value, each.value.capitalize()) for each in HeldBecause])
    state = models.TextField(
        default=HeldState.WAITING.value, choices=[(each.value, each.value.capitalize()) for each in HeldState]
    )
    requested_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staff_held_grant"
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "key"], name="staff_held_grant_once"),
            models.CheckConstraint(condition=~Q(decided_by=F("requested_by")), name="staff_held_grant_second_person"),
        ]
        indexes = [
            models.Index(fields=["organization_id", "state", "requested_at"], name="staff_held_grant_waiting"),
            models.Index(fields=["requested_by", "requested_at"], name="staff_held_grant_of_person"),
        ]

    def __str__(self) -> str:
        return self.state


# --- how somebody proves who they are: before any organization is known -----------------------------------------------------


class Authenticator(models.Model):
    """A second factor: an authenticator app (with its sealed secret) or a passkey (with its public key)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.TextField(choices=[(kind.value, kind.value.capitalize()) for kind in FactorKind])
    name = models.TextField()
    sealed_secret = models.TextField(default="")
    last_step = models.BigIntegerField(default=0)  # of an app: the latest half-minute whose code was used
    credential_id = models.BinaryField(null=True, unique=True)
    credential = models.BinaryField(null=True)
    uses = models.BigIntegerField(default=0)  # of a passkey: its own counter
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staff_authenticator"
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(kind=FactorKind.APP.value), name="staff_authenticator_one_app")
        ]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """A code on paper that stands in for a second factor, once. Only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    hash = models.TextField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staff_recovery_code"
        constraints = [models.UniqueConstraint(fields=["user", "hash"], name="staff_recovery_code_once")]

    def __str__(self) -> str:
        return "used" if self.used_at else "unused"


class KnownDevice(models.Model):
    """A browser in which somebody has signed in before."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    hash = models.TextField()
    agent = models.TextField(default="")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "staff_device"
        constraints = [models.UniqueConstraint(fields=["user", "hash"], name="staff_device_once")]

    def __str__(self) -> str:
        return self.agent


class SignedIn(models.Model):
    """A browser that is signed in at present; the session itself is Django's."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_key = models.TextField(unique=True)
    agent = models.TextField(default="")
    address = models.TextField(default="")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "staff_session"

    def __str__(self) -> str:
        return self.agent


class MailLink(models.Model):
    """A link in a mail that lets somebody choose a password, once. Only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.TextField(choices=[(kind.value, kind.value.capitalize()) for kind in LinkKind])
    hash = models.TextField(unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staff_link"

    def __str__(self) -> str:
        return self.kind
