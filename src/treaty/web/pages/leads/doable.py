"""A lead read once, and what a member may do with it as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.feedback.desk import may_decide_for
from treaty.handoff.models import Handoff
from treaty.truth.models import Lead, Person
from treaty.web.here import Here
from treaty.web.pages.leads.forms import Act, Contact, Heard, Move, Named, Note, OpenDeal, Qualify
from treaty.web.pages.queue import brief as parts
from treaty.web.pages.queue.state import State, state_of
from treaty.web.plain import plain

MOST_PEOPLE = 200
DEAL = "opportunity"


@dataclass(frozen=True, slots=True)
class Opened:
    """A lead with what every part of its page asks for, read once. state: of its last handoff, None before the first."""

    lead: Lead
    terms: Terms
    state: State | None
    captured: Mapping[str, str]

    @property
    def is_waiting(self) -> bool:
        return self.state is not None and self.state.is_waiting

    @property
    def is_open(self) -> bool:
        """Moves may be made by hand: nothing waits for an answer, and the pass is not over."""
        return self.lead.closed_at is None and self.lead.stage in self.terms.stages and not self.is_waiting

    @property
    def ahead(self) -> list[str]:
        return list(self.terms.stages[self.lead.stage].moves) if self.is_open else []


def opened(here: Here, lead: Lead) -> Opened:
    rows = Handoff.objects.select_related("lead__person__account", "lead__version", "lead__owner", "owner", "version", "assignment")
    handoff = rows.filter(lead=lead).order_by("-made_at", "-id").first()
    return Opened(lead, signed_of(lead.version).terms, state_of(handoff, here.at) if handoff else None, parts.captured(lead.person))


def acts(here: Here, one: Opened, bound: Named | None) -> list[Act]:
    """What this member may do with the lead; nothing for those who only look."""
    lead, terms = one.lead, one.terms
    if not may_work(here, lead):
        return []
    at, found = f"/leads/{lead.key}/", []
    if wanted := qualifies(one):
        title = f"Make it {plain(wanted)}"
        note = "What is known already is filled in. Everything asked for must be known first."
        form = Qualify(terms.stages[wanted].captured, one.captured)
        found.append(Act("qualify", title, f"{at}qualify/", form, title, note, is_open=True))
    if DEAL in one.ahead:
        form_of_deal = OpenDeal(lead, terms, people_of(lead))
        found.append(Act("opportunity", "Open an opportunity", f"{at}opportunity/", form_of_deal, "Open it", is_open=True))
    found.append(Act("contact", "Log a contact", f"{at}contact/", Contact(), "Log it"))
    found.append(Act("objection", "Note an objection", f"{at}objection/", Heard(), "Keep it"))
    found.append(Act("note", "Write a note", f"{at}note/", Note(), "Keep it"))
    if targets := by_hand(one):
        note = "The same moves are allowed here as anywhere: those of the agreement."
        found.append(Act("move", "Move it to another stage", f"{at}move/", Move(terms, targets), "Move it", note))
    return [replace(act, form=bound, is_open=True) if bound and act.anchor == bound.anchor else act for act in found]


def may_work(here: Here, lead: Lead) -> bool:
    return lead.owner_id == here.member.pk or may_decide_for(here.member, lead.owner)


def by_hand(one: Opened) -> list[str]:
    """Stages one may move to by hand: those of the graph, without those that have a form of their own."""
    return [name for name in one.ahead if not one.terms.stages[name].captured]


def qualifies(one: Opened) -> str:
    """The next stage that wants answers captured; opening an opportunity has its own form."""
    return next((name for name in one.ahead if one.terms.stages[name].captured and name != DEAL), "")


def people_of(lead: Lead) -> list[Person]:
    """Those of the account who may be the economic buyer; without an account the person alone."""
    if lead.person.account_id is None:
        return [lead.person]
    found = Person.objects.filter(account=lead.person.account_id, merged_into=None).exclude(email="").order_by("name", "email")
    return list(found[:MOST_PEOPLE])
