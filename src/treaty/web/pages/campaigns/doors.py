"""What is done with plans: propose, seal, and take the sealed bytes away."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_POST

from treaty.agreement.queries import in_force
from treaty.attribution import actions
from treaty.attribution.models import MeasurementPlan
from treaty.attribution.plans import AlreadyBegan, NotYoursToPlan, Overtaken, PlanUnfit
from treaty.team.models import Role
from treaty.truth.models import Campaign
from treaty.truth.origins import slug as as_slug
from treaty.web.figures import here_frame
from treaty.web.here import Here, page
from treaty.web.pages.campaigns import one, said
from treaty.web.pages.campaigns.forms import Plan
from treaty.web.replies import Incomplete, carried_out, filled
from treaty.web.rights import only

REFUSED = (AlreadyBegan, NotYoursToPlan, Overtaken, PlanUnfit)


@require_POST
@page
@only(Role.MARKETING, Role.REVOPS)
def propose(here: Here) -> HttpResponseBase:
    """A plan as it was filled in, of a campaign that is named or was seen; else the page again with what was typed."""
    slug = as_slug(here.request.POST.get("campaign"))
    frame, current = here_frame(here), in_force(here.at)
    origin = one.found(frame, "campaign", slug) if frame else None
    if frame is None or current is None or origin is None:
        raise Http404
    form = Plan(frame.terms, origin, here.request.POST)

    def do() -> str:
        try:
            actions.propose(form.draft, current.version, by=here.member, at=here.at)
        except REFUSED as problem:
            raise Incomplete(str(problem)) from problem
        return f"The plan of {_name(slug)} is proposed: it waits for its seal."

    return filled(here, form, do, f"{said.href('campaign', slug)}#plan") or one.show(here, frame, "campaign", slug, form)


def _name(slug: str) -> str:
    return next((str(row) for row in Campaign.objects.filter(slug=slug)), slug)


@require_GET
@page
def plan(here: Here, key: str) -> HttpResponseBase:
    """The canonical bytes of a plan, whose SHA-256 is its hash."""
    response = HttpResponse(bytes(_plan(key).raw), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="plan-{key}.json"'
    return response


@require_POST
@page
@only(Role.MARKETING, Role.SALES_MANAGER, Role.REVOPS, Role.EXECUTIVE)
def seal(here: Here, key: str) -> HttpResponseBase:
    """The plan stands from now on; of a campaign that has begun only if the form says that this is known."""
    found, current = _plan(key), in_force(here.at)
    if current is None:
        raise Http404
    late = here.request.POST.get("late") == "1"

    def do() -> str:
        made = actions.seal(found, current.version, by=here.member, at=here.at, late=late)
        return f"The plan of {_name(found.campaign)} is sealed{', after it began' if made.began_at else ''}."

    return carried_out(here, do, f"{said.href('campaign', found.campaign)}#plan", refused=REFUSED)


def _plan(key: str) -> MeasurementPlan:
    found = MeasurementPlan.objects.select_related("version", "replaces").filter(key=key).first()
    if found is None:
        raise Http404
    return found
