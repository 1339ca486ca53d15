"""Does the lifecycle lead somewhere: every stage reached, every loop left, a way from the entry to a customer?"""

from treaty.agreement.findings import Finding, Findings, twice, unknown, warn
from treaty.agreement.terms import Terms
from treaty.agreement.vocabulary import RETURNS

REJECTED = "rejected"
"""The stage a rejected lead is in until its reason's return."""


def check(terms: Terms) -> Findings:
    yield from _moves(terms)
    yield from _ways(terms)
    yield from _entries(terms)
    yield from _handoff_stage(terms)
    yield from _journey(terms)
    yield from _reasons(terms)


def reached_from(terms: Terms, start: str) -> set[str]:
    """The stages one can come to from a stage, in any number of moves."""
    reached: set[str] = set()
    ahead = list(terms.stages[start].moves)
    while ahead:
        name = ahead.pop()
        if name in terms.stages and name not in reached:
            reached.add(name)
            ahead += terms.stages[name].moves
    return reached


def _moves(terms: Terms) -> Findings:
    for name, stage in terms.stages.items():
        places = [(("stages", name, "moves", i), target) for i, target in enumerate(stage.moves)]
        yield from twice(places, "the move to")
        for path, target in places:
            if target not in terms.stages:
                yield unknown(path, "the stage", target, terms.stages)
            elif target == name:
                yield Finding(path, f"{name} moves to itself", "delete it: who stays does not move")


def _ways(terms: Terms) -> Findings:
    reached = {terms.entry_stage} | reached_from(terms, terms.entry_stage)
    for name in terms.stages:
        if name not in reached:
            yield Finding(
                ("stages", name), f"no lead ever comes to {name}", f"add it to the moves of a stage that {terms.entry_stage} leads to"
            )
    won = [name for name, stage in terms.stages.items() if stage.when == "opportunity_won"]
    if not won:
        yield Finding(
            ("stages",), "no stage is reached when an opportunity is won", "add `when: opportunity_won` to the stage of customers"
        )
    elif not reached & set(won):
        yield Finding(("stages", won[0]), f"no way leads from {terms.entry_stage} to {won[0]}", "add the missing moves")
    yield from _traps(terms, reached, set(won))


def _traps(terms: Terms, reached: set[str], won: set[str]) -> Findings:
    ends = {name for name, stage in terms.stages.items() if not stage.moves} | won
    for name in terms.stages:
        ahead = reached_from(terms, name)
        if name in reached and terms.stages[name].moves and not ahead & ends and name not in ends:
            circle = ", ".join(stage for stage in terms.stages if stage in ahead)
            yield Finding(("stages", name, "moves"), f"a lead in {name} goes round for ever ({circle})", "add a move that leads out")


def _entries(terms: Terms) -> Findings:
    begin = terms.entry_stage
    if terms.stages[begin].definition is not None:
        says = f"everybody begins in {begin}, so nobody is ever asked whether they may enter it"
        yield warn(("stages", begin, "enter"), says, "put a stage before it, such as `subscriber`, or delete `enter`")
    for name, stage in terms.stages.items():
        if stage.by and stage.definition is not None:
            yield Finding(("stages", name, "by"), f"{name} is entered both by its owner and by a definition", "keep one of the two")
        yield from twice(((("stages", name, "captured", i), answer) for i, answer in enumerate(stage.captured)), "the answer")
    events = [(("stages", name, "when"), stage.when) for name, stage in terms.stages.items() if stage.when]
    yield from twice(events, "the event")


def _handoff_stage(terms: Terms) -> Findings:
    if terms.handoff.at is not None and terms.handoff.at not in terms.stages:
        yield unknown(("handoff", "at"), "the stage", terms.handoff.at, terms.stages)
        return
    try:
        name = terms.handoff_stage
    except LookupError:
        yield Finding(("stages",), "no stage is owned by sales", "give the stage of the handoff `owner: sales`")
        return
    stage = terms.stages[name]
    if stage.owner != "sales":
        yield Finding(("handoff", "at"), f"{name} is owned by marketing", "hand over at a stage that sales owns")
    if stage.definition is None:
        yield warn(("stages", name), f"no definition leads to {name}, so nothing is handed over by itself", "add `enter:`")
    ahead = [terms.stages[target] for target in stage.moves if target in terms.stages]
    if not any(target.owner == "sales" and target.by == "owner" for target in ahead):
        way_out = "add a stage with `owner: sales` and `by: owner` to its moves"
        yield Finding(("stages", name, "moves"), f"sales cannot accept a lead in {name}", way_out)


def _journey(terms: Terms) -> Findings:
    places = [(("journey", phase, i), name) for phase, names in terms.journey.items() for i, name in enumerate(names)]
    yield from twice(places, "the stage")
    for path, name in places:
        if name not in terms.stages:
            yield unknown(path, "the stage", name, terms.stages)


def _reasons(terms: Terms) -> Findings:
    reasons = terms.reasons
    yield from twice(((("reasons", "rejected", i, "id"), reason.id) for i, reason in enumerate(reasons.rejected)), "the reason")
    for kind, names in (("lost", reasons.lost), ("won", reasons.won)):
        yield from twice(((("reasons", kind, i), name) for i, name in enumerate(names)), "the reason")
    if reasons.rejected and REJECTED not in terms.stages:
        yield Finding(("reasons", "rejected"), "leads are rejected, but there is no stage `rejected`", "add it to the stages")
    if reasons.recurring is not None and reasons.recurring.within.is_working:
        way_out = "say days or weeks: answers are counted by the calendar"
        yield Finding(("reasons", "recurring", "within"), f"{reasons.recurring.within} is working time", way_out)
    for i, reason in enumerate(reasons.rejected):
        path = ("reasons", "rejected", i)
        yield from _return(terms, reason.returns, (*path, "returns"))
        if reason.after is not None and reason.after.is_working:
            yield Finding((*path, "after"), f"{reason.after} is working time", "say it in days: a lead rests on holidays too")
        if reason.needs == "attempts_done" and not any(promise.do == "contact_attempts" for _, promise in terms.each_promise()):
            yield Finding((*path, "needs"), "no promise says how many attempts are enough", "add a promise with `do: contact_attempts`")


def _return(terms: Terms, target: str, path: tuple[str | int, ...]) -> Findings:
    if target in RETURNS:
        return
    if target not in terms.stages:
        yield unknown(path, "the stage", target, [*terms.stages, *RETURNS])
    elif REJECTED in terms.stages and target not in terms.stages[REJECTED].moves:
        yield Finding(path, f"rejected leads return to {target}, but `rejected` has no move there", f"add {target} to its moves")
