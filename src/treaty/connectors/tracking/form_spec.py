"""What a web form asks, and what was filled in: values in, values and problems out. Pure.

A form is described in `Source.settings`; docs/tracking.md shows one in full.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from treaty.connectors.tracking.kinds import FORM, kind_of, snake
from treaty.connectors.tracking.traits import text
from treaty.truth.identity import normal_email

STANDARD = {
    "email": ("Work e-mail", "email"),
    "name": ("Name", "text"),
    "first_name": ("First name", "text"),
    "last_name": ("Last name", "text"),
    "company": ("Company", "text"),
    "title": ("Job title", "text"),
    "phone": ("Phone", "tel"),
    "country": ("Country", "text"),
    "employees": ("Number of employees", "text"),
    "website": ("Website", "url"),
    "industry": ("Industry", "text"),
}
"""Fields that say who somebody is. Every other field is an answer, kept as `answer.<name>` and never asked twice."""

AUTOCOMPLETE = {
    "email": "email", "name": "name", "first_name": "given-name", "last_name": "family-name", "company": "organization",
    "title": "organization-title", "phone": "tel", "country": "country-name", "website": "url",
}  # fmt: skip
KINDS = ("text", "email", "tel", "url", "textarea", "select")
TAKEN = frozenset({"nonce", "page", "referrer", "visitor", "consent", "contact_me_by_fax"})
TRAP = "contact_me_by_fax"
"""A field no person sees; whoever fills it is a program."""

MOST_TEXT = 2000
MOST_FIELDS = 20


class BadForm(ValueError):
    """The description of a form is wrong. The text says what and how to write it."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    kind: str = "text"
    required: bool = False
    options: tuple[str, ...] = ()

    @property
    def autocomplete(self) -> str:
        return AUTOCOMPLETE.get(self.name, "off")


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A form: its words, its fields, what filling it in means."""

    title: str
    fields: tuple[Field, ...]
    intro: str = ""
    button: str = "Send"
    thanks: str = "Thank you. We will be in touch."
    kind: str = FORM
    campaign: str = ""
    content: str = ""
    consent: str = ""
    consent_required: bool = False
    theme: str = "light"


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody wrote, sorted; `problems` by field name, in the words to show beside it."""

    values: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    consent: bool | None = None
    problems: dict[str, str] = field(default_factory=dict)


def read_spec(settings: Mapping[str, Any], name: str) -> FormSpec:
    """The form that `settings` describe; without any, one that asks for e-mail, name and company. Raises BadForm."""
    listed = settings.get("fields") or ["email", "name", "company"]
    if not isinstance(listed, list) or len(listed) > MOST_FIELDS:
        raise BadForm(f'"fields" must be a list of at most {MOST_FIELDS} fields')
    fields = tuple(_read_field(entry) for entry in listed)
    if "email" not in {entry.name for entry in fields}:
        raise BadForm('the form asks for no e-mail address: add "email" to "fields", nobody could be answered without')
    words = {key: text(settings.get(key), 500) for key in ("intro", "button", "thanks", "campaign", "content", "consent")}
    return FormSpec(
        title=text(settings.get("title"), 200) or name,
        fields=fields,
        kind=kind_of(text(settings.get("kind")) or FORM, settings.get("events") or {}),
        consent_required=settings.get("consent_required") is True,
        theme="auto" if settings.get("theme") == "auto" else "light",
        **{key: value for key, value in words.items() if value},
    )


def _read_field(entry: Any) -> Field:
    stated = {"name": entry} if isinstance(entry, str) else entry
    if not isinstance(stated, dict) or not snake(text(stated.get("name"))):
        raise BadForm(f'{str(entry)[:60]!r} is no field: write its name, or {{"name": …, "label": …, "required": true}}')
    name = snake(text(stated["name"], 50))
    if name in TAKEN:
        raise BadForm(f"a field cannot be named {name!r}: the form uses that name itself")
    label, usual = STANDARD.get(name, (text(stated["name"], 50).replace("_", " ").capitalize(), "text"))
    options = tuple(text(option, 200) for option in stated.get("options") or ())
    kind = text(stated.get("type")) or ("select" if options else usual)
    if kind not in KINDS or (kind == "select" and not options):
        raise BadForm(f"field {name!r} is of type {kind!r}: use {', '.join(KINDS)}; a select needs options")
    required = name == "email" or stated.get("required") is True
    return Field(name, text(stated.get("label"), 200) or label, kind, required, options)


def clean(spec: FormSpec, given: Mapping[str, Any]) -> Filled:
    """What was filled in, and what is wrong with it."""
    filled = Filled(consent=_yes(given.get("consent")) if spec.consent else None)
    for asked in spec.fields:
        value = text(given.get(asked.name), MOST_TEXT + 1)
        problem = _problem(asked, value)
        if problem:
            filled.problems[asked.name] = problem
        elif value:
            (filled.values if asked.name in STANDARD else filled.answers)[asked.name] = value
    if spec.consent_required and not filled.consent:
        filled.problems["consent"] = "Please tick this box, or write to us by e-mail instead."
    return filled


def _problem(asked: Field, value: str) -> str:
    if not value:
        return f"Please fill in: {asked.label}." if asked.required else ""
    if len(value) > MOST_TEXT:
        return f"This is longer than {MOST_TEXT:,} characters: please shorten it."
    if asked.options and value not in asked.options:
        return f"Please choose one of: {', '.join(asked.options)}."
    return _email_problem(value) if asked.kind == "email" else ""


def _email_problem(value: str) -> str:
    try:
        normal_email(value)
    except ValueError:
        return "This does not look like an e-mail address: write it as name@example.com."
    return ""


def _yes(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in ("1", "on", "true", "yes"))
