"""The whole story of an account, touch by touch: arrivals and acts, letters, duplicates, and when each becomes known."""

from treaty.demo import words
from treaty.demo.acts import ACTS, arrive
from treaty.demo.people import Account, Person
from treaty.demo.story import ACCOUNT, ALIAS, DAY, EMPLOYEES, HOUR, MOVE, PERSON, Planned, Story
from treaty.demo.world import World

UNSUBSCRIBES, LETTER_WEEKS = 0.03, 6
ANONYMOUS = ("page_view", "ad_click")
"""Kinds of touches that leave no name."""


def journey(world: World, account: Account) -> list[Planned]:
    """Everything the account's people will do and be known by, in order of time; the same each time it is asked."""
    story = Story(world, account)
    for person in account.people:
        _live(story, person)
    if account.is_company and story.planned:
        _introduce_account(story)
    return sorted(story.planned, key=lambda p: (p.at, p.order))


def _live(story: Story, person: Person) -> None:
    if person.script:
        _follow_script(story, person)
    else:
        ACTS[person.intent](story, person, arrive(story, person))
    named = [p.due for p in story.of(person) if p.kind not in ANONYMOUS]
    if not named:
        return
    person.known_s = min(named)
    if not person.script:
        _letters(story, person)
        _turn_up_twice(story, person)
    _introduce(story, person)


def _letters(story: Story, person: Person) -> None:
    """The Thursday letter, for some weeks or until they have had enough of it."""
    rng, world, known = story.rng, story.world, person.known_s
    stops = known + int(rng.uniform(3, 40) * DAY) if rng.random() < UNSUBSCRIBES else 0
    first = (known - world.midnights[0]) // DAY + 1
    first += (3 - world.weekday(first)) % 7
    for day in range(first, first + 7 * LETTER_WEEKS, 7):
        at = world.midnights[day] + 10 * HOUR + int(rng.expovariate(1 / 4) * HOUR)
        if rng.random() < person.opens and not (stops and at > stops):
            _opens_letter(story, person, at)
    if stops:
        story.add(person, "unsubscribed", stops, "", "email", "thursday-letter")


def _opens_letter(story: Story, person: Person, at: int) -> None:
    story.add(person, "email_open", at, "", "email", "thursday-letter")
    if story.rng.random() < 0.12:
        story.add(person, "email_click", at + 40, "/blog/quiet-bearings", "email", "thursday-letter")


def _turn_up_twice(story: Story, person: Person) -> None:
    """From the middle of their story on, a duplicate uses the other address; who asks for a demo asks once more."""
    if not person.alias:
        return
    times = sorted(p.at for p in story.of(person))
    second_s = max(times[len(times) // 2], person.known_s)
    for n, p in enumerate(story.planned):
        if p.person is person and p.at > second_s:
            story.planned[n] = p._replace(under_alias=True)
    if person.intent == "asks":
        story.add(person, "demo_request", times[-1] + 3 * DAY, words.pick(story.rng, words.DEMO_MESSAGES), "direct")
        story.planned[-1] = story.planned[-1]._replace(under_alias=True)


def _introduce(story: Story, person: Person) -> None:
    """The records that make the person known: at the first form, and what is learned later."""
    story.add(person, PERSON, person.known_s)
    second_s = min((p.at for p in story.of(person) if p.under_alias), default=0)
    if second_s:
        story.add(person, ALIAS, second_s)
    if person.moves_to:
        story.add(person, MOVE, person.known_s + 35 * DAY)


def _introduce_account(story: Story) -> None:
    first = min((p for p in story.account.people if p.known_s), key=lambda p: p.known_s)
    story.add(first, ACCOUNT, first.known_s)
    if story.account.employees_known == "later":
        story.add(first, EMPLOYEES, first.known_s + 9 * DAY)


def _follow_script(story: Story, person: Person) -> None:
    """A hand-written story, days counted back from the last weekday; what lies before the period is left out."""
    world, last = story.world, story.world.last_weekday
    for back, clock, kind, ref, channel in person.script:
        day = last - back
        held = [webinar for webinar, _ in world.webinars if webinar <= day]
        if kind == "webinar_attended" and held:
            story.attend(person, held[-1])
        elif day >= 0 and kind != "webinar_attended":
            hours, minutes = clock.split(":")
            story.add(person, kind, world.midnights[day] + int(hours) * HOUR + int(minutes) * 60, ref, channel)
