"""Spells to sequences, person-periods and panels, and back: the same, or what is lost is said."""

import os
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skillsfc as sf
from skillsfc.errors import SkillsfcWarning, TableError

# Every example runs all rules of the check several times: few in the house, as many as told else.
FEW = settings(max_examples=6) if os.environ.get("HYPOTHESIS", "house") == "house" else settings()
UNITS = st.sampled_from([1.0, 0.5, 0.25, 1 / 3, 0.1, 7.0])


@st.composite
def lives(draw, unit, *, gaps=True, same=True, late=True, moves=True):
    """Return spells in shuffled rows, with weights of persons and a column of spells."""
    rows = []
    first = draw(st.integers(-3, 4))
    for person in range(draw(st.integers(1, 4))):
        at, before, mine = first + draw(st.integers(0, 3)), "", []
        weight = draw(st.sampled_from([0.5, 1.0, 2.0]))
        for _ in range(draw(st.integers(1, 5))):
            state = draw(st.sampled_from([name for name in "SUE" if same or name != before]))
            length, gap = draw(st.integers(1, 5)), draw(st.integers(0, 2)) if gaps else 0
            mine.append((state, at, at + length, gap))
            at, before = at + length + gap, "" if gap else state
        unseen = draw(st.integers(-2, mine[0][2] - mine[0][1] - 1)) if late else 0
        for place, (state, start, end, gap) in enumerate(mine):
            goes = [name for name in "SUED" if name != state] if moves else []
            alone = place == len(mine) - 1 or gap
            to = draw(st.sampled_from(["censored", *goes])) if alone else ""
            entry = (mine[0][1] + unseen) * unit
            kids = draw(st.integers(0, 2))
            rows.append(
                (f"p{person}", state, start * unit, end * unit, to, entry, weight, kids, "F")
            )
    names = ["person", "state", "start", "end", "to_state", "entry", "weight", "kids", "sex"]
    table = pd.DataFrame(draw(st.permutations(rows)), columns=names)
    return sf.check_spells(table if late else table.drop(columns="entry"), neighbours="keep")


def same_spells(found, expected):
    """Compare all columns; times to the 1e-9 that they are rounded to."""
    columns = list(expected.columns)
    assert set(found.columns) == set(columns)
    pd.testing.assert_frame_equal(found[columns], expected, check_dtype=False, rtol=0, atol=2.1e-9)


@FEW
@given(st.data(), UNITS)
def test_person_periods_are_an_exact_inverse(data, unit):
    told = data.draw(lives(unit))
    rows = sf.spells_to_person_periods(told)
    back = sf.person_periods_to_spells(rows.sample(frac=1, random_state=1))
    same_spells(back, told.table)
    again = sf.spells_to_person_periods(sf.check_spells(back, neighbours="keep"))
    same_spells(again, rows)


@FEW
@given(st.data(), UNITS)
def test_sequences_are_an_exact_inverse_of_spells_on_their_grid(data, unit):
    told = data.draw(lives(unit, same=False, late=False, moves=False))
    told = told.table.drop(columns="kids")
    first = float(told["start"].min())
    made = sf.spells_to_sequences(told, start=first, width=unit)
    assert made.notes == ()
    only = unit if len(made.periods) == 1 else None
    back = sf.sequences_to_spells(made, width=only)
    same_spells(back, told)
    again = sf.spells_to_sequences(back, start=first, width=unit)
    assert np.array_equal(again.codes, made.codes)
    assert again.states == made.states
    by_rows = sf.person_periods_to_spells(sf.spells_to_person_periods(back))
    same_spells(by_rows, back)


@FEW
@given(st.data(), UNITS)
def test_whatever_sequences_do_not_give_back_is_said_in_their_notes(data, unit):
    told = data.draw(lives(unit)).table
    made = sf.spells_to_sequences(told, width=unit)
    back = sf.sequences_to_spells(made, width=unit).drop(columns="kids", errors="ignore")
    try:
        same_spells(back, told.drop(columns=["kids", "entry"]))
    except AssertionError:
        assert any("spells" in note for note in made.notes)
    gone = "Columns that change within persons are not kept: 'kids'."
    assert (gone in made.notes) == bool((told.groupby("person")["kids"].nunique() > 1).any())


def grid(told, unit):
    low, high = told["start"].min() / unit, told["end"].max() / unit
    return np.arange(round(low), round(high) + 1) * unit


@FEW
@given(st.data(), UNITS)
def test_a_panel_of_every_time_is_an_exact_inverse_without_gaps(data, unit):
    told = data.draw(lives(unit, gaps=False, same=False, late=False)).table
    panel = sf.spells_to_panel(told, times=grid(told, unit))
    same_spells(sf.panel_to_spells(panel), told)


