"""Why employment in occupations changed: the economy's size, its sectors, work within sectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from skillsfc import __version__
from skillsfc.conversion import STATUS_ORDER
from skillsfc.errors import ParameterError, Problem, TableError, did_you_mean, listing
from skillsfc.forecast.decomposition.effects import EFFECTS, effects
from skillsfc.forecast.decomposition.findings import find_findings
from skillsfc.forecast.decomposition.inputs import SIDES, Pair, grouped_sources, read_pair
from skillsfc.forecast.preparation import ISSUE_COLUMNS
from skillsfc.results import Result, table_hash

DEFINITIONS = ("classic", "warwick")
ABSENT = ("error", "zero")


@dataclass(frozen=True)
class DecompositionSettings:
    """Arguments of `decompose_change`."""

    definition: str
    batch: tuple[str, ...]
    axes: tuple[str, ...]
    absent: str
    first_year: int | None
    year: int | None


@dataclass(frozen=True, eq=False, repr=False)
class ChangeDecomposition(Result):
    """Outcome of `decompose_change`.

    Parameters
    ----------
    cells : DataFrame
        The columns of ``.table`` for every cell: batch keys, sector, occupation and, if it is an
        axis, qualification [persons].
    issues : DataFrame
        ``rule, series, affected, severity, text``: what was found and done.
    """

    cells: pd.DataFrame = field(default_factory=pd.DataFrame)
    issues: pd.DataFrame = field(default_factory=pd.DataFrame)

    def sum_by(self, by: Sequence[str]) -> pd.DataFrame:
        """Return the effects summed over all keys but those named, such as ``["sector"]``.

        Parameters
        ----------
        by : sequence of str
            Keys of ``.cells`` to keep. Batch keys left out are summed too.

        Returns
        -------
        DataFrame
            The keys, the columns of ``.table``; ``status`` is the worst of the parts.

        Raises
        ------
        ParameterError
            If a name is not a key of the cells, or none is given.

        Examples
        --------
        >>> import skillsfc as sf
        >>> jobs = sf.example(seed=1).employment_by_occupation
        >>> made = decompose_change(jobs[jobs["year"] == 2004], jobs[jobs["year"] == 2023])
        >>> bool(made.sum_by(["sector"])["occupation_effect"].abs().max() < 1e-6)
        True
        """
        keys = [*self.settings.batch, *self.settings.axes]  # type: ignore[attr-defined]
        names = [by] if isinstance(by, str) else list(by)
        problems = [
            Problem(f"by={name!r}", "not a key here", listing(keys), did_you_mean(name, keys))
            for name in names
            if name not in keys
        ]
        if problems or not names:
            raise ParameterError("sum_by", problems or [Problem("by", "nothing", listing(keys))])
        return _sum_cells(self.cells, names)

    def to_long(self) -> pd.DataFrame:
        """Return the table with one row an effect, for stacked bars.

        Returns
        -------
        DataFrame
            Keys, ``indicator`` (scale, mix, occupation_effect, qualification_effect), ``value``
            [persons], ``unit, status, source``.

        Examples
        --------
        >>> import skillsfc as sf
        >>> jobs = sf.example(seed=1).employment_by_occupation
        >>> made = decompose_change(jobs[jobs["year"] == 2004], jobs[jobs["year"] == 2023])
        >>> made.to_long()["indicator"].unique().tolist()
        ['scale', 'mix', 'occupation_effect']
        """
        parts = [name for name in EFFECTS if name in self.table]
        keys = [name for name in self.table if name not in (*SIDES, "change", *parts)]
        long = self.table.melt(keys, parts, "indicator", "value")
        flags = ["unit", "status", "source"]
        return long[[*(key for key in keys if key not in flags), "indicator", "value", *flags]]


def decompose_change(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    definition: str = "classic",
    by: Sequence[str] | None = None,
    absent: str = "error",
) -> ChangeDecomposition:
    """Split the change of employment by occupation into scale, mix and occupation effects.

    Use it to say how much of an occupation's change comes from the economy's growth, from the
    growth of the sectors that employ it, and from a changed share within those sectors. It is
    accounting, not causation: a sector's growth and the work within it influence each other.

    Parameters
    ----------
    before, after : DataFrame
        Tidy tables of one year each: ``sector, occupation``, ``qualification`` as a third axis if
        it is there, further keys, ``persons`` [persons], ``unit, status, source``. The second may
        be a projection.
    definition : {"classic", "warwick"}
        At which size of the economy mix is measured: that of the later year, or the earlier one
        as in the projections of the University of Warwick for the United Kingdom.
    by : sequence of str, optional
        Keys to keep, others are summed; default: all. Keys other than the axes, such as country,
        region or sex, make a batch: each of their combinations is decomposed on its own.
    absent : {"error", "zero"}
        A cell that only one table has: an error, or stated to have nobody (a structural zero).

    Returns
    -------
    ChangeDecomposition
        ``.table``: batch keys, ``occupation`` (and ``qualification``), ``first_year, year``,
        ``before, after, change, scale, mix, occupation_effect`` (and ``qualification_effect``)
        [persons], ``unit, status, source``. ``.cells``: the same by sector. ``.diagnostics``:
        totals, growth and the sums that must be zero, one row a batch.

    Raises
    ------
    TableError
        If a table is not valid or has several years, code lists or cells of the two differ, a cell
        is missing or suppressed, or nobody is employed.
    ParameterError
        If an argument is unknown.
    CoverageError
        If a table has no value, or a country or another batch is in one table only.

    Notes
    -----
    With sectors i, occupations o and total growth g: ``scale_o = E_o0 g``. Classic
    ``mix_o = sum_i E_io0 (g_i - g)``; Warwick
    ``mix_o = sum_i (E_io0 / E_i0)(E_i1 T0 / T1 - E_i0)``, the classic one over ``1 + g``. The
    occupation effect is the rest. With qualifications q, it is the rest at the qualification
    shares of before, and the qualification effect is ``E_ioq1 - E_io1 E_ioq0 / E_io0``. Mix and
    occupation effects each sum to zero over the economy, qualification effects within each
    occupation.

    A sector with nobody before has no growth rate: its whole arrival counts as mix, with its own
    later pattern; a new occupation within a sector likewise as occupation effect. Classic and
    Warwick results for occupations can be summed to groups; with the third axis, groups of
    occupations keep scale and mix, and only the sum of the other two.

    References
    ----------
    Dunn (1960), A Statistical and Analytical Technique for Regional Analysis, Papers in Regional
    Science 6, 97-112.

    Examples
    --------
    Examplia is not a real country.

    >>> import skillsfc as sf
    >>> jobs = sf.example(seed=1).employment
    >>> made = decompose_change(jobs[jobs["year"] == 2004], jobs[jobs["year"] == 2023],
    ...                         by=["sector", "occupation"])
    >>> shown = ["occupation", "change", "scale", "mix", "occupation_effect"]
    >>> made.table[shown].round(-2).head(4)
      occupation    change    scale      mix  occupation_effect
    0          1   35600.0  21000.0  15300.0             -700.0
    1          2  214900.0  69400.0  65800.0            79700.0
    2          3  132300.0  44700.0  42500.0            45100.0
    3          4   -3800.0  31400.0  19500.0           -54700.0
    """
    _check_choice("definition", definition, DEFINITIONS)
    _check_choice("absent", absent, ABSENT)
    pair = read_pair(before, after, by=by, absent=absent)
    totals = _totals(pair)
    _refuse_empty(totals, pair, definition)
    cells = effects(pair.cells, pair.batch, pair.axes, definition)
    cells = _dated(cells, pair)
    issues = find_findings(pair, totals)
    years = pair.years if len(pair.years) == 2 else (None, None)
    return ChangeDecomposition(
        table=_sum_cells(cells, [*pair.batch, *pair.axes[1:]]),
        settings=DecompositionSettings(definition, pair.batch, pair.axes, absent, *years),
        diagnostics=_diagnostics(cells, totals, pair),
        notes=_notes(pair, definition, [issue[4] for issue in issues]),
        provenance={
            "version": __version__,
            "seed": None,
            "inputs": {"before": table_hash(before), "after": table_hash(after)},
        },
        cells=cells,
        issues=pd.DataFrame(issues, columns=ISSUE_COLUMNS),
    )


def _check_choice(name: str, value: object, options: Sequence[str]) -> None:
    if value not in options:
        near = did_you_mean(value, options)
        problem = Problem(name, repr(value), f"one of {listing(options)}", near)
        raise ParameterError("decompose_change", [problem])


def _totals(pair: Pair) -> pd.DataFrame:
    if not pair.batch:
        return pair.cells[list(SIDES)].sum().to_frame().T
    return pair.cells.groupby(list(pair.batch))[list(SIDES)].sum().reset_index()


def _refuse_empty(totals: pd.DataFrame, pair: Pair, definition: str) -> None:
    """Refuse a total of nobody: growth from zero, or mix relative to zero, is not defined."""
    sides = SIDES if definition == "warwick" else SIDES[:1]
    problems = []
    for side in sides:
        empty = totals[totals[side] == 0]
        if len(empty):
            named = [" ".join(map(str, row)) for row in empty[list(pair.batch)].to_numpy()]
            where = f"{side} table" + (f", {listing(named, 5)}" if pair.batch else "")
            problems.append(Problem(where, "nobody employed", "a total above zero"))
    if problems:
        raise TableError("decompose_change", problems)


def _dated(cells: pd.DataFrame, pair: Pair) -> pd.DataFrame:
    """Put years and columns in their place."""
    keys = [*pair.batch, *pair.axes]
    years = dict(zip(("first_year", "year"), pair.years, strict=True)) if pair.years else {}
    parts = EFFECTS[: len(pair.axes) + 1]
    made = cells.assign(**years, unit="persons")
    return made[[*keys, *years, *SIDES, "change", *parts, "unit", "status", "source"]]


def _sum_cells(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the cells summed to some keys; status is the worst of the parts."""
    rank = {status: place for place, status in enumerate(STATUS_ORDER)}
    values = [name for name in (*SIDES, "change", *EFFECTS) if name in cells]
    years = [name for name in ("first_year", "year") if name in cells]
    grouped = cells.assign(_rank=cells["status"].map(rank)).groupby([*by, *years], sort=True)
    made = grouped[values].sum()
    made["unit"] = "persons"
    made["status"] = grouped["_rank"].max().map(dict(enumerate(STATUS_ORDER)))
    made["source"] = grouped_sources(grouped)
    return made.reset_index()


def _diagnostics(cells: pd.DataFrame, totals: pd.DataFrame, pair: Pair) -> pd.DataFrame:
    parts = EFFECTS[1 : len(pair.axes) + 1]
    names = {part: f"{part}_sum" for part in parts}
    if pair.batch:
        sums = cells.groupby(list(pair.batch))[list(parts)].sum().reset_index(drop=True)
    else:
        sums = cells[list(parts)].sum().to_frame().T
    growth = totals["after"] / totals["before"] - 1
    return totals.assign(growth=growth).join(sums.rename(columns=names))


def _notes(pair: Pair, definition: str, found: list[str]) -> tuple[str, ...]:
    size = {"classic": "later", "warwick": "earlier"}[definition]
    notes = [f"Definition {definition}: mix is measured at the size of the {size} year."]
    if len(pair.axes) == 3:
        notes.append("Qualification is the third axis: its effects sum to zero in each occupation.")
    if pair.batch:
        named = listing(pair.batch)
        notes.append(f"Each combination of {named} is decomposed on its own; growth is its own.")
    return (*notes, *(f"{text[0].upper()}{text[1:]}." for text in found))
