"""The model as a file, M.json: readable, versioned, complete, the same bytes for the same model.

Numbers with fractions are texts, as in everything that is hashed here; `sha256` is of the canonical bytes of the rest, so a file
that was changed by hand is noticed. A warning stands on the first line.
"""

import hashlib
import json
from typing import Any

from treaty.journal.canonical import NotCanonical, canonical
from treaty.qualification.learning.bins import Bins
from treaty.qualification.learning.evidence import Evidence
from treaty.qualification.learning.figures import Auc, Part
from treaty.qualification.learning.leakage import Verdict
from treaty.qualification.learning.model import Asked, Beside, Figures, Model
from treaty.qualification.learning.points import DOUBLES, EVEN, Card, Signal
from treaty.qualification.learning.tables import CannotLearn

FORMAT = "treaty-score/1"


def written(model: Model) -> str:
    """The text of M.json. Raises CannotLearn where a name cannot be written, such as half a character."""
    data = as_data(model)
    try:
        data["sha256"] = _hash(data)
    except NotCanonical as fault:
        raise CannotLearn(str(fault)) from None
    return json.dumps(data, ensure_ascii=False, indent=1).replace("{\n ", "{", 1) + "\n"


def read(text: str) -> Model:
    """The model of an M.json. Raises CannotLearn for another format and for a file that is not as it was written."""
    try:
        data = json.loads(text)
    except ValueError as fault:
        raise CannotLearn(f"this is no model ({fault}): name a file that `treaty score train` wrote") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise CannotLearn(f"this is no model of the format {FORMAT}: name a file that `treaty score train` wrote, or train again")
    said = data.pop("sha256", "")
    try:
        if said != _hash(data):
            raise CannotLearn(
                "the model is not as it was written: it was changed by hand or cut off; train again, and overrule by name there"
            )
        return _model(data)
    except (NotCanonical, KeyError, TypeError, ValueError) as fault:
        raise fault if isinstance(fault, CannotLearn) else CannotLearn(f"the model cannot be read ({fault}): train again") from None


def _hash(data: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(data)).hexdigest()


def as_data(model: Model) -> dict[str, Any]:
    """The model as plain data: texts, whole numbers, lists and mappings."""
    warning = {"warning": model.warning} if model.warning else {}
    return {
        **warning,
        "format": FORMAT,
        "outcome": {
            "column": model.asked.outcome, "converted": model.positive, "rows": model.rows, "rows_converted": model.converted,
            "rows_without": model.left_aside, "rows_known": model.known,
        },
        "asked": _asked(model.asked),
        "points": {"even_chance": EVEN, "doubles_the_odds": DOUBLES, "base": model.card.base},
        "signals": [_signal(signal, model) for signal in model.card.signals],
        "columns": [_verdict(one) for one in model.verdicts],
        "placeholders": {name: list(levels) for name, levels in model.placeholders.items()},
        "figures": _figures(model.figures),
        "ridge": _number(model.strength),
    }  # fmt: skip


def _number(value: float) -> str:
    """A text that reads back as the same number."""
    return repr(float(value)).removesuffix(".0")


def _rounded(value: float) -> str:
    return f"{value:.6f}"


def _asked(asked: Asked) -> dict[str, Any]:
    names = ("positive", "time", "contacted", "agreed", "segment")
    lists = ("keep", "refuse", "rising", "falling")
    told: dict[str, Any] = {name: getattr(asked, name) for name in names if getattr(asked, name)}
    told |= {name: sorted(getattr(asked, name)) for name in lists if getattr(asked, name)}
    return told | ({"descriptions": dict(sorted(asked.descriptions.items()))} if asked.descriptions else {})


def _signal(signal: Signal, model: Model) -> dict[str, Any]:
    bins, counts = signal.bins, model.counts[signal.name]
    ends: list[dict[str, Any]]
    if bins.kind == "number":
        ends = [{"from": _number(cut)} for cut in bins.cuts]
        ends = [{}, *ends]
    else:
        ends = [{"levels": list(spellings)} for spellings in bins.levels]
    ends += [{"any_other": list(bins.rare)}] * bins.has_other + [{"not_known": True}] * bins.has_blank
    rows = zip(bins.labels(), ends, signal.points, counts, strict=True)
    table = [{"says": says, **end, "points": points, "rows": count, "rows_converted": won} for says, end, points, (count, won) in rows]
    written = {"written_like": model.written[signal.name]} if model.written.get(signal.name) else {}
    return {"column": signal.name, "kind": bins.kind, **written, "never_seen": signal.unseen, "bins": table}


