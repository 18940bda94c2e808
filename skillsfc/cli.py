"""The command line, in the words of the library: ``skillsfc report | batch | data | notebooks``.

An error of the library is one message on stderr and exit status 1; wrong usage is 2. A traceback
appears only where ``SKILLSFC_DEBUG=1`` asks for it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from skillsfc import __version__
from skillsfc.errors import ParameterError, Problem, SkillsfcError

if TYPE_CHECKING:
    import pandas as pd

INTERRUPTED = 130  # what a shell expects after Ctrl-C


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status.

    Parameters
    ----------
    arguments : list of str, optional
        Words after the program's name; those of the process by default.
    """
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status: 0 done, 1 error, 2 wrong usage."""
    # jsonschema would build a grammar at import, two seconds of every call, for a format that no
    # notebook uses. Only here: in somebody else's process the module is theirs.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    debug = os.environ.get("SKILLSFC_DEBUG") == "1"
    try:
        outcome = commands.main(arguments, prog_name="skillsfc", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted. Published reports are untouched.", err=True)
        return INTERRUPTED
    except SkillsfcError as error:
        if debug:
            raise
        click.echo(f"{type(error).__name__}: {error}", err=True)
        return 1
    except BrokenPipeError:
        sys.stdout = None  # the reader left; nothing more to say to it
        return 0
    except Exception as error:
        if debug:
            raise
        text = f"Unexpected {type(error).__name__}: {error}\nSKILLSFC_DEBUG=1 shows where."
        click.echo(text, err=True)
        return 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="skillsfc")
def commands() -> None:
    """Skills anticipation and education-to-work transitions from open data."""


@commands.command(context_settings={"ignore_unknown_options": True})
@click.argument(
    "words", nargs=-1, type=click.UNPROCESSED, metavar="[COUNTRY] [--PARAMETER VALUE]..."
)
@click.option(
    "--notebook", default="90_country_brief", show_default=True, help="Name or .ipynb file."
)
@click.option(
    "-p", "--parameter", "pairs", multiple=True, metavar="NAME=VALUE", help="Set a parameter."
)
@click.option("--output", type=click.Path(), help="Folder of all reports [default: reports].")
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds allowed.")
def report(
    words: tuple[str, ...],
    notebook: str,
    pairs: tuple[str, ...],
    output: str | None,
    timeout: float,
) -> None:
    """Make one report, such as: skillsfc report MAR --horizon 2035.

    Every parameter of the notebook is an option too; `skillsfc notebooks list` names them.
    """
    from skillsfc.report.plan import make_plan
    from skillsfc.report.run import carry_out

    given = words_to_parameters([*(f"--{pair}" for pair in pairs), *words])
    plan = make_plan(notebook, given, output=output, timeout=timeout, text=True)
    made = carry_out(plan)
    click.echo(f"{made.page} ({len(made.files)} files, {made.seconds:.1f} s)")


def words_to_parameters(words: list[str]) -> dict[str, str]:
    """Read ``--name value`` and ``--name=value`` as parameters; values stay words.

    One word without a name is the country.

    Examples
    --------
    >>> words_to_parameters(["MAR", "--horizon", "2040", "--code=0123"])
    {'country': 'MAR', 'horizon': '2040', 'code': '0123'}
    """
    found: dict[str, str] = {}
    problems = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if not word.startswith("-") and "country" not in found:
            word = f"--country={word}"
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            problems.append(Problem(repr(word), "not an option", "--name value"))
            continue
        if not equals:
            if not waiting or waiting[0].startswith("--"):
                problems.append(Problem(f"--{name}", "without a value", f"--{name} value"))
                continue
            value = waiting.pop(0)
        name = name.strip().replace("-", "_")
        if name in found:
            problems.append(Problem(f"--{name}", "given twice", "once"))
        found[name] = value
    if problems:
        raise ParameterError("command line", problems)
    return found


@commands.command()
@click.argument("file", default="reports/batch.yml", type=click.Path())
@click.option("--workers", type=int, default=2, show_default=True, help="Notebooks at a time.")
@click.option("--no-resume", is_flag=True, help="Make every report anew, even identical ones.")
@click.option("--output", type=click.Path(), help="Folder of all reports [default: reports].")
def batch(file: str, workers: int, no_resume: bool, output: str | None) -> int:
    """Make the reports that FILE lists, with an index page of them all."""
    from skillsfc.report.batch import run_batch

    made = run_batch(file, workers=workers, resume=not no_resume, output=output)
    counts = made.table["status"].value_counts().sort_index()
    said = ", ".join(f"{count} {status}" for status, count in counts.items())
    click.echo(f"{made.index} ({said}, {made.seconds:.0f} s)")
    for row in made.failed.itertuples():
        click.echo(f"{row.country or row.run} {row.status}: {row.reason}", err=True)
    return 1 if len(made.failed) else 0


@commands.group()
def data() -> None:
    """Look at embedded data, or check a file of your own."""


@data.command("list")
@click.option("--country", help="Only what there is for this country, such as MAR.")
def data_list(country: str | None) -> None:
    """List the tables that can be loaded offline."""
    from skillsfc.sources.catalog import list_tables

    listed = list_tables(country)
    columns = [
        "table",
        "title",
        "source",
        "countries",
        "first_year",
        "last_year",
        "rows",
        "licence",
    ]
    click.echo(_columns(listed[columns]))


@data.command("check")
@click.argument("file", type=click.Path())
@click.option("--table", help="Name of the table that the file should be, such as employment.")
@click.option("--decimal", type=click.Choice([".", ","]), default=".", show_default=True)
@click.option("--delimiter", type=click.Choice([",", ";", "tab"]), help="[default: found out]")
@click.option("--encoding", help="[default: found out; refused where it is not certain]")
@click.option("--sheet", help="Sheet of a workbook, where it has several.")
def data_check(
    file: str,
    table: str | None,
    decimal: str,
    delimiter: str | None,
    encoding: str | None,
    sheet: str | None,
) -> None:
    """Check a csv, xlsx or parquet file against the schema and report every problem."""
    from skillsfc.sources.files import read_table

    separator = "\t" if delimiter == "tab" else delimiter
    checked = read_table(
        Path(file),
        table=table,
        decimal=decimal,
        delimiter=separator,
        encoding=encoding,
        sheet=sheet,
    )
    click.echo(f"{file}: {len(checked)} rows are in order ({', '.join(checked.columns)})")


@commands.group()
def notebooks() -> None:
    """Show what reports can be made from."""


@notebooks.command("list")
def notebooks_list() -> None:
    """List the shipped notebooks with their questions and parameters."""
    from skillsfc.report.parameters import read_parameters
    from skillsfc.report.plan import find_notebook, list_notebooks, notebook_title

    for name in list_notebooks():
        path = find_notebook(name)
        click.echo(f"{name}  {notebook_title(path)}")
        for parameter in read_parameters(path):
            default = "required" if parameter.required else repr(parameter.default)
            click.echo(f"    --{parameter.name} {default}  {parameter.comment}")


def _columns(table: pd.DataFrame) -> str:
    """Return a table as aligned text, as wide as it needs: a pipe cuts it where its user likes."""
    shown = table.astype("str").replace({"nan": "", "<NA>": "", "None": ""})
    widths = [max(len(str(c)), int(shown[c].str.len().max() or 0)) for c in shown.columns]
    rows = [list(shown.columns), *shown.to_numpy().tolist()]
    return "\n".join(
        "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


if __name__ == "__main__":
    main()
