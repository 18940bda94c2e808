"""Likelihood of panels whose states are seen with error, or not at all at some visits.

Forward and backward passes run over all persons at once, visit by visit. Slopes come from the
expected moves given everything seen (Fisher's identity), so that the exponentials of the observed
model serve here unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skillsfc.transitions.multistate.generator import Exponentials
from skillsfc.transitions.multistate.hidden_seen import Confusion, FirstState, weigh_first
from skillsfc.transitions.multistate.panel_likelihood import (
    Evaluation,
    Groups,
    add_entry_slopes,
    ending_rates,
    group_intervals,
)
from skillsfc.transitions.multistate.panel_model import RateModel
from skillsfc.transitions.multistate.panel_reading import PANEL, Visits
from skillsfc.transitions.records import Floats, Whole


@dataclass(frozen=True)
class Passes:
    """Chances of the true state at every visit.

    Parameters
    ----------
    forward : array [visits, states]
        Given what was seen until then.
    scale : array [visits]
        Chance of what was seen, given what was seen before.
    backward : array [visits, states]
        Likelihood of what came after, over its chance.
    """

    forward: Floats
    scale: Floats
    backward: Floats


@dataclass(frozen=True)
class HiddenPanel:
    """Likelihood of a hidden Markov panel.

    Parameters
    ----------
    model : RateModel
        Rates of the true states.
    groups : Groups
        Distinct intervals.
    confusion : Confusion
        Chances of codes.
    first_state : FirstState
        Chances at the first visit.
    visits : Visits
        What was seen.
    steps : list of arrays
        Visits by their order within a person: all first ones, all second ones, ...
    interval : array [visits]
        Number of the interval that ends at a visit; -1 at first visits.
    """

    model: RateModel
    groups: Groups
    confusion: Confusion
    first_state: FirstState
    visits: Visits
    steps: list[Whole]
    interval: Whole

    @property
    def size(self) -> int:
        """Return the number of parameters."""
        return self.model.size + self.confusion.size + self.first_state.size

    def parts(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        """Return parameters of rates, of confusions, and of the first state."""
        ends = np.cumsum([self.model.size, self.confusion.size])
        rates, confusions, first = np.split(parameters, ends)
        return rates, confusions, first

    def evaluate(self, parameters: Floats, *, scoring: bool = False) -> Evaluation:
        """Return log-likelihood and gradient, and with ``scoring`` outer products by person."""
        passes, made, _ = self.run(parameters)
        if not (passes.scale > 0).all():
            return Evaluation(-np.inf, np.zeros(self.size))
        weight = self.visits.weight[self.visits.first]
        whole = np.add.reduceat(np.log(passes.scale), self.visits.first)
        scores = self._scores(parameters, passes, made)
        total, gradient = float(weight @ whole), weight @ scores
        if not scoring:
            return Evaluation(total, gradient)
        return Evaluation(total, gradient, (scores * weight[:, None]).T @ scores)

    def gradients(self, parameters: Floats) -> Floats:
        """Return the gradient at several parameters [several, parameters]."""
        return np.array([self.evaluate(some).gradient for some in parameters])

    def run(self, parameters: Floats, *, back: bool = True) -> tuple[Passes, Exponentials, Floats]:
        """Return the passes, the exponentials, and the steps of all groups."""
        theta, logits, start = self.parts(parameters)
        made = self.groups.exponentials(self.model, self.model.rates(theta, self.groups.design))
        matrices = self.step_matrices(made)
        chances = self.confusion.chances(logits)
        likely = chances.T[self.visits.code]
        forward, scale = np.zeros_like(likely), np.ones(len(likely))
        for step, rows in enumerate(self.steps):
            if step == 0:
                code = self.visits.code[rows]
                ahead = weigh_first(self.first_state, start, code, chances)
            else:
                moves = matrices[self.groups.of[self.interval[rows]]]
                ahead = (forward[rows - 1][:, None, :] @ moves)[:, 0] * likely[rows]
            scale[rows] = ahead.sum(axis=1)
            whole = np.where(scale[rows] > 0, scale[rows], 1.0)
            forward[rows] = ahead / whole[:, None]
        backward = np.ones_like(likely)
        for rows in self.steps[:0:-1] if back and (scale > 0).all() else ():
            moves = matrices[self.groups.of[self.interval[rows]]]
            after = likely[rows] * backward[rows] / scale[rows][:, None]
            backward[rows - 1] = (moves @ after[:, :, None])[:, :, 0]
        return Passes(forward, scale, backward), made, matrices

    def step_matrices(self, made: Exponentials) -> Floats:
        """Return the likelihood of moves in each group; entries to the moment have one column."""
        matrices = made.matrices()
        moment = np.nonzero(self.groups.kind != PANEL)[0]
        if len(moment):
            kind = self.groups.kind[moment]
            into = ending_rates(made, moment, kind)
            entry = (matrices[moment] @ into[:, :, None])[:, :, 0]
            matrices[moment] = 0.0
            matrices[moment, :, kind] = entry
        return matrices

    def _scores(self, parameters: Floats, passes: Passes, made: Exponentials) -> Floats:
        """Return slopes of each person's log-likelihood [persons, parameters]."""
        theta, logits, start = self.parts(parameters)
        visits, left = self.visits, self.visits.left
        chances = self.confusion.chances(logits)
        ended = left + 1
        behind = chances.T[visits.code[ended]] * passes.backward[ended]
        behind = behind / passes.scale[ended][:, None]
        group = self.groups.of
        pattern = self.groups.pattern[group]
        slopes = self._move_slopes(made, group, passes.forward[left], behind)
        slopes *= self.model.rates(theta, self.groups.design)[pattern]
        blocks = [self._by_person(self.model.to_parameters(slopes, self.groups.design[pattern]),
                                  left)]  # fmt: skip
        after = passes.forward * passes.backward
        if self.confusion.size:
            seen = self.confusion.scores(after, visits.code, chances)
            if self.first_state.kind == "observed":
                seen[visits.first] = 0.0
            blocks.append(np.add.reduceat(seen, visits.first, axis=0))
        if self.first_state.size:
            free = self.first_state.free
            blocks.append(after[visits.first][:, free] - self.first_state.chances(start)[free])
        return np.hstack(blocks)

    def _move_slopes(
        self, made: Exponentials, group: Whole, left: Floats, behind: Floats
    ) -> Floats:
        """Return slopes of the log-likelihood in every rate, interval by interval."""
        kind = self.visits.kind
        moment = np.nonzero(kind != PANEL)[0]
        right = behind.copy()
        share = behind[moment, kind[moment]]
        if len(moment):
            right[moment] = ending_rates(made, group[moment], kind[moment]) * share[:, None]
        _, slopes = made.products(group, left, right)
        if len(moment):
            extra = np.zeros((len(moment), slopes.shape[1]))
            add_entry_slopes(made, group[moment], left[moment], share, kind[moment], extra)
            slopes[moment] += extra
        return slopes

    def _by_person(self, values: Floats, visit: Whole) -> Floats:
        """Return sums of values of visits by person, in the order of persons."""
        rank = np.cumsum(np.isin(np.arange(len(self.visits.person)), self.visits.first)) - 1
        made = np.zeros((len(self.visits.first), values.shape[1]))
        np.add.at(made, rank[visit], values)
        return made

    def cluster_scores(self, parameters: Floats) -> Floats:
        """Return weighted sums of slopes by cluster [clusters, parameters]."""
        passes, exponentials, _ = self.run(parameters)
        first = self.visits.first
        scores = self._scores(parameters, passes, exponentials) * self.visits.weight[first][:, None]
        cluster = self.visits.cluster[first]
        made = np.zeros((int(cluster.max()) + 1, self.size))
        np.add.at(made, cluster, scores)
        return made[np.unique(cluster)]

    def impossible(self, parameters: Floats) -> Whole:
        """Return first visits of persons whose visits the model cannot have made."""
        scale = self.run(parameters, back=False)[0].scale
        return self.visits.first[np.minimum.reduceat(scale, self.visits.first) <= 0]

    def most_likely(self, parameters: Floats) -> Whole:
        """Return the most likely sequence of true states (Viterbi), one state a visit."""
        _, logits, start = self.parts(parameters)
        _, _, matrices = self.run(parameters, back=False)
        chances = self.confusion.chances(logits)
        code = self.visits.code
        with np.errstate(divide="ignore"):
            likely, moves = np.log(chances.T), np.log(matrices)
            best = np.zeros((len(code), len(chances)))
            rows = self.steps[0]
            best[rows] = np.log(weigh_first(self.first_state, start, code[rows], chances))
        origin = np.zeros(best.shape, dtype=np.int64)
        for rows in self.steps[1:]:
            ways = best[rows - 1][:, :, None] + moves[self.groups.of[self.interval[rows]]]
            origin[rows] = ways.argmax(axis=1)
            best[rows] = ways.max(axis=1) + likely[code[rows]]
        path = np.asarray(best.argmax(axis=1))
        for rows in self.steps[:0:-1]:
            path[rows - 1] = origin[rows, path[rows]]
        return path


def hidden_panel(
    model: RateModel, visits: Visits, design: Floats, confusion: Confusion, first_state: FirstState
) -> HiddenPanel:
    """Return the likelihood of visits to hidden states."""
    first = visits.first
    count = np.diff(np.r_[first, len(visits.code)])
    longest = int(count.max())
    steps = [first[count > step] + step for step in range(longest)]
    interval = np.full(len(visits.code), -1, dtype=np.int64)
    interval[visits.left + 1] = np.arange(len(visits.left))
    groups = group_intervals(visits, design)
    return HiddenPanel(model, groups, confusion, first_state, visits, steps, interval)
