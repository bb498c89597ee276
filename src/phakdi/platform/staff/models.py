"""Rows of staff: people who sign in, and for whom they work."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from phakdi.kit.db.models import OrganizationOwned
from phakdi.kit.ids import new_id
from phakdi.platform.staff.core import STORE_BOUND, Role, read_email


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
    """Somebody's place in one organization. ``stores`` are codes; without any, all stores are theirs."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.TextField(choices=[(role.value, role.value.capitalize()) for role in Role])
    stores = ArrayField(models.TextField(), default=list)
    member_id = models.UUIDField(null=True)  # their own membership: nobody gives points to themselves
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField()

    class Meta:
        db_table = "staff_member"
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "user"], name="staff_member_once"),
            models.CheckConstraint(
                condition=~Q(role__in=[role.value for role in STORE_BOUND], stores=[]), name="staff_member_has_stores"
            ),
        ]

    def __str__(self) -> str:
        return self.role
