"""How values are written for a reader: numbers, money, shares, lengths of time, moments, plural words.

Pure: nothing here reads a clock or a setting. What may differ between readers (zone, signs, order of day and
month) comes in as a `Viewer`; the language of the product is English everywhere.
"""

from treaty.web.formats.lengths import ago, duration, duration_words, standing_words
from treaty.web.formats.manners import EN_GB, Manner, Viewer, manner_of, viewer_of
from treaty.web.formats.moments import clock, date_words, day, day_words, due, full, month, short, span_of_days, weekday_clock
from treaty.web.formats.numbers import decimal, money, money_short, number, signed
from treaty.web.formats.shares import chance, interval, n_of, percent, share
from treaty.web.formats.words import capital, count, listing, plural, spell

__all__ = [
    "EN_GB", "Manner", "Viewer", "ago", "capital", "chance", "clock", "count", "date_words", "day", "day_words", "decimal", "due",
    "duration", "duration_words", "full", "interval", "listing", "manner_of", "money", "money_short", "month", "n_of", "number",
    "percent", "plural", "share", "short", "signed", "span_of_days", "spell", "standing_words", "viewer_of", "weekday_clock",
]  # fmt: skip
