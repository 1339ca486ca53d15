"""Members of both teams and their absences."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from treaty.keys import KeyField
from treaty.moments import MomentField


class Role(models.TextChoices):
    MARKETING = "marketing"
    SALES_REP = "sales_rep"
    SALES_MANAGER = "sales_manager"
    REVOPS = "revops"
    EXECUTIVE = "executive"


class Side(models.TextChoices):
    """Which party of the agreement a member belongs to; RevOps and executives serve both."""

    MARKETING = "marketing"
    SALES = "sales"
    BOTH = "both"


SIDES = {
    Role.MARKETING: Side.MARKETING,
    Role.SALES_REP: Side.SALES,
    Role.SALES_MANAGER: Side.SALES,
    Role.REVOPS: Side.BOTH,
    Role.EXECUTIVE: Side.BOTH,
}


class Members(BaseUserManager["Member"]):
    def get_by_natural_key(self, email: str | None) -> "Member":
        return self.get(email=(email or "").lower())


class Member(AbstractBaseUser):
    """Someone who logs in. Handoffs go to members with a sales role; `capacity` weighs their turns."""

    key = KeyField()
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role)
    manager = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="reports")
    zone = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=10, blank=True)
    languages = models.JSONField(default=list)
    capacity = models.PositiveSmallIntegerField(default=1)
    max_open = models.PositiveIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    theme = models.CharField(max_length=5, blank=True)
    keys_on = models.BooleanField(default=True)
    must_change = models.BooleanField(default=False)
    """The password was told by somebody else: nothing opens until its owner has chosen another."""
    joined_at = MomentField()
    left_at = MomentField(null=True, blank=True)
    last_login = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Members] = Members()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(capacity__gte=1), name="member_capacity_positive")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    @property
    def side(self) -> Side:
        return SIDES[Role(self.role)]


class AbsenceKind(models.TextChoices):
    ABSENT = "absent"
    PAUSED = "paused"


class Absence(models.Model):
    """From when until when a member takes no new handoffs. `paused` is the same, without a reason asked."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="absences")
    kind = models.CharField(max_length=10, choices=AbsenceKind, default=AbsenceKind.ABSENT)
    starts_at = MomentField()
    ends_at = MomentField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = MomentField()

    class Meta:
        indexes = [models.Index(fields=["member", "starts_at"])]
