"""`check_margins`: whether margins can be met at all, and the smallest change that makes it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ConvergenceError, Problem, TableError, listing
from skillsfc.forecast.balancing.arrangement import Arrangement, arrange, table_name
from skillsfc.forecast.balancing.consistency import find_negatives
from skillsfc.forecast.balancing.feasibility import Advice, advise
from skillsfc.forecast.balancing.inputs import SUBJECT, read_inputs
from skillsfc.forecast.balancing.labels import names_of_arrangement
from skillsfc.forecast.balancing.layout import Array, Arrays
from skillsfc.forecast.balancing.solution import Solution
from skillsfc.forecast.balancing.wording import describe, number
from skillsfc.results import Result, table_hash


@dataclass(frozen=True)
class CheckSettings:
    """Arguments of `check_margins`."""

    margins: tuple[str, ...]
    by: tuple[str, ...]
    signed: bool


@dataclass(frozen=True, eq=False, repr=False)
class MarginCheck(Result):
    """Outcome of `check_margins`.

    Parameters
    ----------
    margins : mapping of DataFrame
        The margins with the suggested changes; `sf.balance` accepts them.
    openings : DataFrame
        The other way out: zero cells of the seed, and the least that would stand there.
    """

    margins: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    openings: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def feasible(self) -> bool:
        """Whether every table can be balanced as it is."""
        return bool(self.table.empty)


def check_margins(
    seed_table: pd.DataFrame,
    margins: Sequence[pd.DataFrame] | Mapping[str, pd.DataFrame],
    *,
    by: Sequence[str] | None = None,
    signed: bool = False,
) -> MarginCheck:
    r"""Say whether a table with these margins exists, and what the smallest change would be.

    Use it before `sf.balance`, or when that refused: the same linear programme, as tables. It takes
    no account of which target is wrong; of several changes of the same size it names one.

    Parameters
    ----------
    seed_table, margins, by
        As for `sf.balance`.
    signed : bool
        Whether values may be negative, as with ``method="gras"``.

    Returns
    -------
    MarginCheck
        ``.table``: one row a target to change, with its keys, ``margin, before, after, change``
        [unit of the measure]; no rows if nothing is needed (``.feasible``). ``.margins``: the
        margins with these changes. ``.openings``: keys and ``least`` of zero cells of the seed
        that, opened, would be enough. ``.diagnostics``: one row a table, ``feasible, change,
        share`` of the total.

    Raises
    ------
    TableError
        If the tables are not valid; see `sf.balance`.
    ConvergenceError
        If a table is too large for the linear programme.

    Notes
    -----
    With the cells :math:`x \ge 0` where the seed is not 0, and A the matrix that sums them:

    .. math:: \min \sum |d| \quad \text{such that} \quad A x = t + d

    Examples
    --------
    >>> import pandas as pd
    >>> flags = {"unit": "persons", "status": "observed", "source": "made up"}
    >>> seed = pd.DataFrame({"sector": ["A", "C"], "occupation": ["6", "8"], "persons": [1.0, 1],
    ...                      **flags})
    >>> sectors = pd.DataFrame({"sector": ["A", "C"], "persons": [30.0, 70], **flags})
    >>> jobs = pd.DataFrame({"occupation": ["6", "8"], "persons": [50.0, 50], **flags})
    >>> made = check_margins(seed, [sectors, jobs])
    >>> made.feasible, float(made.table["change"].abs().sum())
    (False, 40.0)
    >>> from skillsfc.forecast.balancing.tables import balance
    >>> bool(balance(seed, made.margins).diagnostics["converged"].all())
    True
    """
    inputs = read_inputs(seed_table, margins, by=by, signed=signed)
    made = arrange(inputs)
    arrays = made.arrays(made.targets, signed=signed)
    _refuse_negatives(made, arrays)
    advices = [
        advise(arrays.layout, *arrays.one(arrays.seeds, table)) for table in range(arrays.tables)
    ]
    _refuse_unknown(made, advices)
    changes, openings = _changes(made, arrays, advices), _openings(made, arrays, advices)
    return MarginCheck(
        table=changes,
        settings=CheckSettings(tuple(m.name for m in inputs.margins), inputs.batch, bool(signed)),
        diagnostics=_diagnostics(made, advices),
        notes=_notes(made, advices),
        provenance={
            "version": __version__,
            "seed": None,
            "inputs": {"seed_table": table_hash(seed_table)}
            | {f"margin {m.name}": table_hash(m.rows) for m in inputs.margins},
        },
        margins=_changed(made, changes),
        openings=openings,
    )


def _refuse_negatives(made: Arrangement, arrays: Arrays) -> None:
    found = find_negatives(arrays) if len(arrays.seeds) == 1 else []
    if found:
        empty = np.empty(0)
        told = Solution([], empty, empty, empty.astype(bool), [], found)
        raise TableError(SUBJECT, describe(told, names_of_arrangement(made, arrays)))


def _refuse_unknown(made: Arrangement, advices: Sequence[Advice]) -> None:
    slow = [table for table, advice in enumerate(advices) if not advice.known]
    if slow:
        names = [table_name(made, table) or "the table" for table in slow]
        found = f"no answer in time for {listing(names)}"
        step = "Sum to fewer codes, or check parts of it."
        problem = Problem("linear programme", found, "a smaller table", next_step=step)
        raise ConvergenceError("check_margins", [problem])


def _changes(made: Arrangement, arrays: Arrays, advices: Sequence[Advice]) -> pd.DataFrame:
    inputs, rows = made.inputs, []
    for table, advice in enumerate(advices):
        for change in advice.changes:
            margin = inputs.margins[change.margin]
            cell = arrays.given_cell(change.margin, change.cell)
            codes = {a: made.codes[a][i] for a, i in zip(margin.axes, cell, strict=True)}
            batch = {key: made.tables[key].iloc[table] for key in inputs.batch}
            values = {"before": change.before, "after": change.after}
            rows.append({**batch, "margin": margin.name, **codes, **values})
    columns = [*inputs.batch, "margin", *_used(made), "before", "after"]
    found = pd.DataFrame(rows, columns=columns)
    found["change"] = found["after"].astype("float64") - found["before"].astype("float64")
    return found


def _openings(made: Arrangement, arrays: Arrays, advices: Sequence[Advice]) -> pd.DataFrame:
    inputs, rows = made.inputs, []
    for table, advice in enumerate(advices):
        for opening in advice.openings:
            names = [inputs.axes[axis] for axis in arrays.order]
            codes = {a: made.codes[a][i] for a, i in zip(names, opening.cell, strict=True)}
            batch = {key: made.tables[key].iloc[table] for key in inputs.batch}
            rows.append({**batch, **codes, "least": opening.after})
    return pd.DataFrame(rows, columns=[*inputs.batch, *_used(made), "least"])


def _used(made: Arrangement) -> list[str]:
    return [axis for axis in made.inputs.axes if axis not in made.inputs.free]


def _changed(made: Arrangement, changes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the margins with the changes in them; a changed target is no longer observed."""
    inputs, changed = made.inputs, {}
    for margin in inputs.margins:
        keys = [*inputs.batch, *margin.axes]
        own = changes.loc[changes["margin"] == margin.name, [*keys, "after"]]
        if own.empty:
            changed[margin.name] = margin.rows.copy()
            continue
        rows = (
            margin.rows.merge(own, on=keys, how="left")
            if keys
            else margin.rows.assign(after=own["after"].iloc[0])
        )
        moved = rows["after"].notna()
        rows[inputs.measure] = rows["after"].where(moved, rows[inputs.measure]).astype("float64")
        rows["status"] = rows["status"].mask(moved & rows["status"].ne("projected"), "modelled")
        changed[margin.name] = rows.drop(columns="after")
    return changed


def _diagnostics(made: Arrangement, advices: Sequence[Advice]) -> pd.DataFrame:
    total = _total(made.targets[0])
    found = made.tables[list(made.inputs.batch)].assign(
        feasible=[advice.feasible for advice in advices],
        change=[advice.total for advice in advices],
    )
    size = np.where(total > 0, total, np.nan)
    return found.assign(share=found["change"].to_numpy() / size)


def _total(target: Array) -> Array:
    return np.asarray(np.abs(target).reshape(len(target), -1).sum(axis=1))


def _notes(made: Arrangement, advices: Sequence[Advice]) -> tuple[str, ...]:
    failed = [table for table, advice in enumerate(advices) if not advice.feasible]
    if not failed:
        return (*made.inputs.notes, *made.notes, "Every table can be balanced.")
    worst = max(failed, key=lambda table: advices[table].total)
    name = table_name(made, worst)
    return (
        *made.inputs.notes,
        *made.notes,
        f"{len(failed)} of {len(advices)} tables cannot be balanced; the largest of the smallest "
        f"changes is {number(advices[worst].total)}{' in ' + name if name else ''}.",
    )
