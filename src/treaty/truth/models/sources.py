from django.db import models

from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member


class Source(models.Model):
    """Where records come from. A browser key is public and proves nothing; a server key may state facts."""

    class Kind(models.TextChoices):
        BROWSER = "browser"
        SERVER = "server"
        FORM = "form"
        IMPORT = "import"
        CONNECTOR = "connector"
        MANUAL = "manual"
        ENRICHMENT = "enrichment"

    key = KeyField()
    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    write_key = models.CharField(max_length=64, blank=True)
    """Browser keys are shown in pages anyway and kept readable; for server keys only the hash is kept."""
    write_key_hash = models.CharField(max_length=64, null=True, unique=True)
    origins = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    made_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    made_at = MomentField()

    def __str__(self) -> str:
        return self.name


PROVES_NOTHING = (Source.Kind.BROWSER, Source.Kind.FORM, Source.Kind.ENRICHMENT)
"""Doors anyone can use, and services that know by hearsay: they add touches and claim values, but state no facts over another system's."""

SYSTEMS = (Source.Kind.IMPORT, Source.Kind.CONNECTOR)
"""Sources whose ids name records of a system."""
