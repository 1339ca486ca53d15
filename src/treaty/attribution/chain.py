"""The Markov chain of channels and what would be lost without each: exact, by linear algebra. No simulation.

Source: Anderl et al. 2014, removal effect; the exact solution against simulating peers: performance facts 1.2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

State = tuple[str, ...]
"""The last channels of a path, oldest first, as many as the chain's order; "" where the path had not begun."""
MOST_STATES = 3_000
"""Solving takes the third power of it, once per channel: some seconds."""


class TooManyStates(ValueError):
    """The chain does not fit; the text says what to do."""


@dataclass(slots=True)
class Chain:
    """Counted steps. between: (state, next channel) → times; converted: per state in which paths ended → times.

    What came into a state and neither went on nor converted was lost there.
    """

    order: int = 1
    between: dict[tuple[State, str], float] = field(default_factory=dict)
    converted: dict[State, float] = field(default_factory=dict)

    def step(self, before: State, channel: str, times: float) -> None:
        self.between[before, channel] = self.between.get((before, channel), 0.0) + times

    def end(self, state: State, converted: float) -> None:
        self.converted[state] = self.converted.get(state, 0.0) + converted


def removal_effects(chain: Chain) -> tuple[float, dict[str, float]]:
    """(probability that a path converts, per channel the share of it that is lost when every step into the channel is).

    Nothing counted gives (0, {}). Raises TooManyStates.
    """
    states, into, out, starts = _matrix(chain)
    if not states:
        return 0.0, {}
    whole = _converts(into, out, starts)
    if whole <= 0:
        return 0.0, dict.fromkeys(_channels(states), 0.0)
    effects = {}
    for channel in _channels(states):
        stays = np.array([state[-1] != channel for state in states])
        effects[channel] = 1.0 - _converts(into[np.ix_(stays, stays)], out[stays], starts[stays]) / whole
    return whole, effects


def shares(effects: Mapping[str, float]) -> dict[str, float]:
    """Each channel's part of the sum of all removal effects; nothing where there is no effect at all."""
    total = sum(effects.values())
    return {channel: effect / total if total > 0 else 0.0 for channel, effect in effects.items()}


def _channels(states: Sequence[State]) -> list[str]:
    return sorted({state[-1] for state in states})


def _matrix(chain: Chain) -> tuple[list[State], np.ndarray, np.ndarray, np.ndarray]:
    """(states, steps between them, conversion out of each, start in each), as probabilities."""
    start: State = ("",) * chain.order
    states = sorted({(*before[1:], channel) for before, channel in chain.between})
    if len(states) > MOST_STATES:
        raise TooManyStates(f"order {chain.order} makes {len(states):,} states of {len(_channels(states))} channels: use a lower order")
    place = {state: number for number, state in enumerate(states)}
    into, out, starts = np.zeros((len(states), len(states))), np.zeros(len(states)), np.zeros(len(states))
    for (before, channel), times in chain.between.items():
        to = place[*before[1:], channel]
        if before == start:
            starts[to] += times
        else:
            into[place[before], to] += times
    for state, times in chain.converted.items():
        out[place[state]] += times
    came = into.sum(axis=0) + starts
    came[came == 0] = 1.0
    begun = starts.sum() or 1.0
    return states, into / came[:, None], out / came, starts / begun


def _converts(into: np.ndarray, out: np.ndarray, starts: np.ndarray) -> float:
    """The probability to end in a conversion: starts · (I - into)⁻¹ · out."""
    if not len(out):
        return 0.0
    return float(starts @ np.linalg.solve(np.eye(len(out)) - into, out))
