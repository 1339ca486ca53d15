"""Drafts, versions, signatures, and which version is in force when."""

from django.db import models
from django.db.models import F, Q

from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member


class Draft(models.Model):
    """A document being written; `text` is the YAML with its comments."""

    key = KeyField()
    text = models.TextField()
    amends = models.ForeignKey("Version", models.SET_NULL, null=True, related_name="drafts")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()
    proposed_at = MomentField(null=True)


class DraftSave(models.Model):
    """A draft as it was saved, so that nobody's words are lost when somebody writes after them. says: which part was written."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="saves")
    text = models.TextField()
    says = models.CharField(max_length=80)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()

    class Meta:
        ordering = ["pk"]


class Version(models.Model):
    """A proposed document. `signed_bytes` are made once, here, and never derived again."""

    number = models.PositiveIntegerField(unique=True)
    text = models.TextField()
    signed_bytes = models.BinaryField()
    hash = models.CharField(max_length=64)
    applies_to = models.CharField(max_length=64, default="everyone")
    amends = models.ForeignKey("self", models.PROTECT, null=True, related_name="amendments")
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    proposed_at = MomentField()
    withdrawn_at = MomentField(null=True)
    never_changes = True
    """Rows of one prepared read share it (see `instances`): thousands of leads have one version, and its bytes are long."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hash"], condition=Q(withdrawn_at=None), name="proposed_once")]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def key(self) -> str:
        """The journal names a version by its hash, which nobody can give to another."""
        return self.hash


class SigningKey(models.Model):
    """A signatory's Ed25519 key; the private half is sealed under a passphrase only they know."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="signing_keys")
    public_key = models.CharField(max_length=64, unique=True)
    sealed = models.JSONField()
    made_at = MomentField()
    retired_at = MomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member"], condition=Q(retired_at=None), name="one_signing_key_per_member")]


class SecretTry(models.Model):
    """Somebody types a passphrase, or a password to make a key. It stays only if it was wrong, and counts for a while."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    at = MomentField()

    class Meta:
        indexes = [models.Index(fields=["member", "at"])]


class Signature(models.Model):
    """One signatory's mark under the exact bytes of one version."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="signatures")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    side = models.CharField(max_length=10)
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    statement = models.JSONField()
    signature = models.CharField(max_length=128)
    at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "member"], name="signed_once")]


class Remark(models.Model):
    """What somebody says or asks about a clause of a draft or of a proposed version; an answer names what it is `of`.

    clause: the name of the clause (`places`), empty for the whole · quoted: what stood there then, for drafts change ·
    words: a person's, so the row can be erased; the journal holds their hash. A question is open until it is settled.
    """

    key = KeyField()
    draft = models.ForeignKey(Draft, models.PROTECT, null=True, related_name="remarks")
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="remarks")
    clause = models.TextField(blank=True)
    quoted = models.TextField(blank=True)
    of = models.ForeignKey("self", models.CASCADE, null=True, related_name="answers")
    words = models.TextField()
    is_question = models.BooleanField(default=False)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()
    settled_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    settled_at = MomentField(null=True)
    settled_how = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(draft=None, version__isnull=False) | Q(draft__isnull=False, version=None), name="remark_on_one_text"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None) | Q(is_question=True, settled_at__isnull=False, settled_by__isnull=False),
                name="questions_are_settled_by_somebody",
            ),
        ]

    @property
    def on(self) -> Draft | Version:
        """The text it is about."""
        text = self.version or self.draft
        assert text is not None  # noqa: S101 - remark_on_one_text
        return text


class InForce(models.Model):
    """From when until when a version holds for those it applies to. Half-open, never two at once."""

    version = models.OneToOneField(Version, models.PROTECT, related_name="in_force")
    applies_to = models.CharField(max_length=64)
    starts_at = MomentField()
    ends_at = MomentField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["applies_to"], condition=Q(ends_at=None), name="one_version_in_force"),
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="in_force_forward"),
        ]


class Looked(models.Model):
    """The definitions in force were looked at again, and they stay."""

    key = KeyField()
    version = models.ForeignKey(Version, models.PROTECT, related_name="looks")
    says = models.CharField(max_length=500)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()
