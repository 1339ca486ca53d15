"""Drawings: values in, elements out. Pure, without a style attribute, every word escaped.

Each function takes a frozen dataclass of values and a `Caption`, and gives a `Drawing`: forms for a narrow place (under
34 rem), a wide one and, where it pays, a full page (from 56 rem), so that text keeps its size. Colours are classes of `charts.css`.
"""

from treaty.web.charts.bars import Month, Months, Split, month_bars, split_bar
from treaty.web.charts.beside import Beside, Besides, beside_lines
from treaty.web.charts.clock import Clock, Fold, clock_line
from treaty.web.charts.curve import Curve, survival_curve
from treaty.web.charts.dots import Dots, dot_strip
from treaty.web.charts.earned import Earned, Earnings, earned_bars
from treaty.web.charts.funnel import Funnel, Step, funnel_steps
from treaty.web.charts.interval import Interval, interval_bar
from treaty.web.charts.lifecycle import Stage, lifecycle_map
from treaty.web.charts.multiples import Cohort, Panel, small_multiples
from treaty.web.charts.pace import Forecast, Pace, pace_line
from treaty.web.charts.pairs import Pair, Pairs, pair_lines
from treaty.web.charts.path import Mark, Path, path_line
from treaty.web.charts.rings import ring, seal
from treaty.web.charts.svg import Caption, Drawing, Svg
from treaty.web.charts.trade import Choice, Trade, trade_curve
from treaty.web.charts.trend import Point, Trend, trend_line
from treaty.web.charts.waiting import Stretch, Waiting, waiting_line
from treaty.web.charts.waterfall import Fall, Waterfall, waterfall_bars

__all__ = [
    "Beside", "Besides", "Caption", "Choice", "Clock", "Cohort", "Curve", "Dots", "Drawing", "Earned", "Earnings", "Fall", "Fold",
    "Forecast", "Funnel", "Interval", "Mark", "Month", "Months", "Pace", "Pair", "Pairs", "Panel", "Path", "Point", "Split", "Stage",
    "Step", "Stretch", "Svg", "Trade", "Trend", "Waiting", "Waterfall", "beside_lines", "clock_line", "dot_strip", "earned_bars",
    "funnel_steps", "interval_bar", "lifecycle_map", "month_bars", "pace_line", "pair_lines", "path_line", "ring", "seal",
    "small_multiples", "split_bar", "survival_curve", "trade_curve", "trend_line", "waiting_line", "waterfall_bars",
]  # fmt: skip
