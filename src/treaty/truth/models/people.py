"""People, accounts, how they are recognised, and every value their fields ever had."""

from django.db import models
from django.db.models import F, Q

from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member
from treaty.truth.models.sources import Source


class Account(models.Model):
    """A company. The columns are the latest values; `Fact` holds their history."""

    key = KeyField()
    name = models.CharField(max_length=200, blank=True)
    domain = models.CharField(max_length=200, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=60, blank=True)
    employees = models.IntegerField(null=True)
    owner = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="accounts")
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="subsidiaries")
    """The account it is a part of, as a system says."""
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="merged")
    given = models.JSONField(null=True)
    """The name and domain it was first named by, where no value says them: kept when it is first made one with another, None until then."""
    made_at = MomentField()

    def __str__(self) -> str:
        return self.name or self.domain or self.key


class AccountIdentity(models.Model):
    """One way to recognise an account: its domain, its name, or an id in some system (`space`)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="identities")
    seen_as = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+", db_index=False)
    """Whose it was when that account was found to be `account`; None where it is its own."""
    kind = models.CharField(max_length=12)
    space = models.CharField(max_length=40, blank=True)
    value = models.CharField(max_length=250)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "space", "value"], name="account_identity_once")]


class Person(models.Model):
    """A human being, or a visitor whom no e-mail and no record of a system names yet. The columns are the latest values."""

    key = KeyField()
    email = models.CharField(max_length=254, blank=True, db_index=True)
    name = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    seniority = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=20, blank=True)
    lead_source = models.CharField(max_length=100, blank=True)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="people")
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="merged")
    made_at = MomentField()
    first_known_at = MomentField(null=True)
    """When an e-mail or a record of a system first named the person; None for a visitor."""

    def __str__(self) -> str:
        return self.name or self.email or f"{'visitor' if self.is_visitor else 'person'} {self.key}"

    @property
    def is_visitor(self) -> bool:
        return not self.email and self.first_known_at is None


class Identity(models.Model):
    """One way to recognise a person: e-mail (joins systems), or an id in one source (`space`)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="identities")
    seen_as = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+", db_index=False)
    """Whose it was when that record was found to be `person`; None where it is their own. Here as in every row that follows."""
    kind = models.CharField(max_length=12)
    space = models.CharField(max_length=40, blank=True)
    value = models.CharField(max_length=254)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "space", "value"], name="identity_once")]


class Fact(models.Model):
    """From `occurred_at` a field had this value; it could be known from `known_at`. What was stated is never
    rewritten; whose it is may be, and what an import stated goes when it is taken back.

    subject: person or account. Captured answers are person facts named `answer.<key>`; membership is the
    person fact `account`, its number the account's row. `assumed`: the source has no history of this field,
    so the value is taken to hold from the day it was first seen. `stated_of_id`: of which record it was stated, where that
    was found to be another's; None where it is the subject itself. `stated_number`: which account a value named, where that was
    found to be another, whose number stands in `number`.
    """

    class Subject(models.TextChoices):
        PERSON = "person"
        ACCOUNT = "account"

    subject = models.CharField(max_length=7, choices=Subject)
    subject_id = models.BigIntegerField()
    stated_of_id = models.BigIntegerField(null=True)
    field = models.CharField(max_length=60)
    text = models.CharField(max_length=500, null=True)
    number = models.FloatField(null=True)
    stated_number = models.FloatField(null=True)
    occurred_at = MomentField()
    known_at = MomentField()
    received_at = MomentField()
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    assumed = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id", "field"]),
            models.Index(fields=["subject", "field", "number"], condition=Q(field="account"), name="members_of_account"),
            models.Index(
                fields=["subject", "field", "subject_id"], condition=Q(field="consent") | Q(field="opted_out"), name="said_of_consent"
            ),
        ]


class MadeOne(models.Model):
    """`gone` was found to be `kept`. Every row remembers under whom it was seen, so it can be undone."""

    key = KeyField()
    evidence = models.JSONField(default=dict)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = MomentField()
    undone_at = MomentField(null=True)
    undone_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True


class Merge(MadeOne):
    """Two records found to be one person."""

    kept = models.ForeignKey(Person, models.PROTECT, related_name="+")
    gone = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="merged_once"),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_two"),
        ]


class AccountMerge(MadeOne):
    """Two accounts found to be one, as a system says."""

    kept = models.ForeignKey(Account, models.PROTECT, related_name="+")
    gone = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="account_merged_once"),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_two_accounts"),
        ]
