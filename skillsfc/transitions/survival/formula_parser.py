"""From the text of a formula to its terms. Nothing in the text is ever run: it is only read.

The grammar is closed: names of columns, numbers, ``+ - : * ^ ( )`` and the few functions listed in
`FUNCTIONS`. Whatever else stands in a formula is an error, not code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from skillsfc.errors import ParameterError, Problem, did_you_mean, listing

FUNCTIONS = ("C", "log", "sqrt", "exp")
LONGEST, DEEPEST, MOST_TERMS = 2000, 20, 200

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d][\w.]*)|`(?P<quoted>[^`]+)`"
    r"|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<sign>\*\*|[-+:*^(),]))"
)


@dataclass(frozen=True)
class Factor:
    """One column of the data, as it is, transformed or as categories."""

    column: str
    function: str = ""
    power: float = 1.0
    reference: str | None = None

    @property
    def name(self) -> str:
        """Return how the factor is called in tables, such as ``log(age)`` or ``age^2``."""
        inner = f"{self.function}({self.column})" if self.function not in ("", "C") else self.column
        return inner if self.power == 1.0 else f"{inner}^{self.power:g}"


Product = tuple[Factor, ...]


@dataclass(frozen=True)
class Parsed:
    """Terms of a formula in their order, and whether it takes the constant out (``-1``)."""

    products: tuple[Product, ...]
    without_constant: bool = False


def parse_formula(formula: object, *, subject: str = "formula") -> Parsed:
    """Return the terms of a formula.

    Parameters
    ----------
    formula : str
        Such as ``"age + C(sex, F) * log(wage) - 1"``.
    subject : str
        Name of the caller in errors.

    Raises
    ------
    ParameterError
        If the text is not in the grammar.

    Examples
    --------
    >>> ["".join(f.name for f in product) for product in parse_formula("age + age^2").products]
    ['age', 'age^2']
    """
    if not isinstance(formula, str):
        # A caller without a type checker gets a sentence rather than an AttributeError.
        found = f"{type(formula).__name__}"
        raise ParameterError(subject, [Problem("formula", found, "text such as 'age + C(sex)'")])
    if len(formula) > LONGEST:
        found = f"{len(formula)} characters"
        raise ParameterError(subject, [Problem("formula", found, f"at most {LONGEST}")])
    reader = _Reader(_tokens(formula, subject), formula, subject)
    return reader.whole()


def _tokens(formula: str, subject: str) -> list[tuple[str, str]]:
    text = formula.strip()
    if text.startswith("~"):
        text = text[1:]
    tokens, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _refusal(subject, repr(text[at:].strip()[:20]), formula)
        kind = str(match.lastgroup)
        value = match.group(kind)
        kind = {"quoted": "name", "single": "text", "double": "text"}.get(kind, kind)
        tokens.append((kind, "^" if value == "**" and kind == "sign" else value))
        at = match.end()
    return tokens


def _refusal(subject: str, found: str, formula: str) -> ParameterError:
    step = (
        "Left of ~ nothing is needed: times and events come from the spells."
        if "~" in formula.strip()[1:]
        else f"Put odd column names in back-quotes. Functions: {listing(FUNCTIONS)}."
    )
    expected = "column names joined by + - : * ^ and brackets"
    return ParameterError(subject, [Problem("formula", found, expected, next_step=step)])


class _Reader:
    """A reader that goes through the tokens once, from left to right."""

    def __init__(self, tokens: list[tuple[str, str]], formula: str, subject: str) -> None:
        self.tokens, self.formula, self.subject = tokens, formula, subject
        self.at = self.depth = 0
        self.without_constant = False

    def whole(self) -> Parsed:
        products = self.sum() if self.tokens else []
        if self.at < len(self.tokens):
            raise self.refuse()
        ordered = sorted(products, key=len)  # simple terms before their interactions
        return Parsed(tuple(ordered), self.without_constant)

    def refuse(self) -> ParameterError:
        here = repr(self.tokens[self.at][1]) if self.at < len(self.tokens) else "nothing more"
        before = "".join(value for _, value in self.tokens[max(0, self.at - 4) : self.at])
        found = here + (f" after {before!r}" if before else "")
        return _refusal(self.subject, found, self.formula)

    def peek(self, *signs: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] in [("sign", s) for s in signs]

    def take(self, *kinds: str) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] not in kinds:
            raise self.refuse()
        self.at += 1
        return self.tokens[self.at - 1][1]

    def expect(self, sign: str) -> None:
        if not self.peek(sign):
            raise self.refuse()
        self.at += 1

    def sum(self) -> list[Product]:
        products: list[Product] = []
        plus = True
        if self.peek("+", "-"):
            plus = self.take("sign") == "+"
        while True:
            products = self.added(products, plus)
            if not self.peek("+", "-"):
                return products
            plus = self.take("sign") == "+"

    def added(self, products: list[Product], plus: bool) -> list[Product]:
        """Add or take away one part; 0 and 1 are the constant."""
        if self.at < len(self.tokens) and self.tokens[self.at] in (
            ("number", "0"),
            ("number", "1"),
        ):
            self.without_constant = (self.take("number") == "1") != plus
            return products
        part = self.star()
        if not plus:
            return [one for one in products if frozenset(one) not in {frozenset(p) for p in part}]
        return _distinct(products + part)

    def star(self) -> list[Product]:
        made = self.colon()
        while self.peek("*"):
            self.take("sign")
            other = self.colon()
            made = _distinct(made + other + self.crossed(made, other))
        return made

    def colon(self) -> list[Product]:
        made = self.factor()
        while self.peek(":"):
            self.take("sign")
            made = self.crossed(made, self.factor())
        return made

    def crossed(self, left: list[Product], right: list[Product]) -> list[Product]:
        """Return every product of a left and a right one; a factor counts once, as in ``a:a``."""
        if len(left) * len(right) > MOST_TERMS:
            raise _refusal(self.subject, f"more than {MOST_TERMS} terms", self.formula)
        return _distinct([tuple(dict.fromkeys(a + b)) for a in left for b in right])

    def factor(self) -> list[Product]:
        if self.peek("("):
            return self.bracket()
        name = self.take("name")
        function, reference = "", None
        if self.peek("("):
            function, name, reference = self.call(name)
        power = 1.0
        if self.peek("^"):
            self.take("sign")
            power = float(self.take("number"))
            if function == "C":
                raise _refusal(self.subject, f"a power of the categories {name!r}", self.formula)
        return [(Factor(name, function, power, reference),)]

    def bracket(self) -> list[Product]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _refusal(self.subject, f"more than {DEEPEST} brackets deep", self.formula)
        self.expect("(")
        made = self.sum()
        self.expect(")")
        self.depth -= 1
        return made

    def call(self, function: str) -> tuple[str, str, str | None]:
        if function not in FUNCTIONS:
            found = f"function {function!r}"
            guess = did_you_mean(function, FUNCTIONS)
            problem = Problem("formula", found, f"one of {listing(FUNCTIONS)}", guess)
            raise ParameterError(self.subject, [problem])
        self.expect("(")
        column, reference = self.take("name"), None
        if function == "C" and self.peek(","):
            self.take("sign")
            reference = self.take("name", "number", "text")
        self.expect(")")
        return function, column, reference


def _distinct(products: list[Product]) -> list[Product]:
    seen: dict[frozenset[Factor], Product] = {}
    for product in products:
        seen.setdefault(frozenset(product), product)
    return list(seen.values())
