"""How problems call the tables, margins and cells of tidy tables: by their codes."""

from __future__ import annotations

from skillsfc.forecast.balancing.arrangement import Arrangement, cell_name, table_name
from skillsfc.forecast.balancing.keys import TOTAL
from skillsfc.forecast.balancing.layout import Arrays
from skillsfc.forecast.balancing.wording import Names


def names_of_arrangement(made: Arrangement, arrays: Arrays) -> Names:
    """Return how problems should call tables, margins and cells."""
    inputs = made.inputs

    def cell(margin: int, place: tuple[int, ...]) -> str:
        if margin >= 0:
            return cell_name(inputs.margins[margin], arrays.given_cell(margin, place), made)
        if margin == -2:  # a cell of the layout, which has another order and not the free axes
            pairs = sorted(zip(arrays.order, place, strict=True))
            return ", ".join(f"{inputs.axes[a]} {made.codes[inputs.axes[a]][i]}" for a, i in pairs)
        return ", ".join(
            f"{axis} {made.codes[axis][i]}" for axis, i in zip(inputs.axes, place, strict=True)
        )

    def at(margin: int, place: tuple[int, ...]) -> str:
        own = inputs.margins[margin]
        plain = own.name in ("/".join(own.axes), TOTAL)
        return cell(margin, place) if plain else f"{own.name}, {cell(margin, place)}"

    def shared(one: int, two: int, place: tuple[int, ...]) -> str:
        margins = arrays.layout.margins
        axes = [inputs.axes[arrays.order[a]] for a in margins[one] if a in margins[two]]
        return ", ".join(
            f"{axis} {made.codes[axis][i]}" for axis, i in zip(axes, place, strict=True)
        )

    return Names(
        table=lambda table: table_name(made, table),
        margin=lambda margin: "seed" if margin < 0 else f"margin {inputs.margins[margin].name!r}",
        cell=cell,
        place=at,
        shared=shared,
        remedy="Which total is right? totals='first', 'mean' or the name of a margin scales the "
        "others to it, and says so.",
    )
