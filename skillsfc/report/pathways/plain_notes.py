"""Notes of models in an adviser's words: the same content, without the terms of the trade."""

from __future__ import annotations

import re
from collections.abc import Iterable

from skillsfc.report.pathways.words import capital, period, sentences

LETTERS = {
    "contract_or_status": "the contract or status at work",
    "contract": "the contract",
    "employment_status": "the status at work",
    "activity": "whether they work or search for work",
    "wants_other_job": "the wish for another job",
    "intends_to_work": "the aim to work later",
    "in_education": "whether they are at school",
    "in_training": "whether they are in training",
}
SELDOM = "too small if whole schools or villages were drawn"
#: What a note says, and how a page says it; empty where the page says it elsewhere.
WORDS: tuple[tuple[str, str], ...] = (
    (r"Standard errors: infinitesimal jackknife over (\S+) clusters?", r"#errors \1"),
    (r"Standard errors(?: are robust,|: delta method) (?:by|over) (\S+) clusters?", r"#errors \1"),
    (r"Standard errors: Greenwood's.*", "The intervals take persons as drawn one by one"),
    (r"No strata or clusters named: errors are Kish's approximation.*",
     f"The intervals take persons as drawn one by one: they are {SELDOM}"),
    (r"(.*)fewer than (\d+) at risk from time (\S+) on(?: and at some earlier times)? "
     r"\(reliability 'u'\)",
     r"\1from {one} \3 on fewer than \2 were still counted: read with care"),
    (r"(.*)fewer than (\d+) at risk at (\d+) times \(reliability 'u'\)",
     r"\1fewer than \2 were counted at \3 times: read with care"),
    (r"(.*)never (\d+) at risk: read with care \(reliability 'u'\)",
     r"\1never \2 were counted: read with care"),
    (r"(.*)(\d+) persons are not at risk: seen late, after the clock started",
     r"\1\2 persons are left out: they were first seen after the clock had started"),
    (r"(.*)persons are not at risk: (.*)", r"\1persons are left out: \2"),
    (r"(.*)went there at once, in time 0: they have 0.5 (\w+)",
     r"\1went there at once: they are counted as waiting half a \2"),
    (r"(\S+) survey years are pooled: .*", r"\1 survey years are taken together"),
    (r"\d+ shares are unreliable \(u\), .*", ""),
    (r"\d+ values are unreliable \(.*", ""),
    (r"\d+ values rest on fewer than 10 persons or an error .*", ""),
    (r"SYNTHETIC data: .*", "SYNTHETIC data: Examplia is not a real country"),
    (r"Approximation: the stage is open for (\S+) of the persons \(unweighted\)", ""),
    (r"Rules of ILOSTAT: students in the labour force are in transition \(c\)",
     "Rules of ILOSTAT: students who work or search for work are on the way"),
    (r"Rules of the Work4Youth reports: .*",
     "Rules of the Work4Youth reports: a student in a stable or satisfactory job has arrived"),
    (r"Nobody is taken as in the potential labour force .*",
     "The data do not tell who would take a job without searching for one: of those outside the "
     "labour force only the aim to work tells who is on the way"),
    (r"The length of contracts is not in the data: 'temporary' is read as under 12 months",
     "The length of contracts is not in the data: a temporary one is read as under 12 months"),
    (r"(.*) persons are aged (\S+) and classified; (\S+) are of other ages, of 0 the age is not "
     r"known", r"\1 persons are aged \2 and counted here; \3 are of other ages"),
    (r"(.*) rows repeat a person of another row: all rows of a person .*",
     "Each person is read at several times, and counted at each; the intervals know that"),
    (r"(.*)limits recalled from the national reports of the survey \(sf.codes\('\w+'\)\); (.*)",
     r"\1limits recalled from the national reports of the survey; \2"),
    (r"(.*); 'lowest' and 'highest' assume nothing",
     r"\1; the limits without that assumption are in the files"),
    (r"(?:.*: )?Embeddable: .*, and the only one, .*",
     "The chances can come from such rates, and from no others"),
    (r"(?:.*: )?Embeddable: .*",
     "The chances can come from such rates; others would fit them as well"),
    (r"(?:.*: )?Not embeddable: .*",
     "No rates give these chances exactly; those shown are the nearest"),
    (r"(.*) moves elsewhere \((.*)\) are censored: ratios are of cause-specific hazards.*",
     r"\1 moves elsewhere end the observation: a ratio alone does not give the part that ever "
     r"arrives"),
    (r"Robust errors of fewer than (\d+) clusters are too small as a rule",
     r"With fewer than \1 persons or groups drawn the intervals are too narrow as a rule"),
    (r"(.*): ratios lean towards 1. kind='discrete' is made for coarse times",
     r"\1: the ratios are somewhat too near to one"),
)  # fmt: skip
OPEN = re.compile(
    r"(\d+) persons fit several forms for want of (.*): form 9(?: with bounds)?; the stage is open "
    r"for (\d+)"
)
LARGE = re.compile(r"(?<![\d.,-])(\d{4,})(?= (?:persons|rows|of|are|values|clusters|moves|read)\b)")


def plain_notes(notes: Iterable[str], *, unit: str = "month") -> list[str]:
    """Return the notes of a model as a page says them.

    Parameters
    ----------
    notes : iterable of str
        Notes of a result.
    unit : str
        Unit of time of the result.

    Returns
    -------
    list of str
        Sentences without terms of the trade; a note that nobody put in other words stays.

    Examples
    --------
    >>> plain_notes(["fewer than 30 at risk from time 39 on (reliability 'u')."])
    ['From month 39 on fewer than 30 were still counted: read with care.']
    >>> plain_notes(["2 shares are unreliable (u), 0 too uncertain to publish (w), of 26."])
    []
    """
    listed = list(notes)
    repeated = any("rows repeat a person" in note for note in listed)
    made = [_plain(note.strip().rstrip("."), period(unit, 1), repeated) for note in listed]
    return [sentences([text]) for text in dict.fromkeys(made) if text]


def _plain(note: str, one: str, repeated: bool) -> str:
    head, colon, rest = note.partition(": ")
    if colon and " " not in head and "_" in head:  # the name of a job or an answer
        text = _plain(rest, one, repeated)
        return f"{head.replace('_', ' ')}: {text}" if text else ""
    found = OPEN.fullmatch(note)
    if found:
        return _open(*found.groups(), noun="readings" if repeated else "persons")
    for pattern, words in WORDS:
        found = re.fullmatch(pattern, note, re.IGNORECASE)
        if found:
            note = found.expand(words.replace("{one}", one))
            break
    if note.startswith("#errors"):
        count = f"{int(note.split()[1]):,}"
        note = f"The intervals rest on {count} persons, or groups of persons drawn together"
    return capital(LARGE.sub(lambda number: f"{int(number.group()):,}", note))


def _open(unclear: str, wanted: str, stages: str, *, noun: str) -> str:
    """Say how many cannot be given one stage, and which answers would do it."""
    parts = []
    for part in wanted.split(", "):
        name, _, count = part.partition(" (")
        number = count.rstrip(")")
        said = LETTERS.get(name, name.replace("_", " "))
        parts.append(f"{said} ({int(number):,})" if number.isdigit() else said)
    return (
        f"Of {int(unclear):,} {noun} something that the rules ask is not known: "
        f"{', '.join(parts)}; the stage itself of {int(stages):,}"
    )
