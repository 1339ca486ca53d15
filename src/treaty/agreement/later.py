"""Which parts of a document this release records and shows, but does not carry out yet.

Nothing is silently ignored: the contract says it, and a part leaves this list in the commit that runs it.
"""

from treaty.agreement.terms import Terms

_NEEDS_CONVERTED = "amounts in other currencies are shown as they are; converting them by the agreed rates"


def not_yet_executed(terms: Terms) -> list[str]:
    """One sentence per part of these terms that has no machinery yet; empty when all of it runs."""
    parts = (
        (bool(terms.rates), f"Rates: {_NEEDS_CONVERTED}."),
        (terms.mode == "watch", "Mode watch: judging in the background without touching anything."),
        (bool(terms.review.watch), "Review: watching the measures for drift."),
        (terms.profile.target_accounts is not None, "Target accounts: working the joint list."),
        (bool(terms.profile.personas), "Personas: matching people and content to them."),
        (bool(terms.grid), "Bands: reading the grid of the scores."),
        (any(pool.languages for pool in terms.pools.values()), "Pools: matching the language of a lead."),
        (bool(terms.attribution), "Credit: sharing deals by the agreed model, and sealing campaign plans."),
        (bool(terms.incentives), "Pay: statements of variable pay."),
        (len(terms.cadence) > 1, "Meetings: packs and calendars beyond the weekly page."),
        (terms.notices is not None, "Notices: sending to the shared channel."),
        (terms.message is not None, "Message: checking what we say against the message house."),
        (bool(terms.freshness), "Freshness: holding each source to its limit."),
        (terms.pilot is not None, "Pilot: running treatment against control."),
    )
    return [says for is_named, says in parts if is_named]