def _verdict(one: Verdict) -> dict[str, Any]:
    evidence = [{"kind": each.kind, "weight": each.weight, "says": each.says} for each in one.evidence]
    more = {"left_out": one.left_out, "overruled": one.overruled}
    return {"column": one.name, "verdict": one.verdict, **{name: text for name, text in more.items() if text}, "evidence": evidence}


def _figures(told: Figures) -> dict[str, Any]:
    beside = told.beside
    return {
        "unseen_by": told.by, "since": told.since, "rows": told.rows, "rows_converted": told.converted,
        "auc": _auc(told.auc), "brier": _rounded(told.brier), "brier_of_all": _rounded(told.brier_of_all),
        "lifts": [{"best": _rounded(best), "times": _rounded(times), "held": _rounded(held)} for best, times, held in told.lifts],
        "calibration": [_part(part) for part in told.calibration],
        "monthly_by": told.monthly_by, "months": [_part(part) for part in told.months],
        "segmented_by": told.segmented_by, "segments": [_part(part) for part in told.segments],
        "agreed_points": beside and {"column": beside.name, "rows": beside.rows, "auc": _auc(beside.auc), "more": _auc(beside.more)},
    }  # fmt: skip


def _auc(told: Auc) -> dict[str, str]:
    return {"value": _rounded(told.value), "low": _rounded(told.low), "high": _rounded(told.high)}


def _part(part: Part) -> dict[str, Any]:
    low, high = part.interval
    told = {"says": part.label, "rows": part.rows, "rows_converted": part.converted, "expected": _rounded(part.expected)}
    return told | {"low": _rounded(low), "high": _rounded(high), "auc": part.auc and _auc(part.auc)}


def _model(data: dict[str, Any]) -> Model:
    outcome, asked = data["outcome"], data["asked"]
    named: dict[str, Any] = {name: tuple(asked.get(name, ())) for name in ("keep", "refuse", "rising", "falling")}
    named |= {name: asked.get(name, "") for name in ("positive", "time", "contacted", "agreed", "segment")}
    return Model(
        Asked(outcome["column"], **named, descriptions=asked.get("descriptions", {})),
        outcome["converted"], outcome["rows"], outcome["rows_converted"], outcome["rows_without"],
        outcome["rows_known"], float(data["ridge"]),
        Card(data["points"]["base"], tuple(_read_signal(one) for one in data["signals"])),
        {one["column"]: tuple((row["rows"], row["rows_converted"]) for row in one["bins"]) for one in data["signals"]},
        tuple(_read_verdict(one) for one in data["columns"]),
        {name: tuple(levels) for name, levels in data["placeholders"].items()},
        _read_figures(data["figures"]),
        data.get("warning", ""),
        {one["column"]: one["written_like"] for one in data["signals"] if "written_like" in one},
    )  # fmt: skip


def _read_signal(one: dict[str, Any]) -> Signal:
    rows = one["bins"]
    bins = Bins(
        one["column"],
        one["kind"],
        tuple(float(row["from"]) for row in rows if "from" in row),
        tuple(tuple(row["levels"]) for row in rows if "levels" in row),
        any("any_other" in row for row in rows),
        any("not_known" in row for row in rows),
        tuple(level for row in rows for level in row.get("any_other", ())),
    )
    if bins.count != len(rows):
        raise CannotLearn(f"the bins of {bins.name!r} are not whole: train again")
    return Signal(bins, tuple(row["points"] for row in rows), one["never_seen"])


def _read_verdict(one: dict[str, Any]) -> Verdict:
    evidence = tuple(Evidence(each["kind"], each["weight"], each["says"]) for each in one["evidence"])
    return Verdict(one["column"], one["verdict"], evidence, one.get("left_out", ""), one.get("overruled", ""))


def _read_figures(told: dict[str, Any]) -> Figures:
    beside = told["agreed_points"]
    return Figures(
        told["unseen_by"], told["since"], told["rows"], told["rows_converted"],
        _read_auc(told["auc"]), float(told["brier"]), float(told["brier_of_all"]),
        tuple((float(one["best"]), float(one["times"]), float(one["held"])) for one in told["lifts"]),
        tuple(_read_part(one) for one in told["calibration"]),
        told["monthly_by"], tuple(_read_part(one) for one in told["months"]),
        told["segmented_by"], tuple(_read_part(one) for one in told["segments"]),
        beside and Beside(beside["column"], beside["rows"], _read_auc(beside["auc"]), _read_auc(beside["more"])),
    )  # fmt: skip


def _read_auc(told: dict[str, str]) -> Auc:
    return Auc(float(told["value"]), float(told["low"]), float(told["high"]))


def _read_part(told: dict[str, Any]) -> Part:
    return Part(told["says"], told["rows"], told["rows_converted"], float(told["expected"]), told["auc"] and _read_auc(told["auc"]))
