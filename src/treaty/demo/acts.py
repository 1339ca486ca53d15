"""What people do before sales hears of them: how they arrive, and what each intent does next."""

from treaty.demo import words
from treaty.demo.catalogue import PLAIN_PATHS
from treaty.demo.causes import WEBINARS
from treaty.demo.people import Person
from treaty.demo.story import DAY, HOUR, Story

SECOND_WAVE = 0.12
"""The share of those evaluating who do it again some months later: a second pass."""
FAIR_LIST_AFTER = 4
"""Days until a fair's visitor list is imported: those touches are known later than they occurred."""


def arrive(story: Story, person: Person) -> int:
    """The first visit: a few pages, then the first form. Returns the day of that form."""
    world, rng = story.world, story.rng
    at = world.reading_time(rng, person.starts)
    if person.channel == "trade_fair" and (fair := world.fair_on(person.starts)):
        return _at_the_fair(story, person, fair)
    kind = "ad_click" if person.channel in ("paid_search", "paid_social") else "page_view"
    story.add(person, kind, at, "/", person.channel, person.campaign)
    for n in range(int(rng.random() * 3)):
        path = "/pricing" if rng.random() < 0.05 else PLAIN_PATHS[int(rng.random() * len(PLAIN_PATHS))]
        story.add(person, "page_view", at + 70 * (n + 1), path, person.channel, person.campaign)
    if person.channel == "webinar" and (webinar := world.webinar_after(person.starts)):
        story.add(person, "webinar_registered", at + 400, story.webinar_key(webinar[0]), "webinar", person.campaign)
        if rng.random() < (0.9 if person.intent != "reader" else 0.62):
            story.attend(person, webinar[0])
            return webinar[0]
    story.download(person, at + 500, person.channel, person.campaign)
    return (at - world.midnights[0]) // DAY


def _at_the_fair(story: Story, person: Person, fair: tuple[int, int, int]) -> int:
    """They left a card; the list is imported days later, and most then open the guide that was promised."""
    world, rng = story.world, story.rng
    seen = world.midnights[person.starts] + int(rng.uniform(9.5, 17) * HOUR)
    listed = world.midnights[fair[2] + FAIR_LIST_AFTER] + 16 * HOUR
    story.add(person, "event_visit", seen, f"fair-{fair[0]}", "trade_fair", person.campaign, known=listed)
    day = fair[2] + FAIR_LIST_AFTER + 1 + int(rng.random() * 4)
    story.download(person, world.reading_time(rng, day), "email", person.campaign)
    return day


def _reads(story: Story, person: Person, day: int) -> None:
    rng = story.rng
    story.pages(person, day, int(rng.random() * 4), 30)
    if rng.random() < 0.3:
        story.download(person, story.later(day, 1, 40))
    if rng.random() < 0.12:
        story.prices(person, day, 1, 30)


def _evaluates(story: Story, person: Person, day: int) -> None:
    rng = story.rng
    for _ in range(rng.choices((2, 3, 4, 5), (44, 30, 18, 8))[0]):
        story.download(person, story.later(day, 1, 22))
    story.prices(person, day, rng.choices((1, 2, 3), (46, 34, 20))[0], 26)
    story.pages(person, day, 1 + int(rng.random() * 9), 26)
    _maybe_attend(story, person, day)
    if rng.random() < SECOND_WAVE:
        again = day + rng.randrange(75, 120)
        for _ in range(3):
            story.download(person, story.later(again, 0, 20), "email")
        story.prices(person, again, 1, 20)


def _asks(story: Story, person: Person, day: int) -> None:
    rng = story.rng
    for _ in range(int(rng.random() * 3)):
        story.download(person, story.later(day, 0, 8))
    story.prices(person, day, rng.choices((0, 1, 2), (25, 45, 30))[0], 8)
    story.pages(person, day, int(rng.random() * 6), 8)
    asked = story.later(day, 1, 9)
    story.add(person, "demo_request", asked, words.pick(rng, words.DEMO_MESSAGES), story.return_channel())
    if rng.random() < 0.15:
        story.add(person, "meeting_request", asked + 130, "", "direct")


def _studies(story: Story, person: Person, day: int) -> None:
    rng = story.rng
    for _ in range(int(rng.random() * 4)):
        story.download(person, story.later(day, 0, 12), "organic_search")
    story.pages(person, day, 1 + int(rng.random() * 5), 15)
    if rng.random() < 0.2:
        story.add(person, "page_view", story.later(day, 1, 20), "/careers", "direct")


def _maybe_attend(story: Story, person: Person, day: int) -> None:
    """Some of those who are evaluating join the next webinar too."""
    for webinar, month in story.world.webinars:
        if day + 2 < webinar < day + 30 and story.rng.random() < min(0.1 * WEBINARS[month].pull, 0.9):
            at = story.world.reading_time(story.rng, webinar - 2)
            key = story.webinar_key(webinar)
            story.add(person, "webinar_registered", min(at, story.world.midnights[webinar]), key, "email", key)
            story.attend(person, webinar)
            return


ACTS = {"reader": _reads, "evaluating": _evaluates, "asks": _asks, "student": _studies}