@FEW
@given(st.data(), UNITS)
def test_a_panel_of_every_time_is_an_exact_inverse_with_gaps_as_its_notes_say(data, unit):
    told = data.draw(lives(unit, same=False, late=False, moves=False)).table
    panel = sf.spells_to_panel(told, times=grid(told, unit), include_end=False)
    same_spells(sf.panel_to_spells(panel, closing=unit, longest_step=unit), told)


def test_years_of_the_calendar_go_round_every_way():
    told = pd.DataFrame({"person": [1, 1, 2], "state": ["S", "E", "S"], "start": [1990, 1993, 1991],
                         "end": [1993, 1995, 1992]})  # fmt: skip
    told = sf.check_spells(told, unit="year").table
    sequences = sf.spells_to_sequences(told, unit="year")
    assert (sequences.periods, sequences.unit) == ((1990, 1991, 1992, 1993, 1994), "year")
    same_spells(sf.sequences_to_spells(sequences), told)
    same_spells(sf.person_periods_to_spells(sf.spells_to_person_periods(told)), told)
    same_spells(sf.panel_to_spells(sf.spells_to_panel(told, times=range(1990, 1996))), told)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"entry": [1, 1]}, "1 spells begin before the person was observed"),
        ({"to_state": ["E", "D"]}, "1 spells end with a move into a state in which no time"),
        ({"start": [0.5, 2]}, "1 spells begin or end within a period"),
        ({"end": [2, 3.5]}, "1 spells begin or end within a period"),
        ({"kids": [0, 1]}, "Columns that change within persons are not kept: 'kids'"),
    ],
)
def test_each_loss_of_sequences_has_its_note(change, note):
    told = pd.DataFrame({"person": 1, "state": ["S", "E"], "start": [0, 2], "end": [2, 4]})
    assert sf.spells_to_sequences(told).notes == ()
    assert sf.spells_to_sequences(told.assign(**change)).notes[0].startswith(note)


def test_cut_and_joined_spells_have_their_notes():
    told = pd.DataFrame({"person": 1, "state": ["E", "E"], "start": [0, 2], "end": [2, 4]})
    kept = sf.check_spells(told, neighbours="keep")
    assert sf.spells_to_sequences(kept).notes == (
        "1 spells are joined with the next one, which is in the same state.",
    )
    cut = sf.spells_to_sequences(told.assign(state=["S", "E"]), start=1, length=2)
    assert cut.notes == ("2 spells reach beyond the periods and are cut.",)


def test_a_column_that_changes_within_a_spell_is_named():
    rows = pd.DataFrame({"person": [1, 1, 1], "period": [0, 1, 2], "state": ["S", "S", "E"],
                         "kids": [0, 1, 1], "sex": "F"})  # fmt: skip
    with pytest.warns(SkillsfcWarning, match="first value is kept: 'kids'"):
        made = sf.person_periods_to_spells(rows)
    assert made["kids"].tolist() == [0, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # between spells a column may change
        sf.person_periods_to_spells(rows.assign(kids=[0, 0, 1]))


def test_columns_that_a_conversion_needs_for_itself_are_refused():
    told = pd.DataFrame({"person": 1, "state": ["S", "E"], "start": [0, 2], "end": [2, 4]})
    with pytest.raises(TableError, match=r"column 'time'(.|\n)*column 'exposure'.*own_exposure"):
        sf.spells_to_person_periods(told.assign(time=1, exposure=2))
    with pytest.raises(TableError, match="column 'time': the result has a column of this name"):
        sf.spells_to_panel(told.assign(time=1), times=[0, 1])
    panel = sf.spells_to_panel(told, times=[0, 2, 4])
    with pytest.raises(TableError, match=r"column 'start'(.|\n)*column 'event'"):
        sf.panel_to_spells(panel.assign(start=1, event=True))
    job = panel.rename(columns={"state": "job"})
    with pytest.raises(TableError, match="column 'state'"):
        sf.panel_to_spells(job.assign(state="x"), state="job")
    rows = sf.spells_to_person_periods(told)
    with pytest.raises(TableError, match="column 'end'"):
        sf.person_periods_to_spells(rows.assign(end=3))
    sequences = sf.spells_to_sequences(told.assign(born=1990))
    owned = sequences.persons.rename(columns={"born": "start"})
    with pytest.raises(TableError, match="column 'start'"):
        sf.sequences_to_spells(type(sequences)(**{**vars(sequences), "persons": owned}))
