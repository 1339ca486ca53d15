"""The verbs of truth: absorb what arrives, keep its history."""

from treaty.truth.actions.absorb import Absorbed, absorb

__all__ = ["Absorbed", "absorb"]
