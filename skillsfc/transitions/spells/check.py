"""`check_spells`: person spells against numbered rules, every hit counted, nothing lost unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, TableError
from skillsfc.results import Result, table_hash
from skillsfc.transitions.column_names import read_states, refuse_other_than_mappings
from skillsfc.transitions.records import spell_frame
from skillsfc.transitions.spells.intake import INNER, read_table
from skillsfc.transitions.spells.moves import read_moves, settle_moves
from skillsfc.transitions.spells.overlaps import settle_neighbours
from skillsfc.transitions.spells.rules import Ledger
from skillsfc.transitions.spells.settings import SUBJECT, SpellCheckSettings, refuse_settings
from skillsfc.transitions.spells.times import settle_entry, settle_times
from skillsfc.transitions.spells.values import settle_values, settle_varied_weights

CODES = "codes and their meaning, such as {1: 'employment', 0: 'censored'}"
COLUMNS = ("person", "state", "start", "end", "event", "to_state", "entry")


@dataclass(frozen=True, eq=False, repr=False)
class SpellCheck(Result):
    """Checked spells: ``table`` is ready for every estimator, ``issues`` says what was found.

    ``table`` has ``person, state, start, end`` [unit], ``event`` [true or false], ``to_state``
    (``"censored"`` where no move was seen), ``entry`` [unit] if it was given, and all other
    columns as they came; sorted by person and start.
    """

    shown: ClassVar[tuple[str, ...]] = ("diagnostics",)

    settings: SpellCheckSettings = field(default_factory=SpellCheckSettings)

    @property
    def issues(self) -> pd.DataFrame:
        """Return one row a rule: what it found, dropped and added, and the time before and after.

        Spells given - ``dropped`` + ``added`` = spells in ``table``.
        """
        return self.diagnostics


def check_spells(
    spells: object,
    *,
    unit: str = "month",
    origin: object = None,
    days: str = "fraction",
    end_included: bool = False,
    states: Iterable[str] | None = None,
    birth: object = None,
    interview: object = None,
    weight: str | None = "weight",
    age: str | None = "age",
    event_codes: Mapping[Any, Any] | None = None,
    unknown_state: str = "unknown",
    missing_values: str = "refuse",
    bad_month: str = "refuse",
    conflict: str = "refuse",
    end_before_start: str = "refuse",
    before_birth: str = "refuse",
    after_interview: str = "refuse",
    zero_length: str = "refuse",
    overlap: str | Iterable[str] = "refuse",
    gap: str = "flag",
    destination: str = "refuse",
    neighbours: str = "merge",
    late_entry: str = "refuse",
    bad_age: str = "refuse",
    errors: str = "raise",
    seed: int = 1,
) -> SpellCheck:
    """Check person spells against 26 numbered rules, complete their moves, and count every hit.

    Use it on every file of spells before anything else. Nothing is mended unless you say how:
    without a choice a fault is an error, and one error lists all of them. Do not use it on
    sequences or panels: `sequences_to_spells` and `panel_to_spells` make spells of those.

    Parameters
    ----------
    spells : DataFrame
        ``person, state, start, end``: numbers [unit], dates or text such as ``1993-07``,
        ``1993m7`` or ``1993Q3``; or
        ``start_year, start_month, end_year, end_month``. Optional: ``event``, ``to_state`` (where
        both are absent or empty the next adjoining spell of the person tells), ``entry`` (when
        the person came under observation; beside years a date, or ``entry_year, entry_month``),
        weight, age and any covariates. With ``unit="year"`` years need no months.
    unit : {"month", "quarter", "year", "week", "day"}
        Unit of time; dates are counted in it.
    origin : str or date, optional
        Date of time 0 where there are dates; default: the month (for weeks and days the day) of
        the earliest start.
    days : {"fraction", "drop"}
        Whether the day of a date counts as a part of its month.
    end_included : bool
        The end told still belongs to the spell: the month of ``end_month`` or of dates that tell
        months, the day of dates that tell days, the unit of whole numbers.
    states : iterable of str, optional
        The alphabet; other states are an error.
    birth, interview : str, number or date, optional
        A column or one value for all, on the clock of ``start``: no spell can start before birth
        or end after the interview.
    weight, age : str, optional
        Columns, used if there. Age is in completed years.
    event_codes : mapping, optional
        Meaning of event codes, such as ``{0: "censored", 1: "employment", 2: "training"}``; a
        meaning may be a state, true (1), false (0) or ``"censored"``.
    unknown_state : str
        Name of the state that fills gaps and stands for destinations that are not known.
    missing_values : {"refuse", "drop"}
        Rows without person, state, start or end.
    bad_month : {"refuse", "half_year", "uniform"}
        Months that are missing, 0, 98, 99: the middle of what is possible in that year, or drawn.
    conflict : {"refuse", "first"}
        Rows that agree in person, state and times but not in the rest.
    end_before_start : {"refuse", "swap", "drop"}
        Negative lengths.
    before_birth, after_interview : {"refuse", "clip"}
        Spells beyond birth or interview.
    zero_length : {"refuse", "half", "drop"}
        Spells without length; ``"half"`` takes half a unit from the spell that follows.
    overlap : {"refuse", "cut_earlier", "cut_later", "keep"} or list of states
        Two states at a time; in a list the state named first holds.
    gap : {"flag", "refuse", "fill", "close"}
        Time between two spells of a person: kept, filled with ``unknown_state``, or given to the
        spell before. A spell before a gap that is kept is censored there.
    destination : {"refuse", "next", "keep"}
        ``to_state`` other than the adjoining next spell, or a censored spell that one adjoins.
    neighbours : {"merge", "keep", "refuse"}
        Adjoining spells in one state, such as two jobs: merged, or kept as moves within a state.
    late_entry : {"refuse", "drop"}
        Spells that ended before the person was first seen.
    bad_age : {"refuse", "missing"}
        Ages outside 0-120.
    errors : {"raise", "list"}
        ``"list"`` raises nothing: the issues table says what is wrong, and if anything is,
        ``table`` is empty.
    seed : int
        For ``bad_month="uniform"``.

    Returns
    -------
    SpellCheck
        ``.table``: the spells; ``.issues``: ``rule, title, severity`` (error, treated or flagged),
        ``spells, persons`` hit, ``dropped, added`` [spells], ``time_before, time_after`` [unit,
        over all spells], ``treatment``: one row for each rule, also where nothing was found.

    Raises
    ------
    TableError
        On missing columns, and on any fault without a chosen treatment; all are listed at once,
        with hashes in place of identifiers.
    ParameterError
        If an argument is none of the words offered.

    Notes
    -----
    Rules run in the order of their numbers, each on what the last one left; rows with an error are
    set aside for the rules to come. S24 alone looks early, before S16 merges spells that may differ
    in weight. Times nearer than 1e-9 are one moment.

    Examples
    --------
    >>> import pandas as pd
    >>> told = pd.DataFrame({"person": [1, 1, 2], "state": ["school", "job", "job"],
    ...                      "start": [0, 6, 3], "end": [8, 20, 3]})
    >>> made = check_spells(told, overlap="cut_earlier", zero_length="half")
    >>> made.table[["person", "state", "start", "end", "to_state"]]
       person   state  start   end  to_state
    0       1  school    0.0   6.0       job
    1       1     job    6.0  20.0  censored
    2       2     job    3.0   3.5  censored
    >>> found = made.issues[made.issues["spells"] > 0]
    >>> found[["rule", "severity", "spells", "time_before", "time_after"]]
       rule severity  spells  time_before  time_after
    10  S11  treated       1         22.0        22.5
    11  S12  treated       1         22.5        20.5
    """
    table = spell_frame(spells, SUBJECT)
    refuse_other_than_mappings({"event_codes": event_codes}, SUBJECT, CODES)
    settings = SpellCheckSettings(
        unit=unit, origin=origin, days=days, end_included=end_included, seed=seed,
        states=read_states(states, SUBJECT), birth=birth, interview=interview,
        weight=weight, age=age, unknown_state=unknown_state, event_codes=event_codes or {},
        missing_values=missing_values, bad_month=bad_month, conflict=conflict,
        end_before_start=end_before_start, before_birth=before_birth,
        after_interview=after_interview, zero_length=zero_length,
        overlap=overlap if isinstance(overlap, str) else _order(overlap), gap=gap,
        destination=destination, neighbours=neighbours, late_entry=late_entry, bad_age=bad_age,
        errors=errors,
    )  # fmt: skip
    made, ledger, known = run_rules(table, settings)
    return SpellCheck(
        made,
        known,
        ledger.issues(),
        notes=_notes(ledger, known, len(table)),
        provenance={"version": __version__, "inputs": {"spells": table_hash(table)}, "seed": seed},
    )


def run_rules(
    table: pd.DataFrame, settings: SpellCheckSettings
) -> tuple[pd.DataFrame, Ledger, SpellCheckSettings]:
    """Return the checked table, what the rules found, and the settings with the origin used."""
    refuse_settings(settings, table)
    ledger, clock = read_table(table, settings)
    read_moves(ledger, settings)
    settle_times(ledger, settings)
    settle_neighbours(ledger, settings)
    settle_varied_weights(ledger, settings.weight)
    settle_moves(ledger, settings)
    settle_entry(ledger, settings.late_entry)
    settle_values(ledger, settings)
    if ledger.problems and settings.errors == "raise":
        raise TableError(SUBJECT, ledger.problems)
    made = _finished(ledger.table)
    if made.empty and settings.errors == "raise":
        step = "No spell is left after the treatments chosen; errors='list' shows the issues table."
        raise TableError(SUBJECT, [Problem("rows", "none left", "at least one", next_step=step)])
    return made.iloc[:0] if ledger.problems else made, ledger, replace(settings, origin=clock.label)


def _order(overlap: object) -> tuple[str, ...]:
    if isinstance(overlap, Iterable):
        return tuple(overlap)
    expected = "'refuse', 'cut_earlier', 'cut_later', 'keep' or a list of states"
    raise ParameterError(SUBJECT, [Problem("overlap", repr(overlap), expected)])


def _finished(work: pd.DataFrame) -> pd.DataFrame:
    """Return the columns in order, whole times as whole numbers, events as true and false."""
    front = [name for name in COLUMNS if name in work]
    others = [name for name in work.columns if name not in (*front, *INNER)]
    made = work[[*front, *others]].assign(event=work["event"] == 1)
    clocks = [name for name in ("start", "end", "entry") if name in made]
    times = made[clocks].to_numpy(dtype="float64")
    whole = times.size and np.isfinite(times).all() and (times == np.rint(times)).all()
    kinds: dict[str, str] = dict.fromkeys(clocks, "int64" if whole else "float64")
    return made.astype(kinds).reset_index(drop=True)


def _notes(ledger: Ledger, settings: SpellCheckSettings, given: int) -> tuple[str, ...]:
    notes = ledger.notes()
    if settings.origin is not None:
        notes.insert(0, f"Time 0 is {settings.origin}; times are counted in {settings.unit}s.")
    if ledger.problems:
        notes.append(f"{len(ledger.problems)} rules found errors: the table is left empty.")
    elif len(ledger.table) != given:
        notes.append(f"{given} spells were given, {len(ledger.table)} are in the table.")
    return tuple(notes)
