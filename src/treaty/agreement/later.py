"""Which parts of a document this release records and shows, but does not carry out yet.

Nothing is silently ignored: the contract says it, and a part leaves this list in the commit that runs it.
"""

from treaty.agreement.terms import Terms

WATCHED = {"acceptance_rate", "win_rate"}
"""What is watched for drift: shares of which each case is one yes or no."""


def refused(terms: Terms) -> tuple[str, str, str] | None:
    """Field, what is wrong and the way out, for terms that would do something else than they say if they took effect now."""
    if terms.mode == "watch":
        return "mode", "this release cannot only watch: in force, it would carry the terms out", "write `mode: live`"
    if terms.applies_to != "everyone":
        return (
            "applies_to",
            f"this release judges everyone by one version, not {terms.applies_to!r} by its own",
            "write `applies_to: everyone`",
        )
    return None


def not_yet_executed(terms: Terms) -> list[str]:
    """One sentence per part of these terms that has no machinery yet; empty when all of it runs."""
    promises = [promise for _, promise in terms.each_promise()]
    parts = (
        (terms.mode == "watch", "Mode watch: judging in the background without touching anything; such a version cannot be proposed yet."),
        (terms.applies_to != "everyone", "Segments: judging by a version of their own; such a version cannot be proposed yet."),
        (bool(set(terms.review.watch) - WATCHED), "Review: watching other figures than acceptance and win rate for drift."),
        (terms.profile.target_accounts is not None, "Target accounts: working the joint list."),
        (bool(terms.profile.personas), "Personas: matching people and content to them."),
        (any(pool.languages for pool in terms.pools.values()), "Pools: matching the language of a lead."),
        (terms.handoff.absent.give_back != "none", "Absence: giving leads back to those who return."),
        (any(promise.answer == "content_request" for promise in promises), "Content requests: taking them in and timing the answer."),
        (any(reason.returns == "merge" for reason in terms.reasons.rejected), "Duplicates: merging the two leads; a person settles them."),
        (terms.sponsor is not None, "Sponsor: telling them of decisions that are overdue."),
        (terms.attribution is not None and terms.attribution.sales_touches, "Credit: counting touches made by sales."),
        (bool(terms.attribution), "Credit: sealing campaign plans."),
        (bool(terms.incentives), "Pay: statements of variable pay."),
        (len(terms.cadence) > 1, "Meetings: packs and calendars beyond the weekly page."),
        (terms.message is not None, "Message: checking what we say against the message house."),
        (bool(terms.freshness), "Freshness: holding each source to its limit."),
        (terms.pilot is not None, "Pilot: running treatment against control."),
    )
    return [says for is_named, says in parts if is_named]
