"""The verbs of truth: absorb what arrives, keep its history."""

from treaty.truth.actions.absorb import absorb
from treaty.truth.actions.work import Absorbed

__all__ = ["Absorbed", "absorb"]
