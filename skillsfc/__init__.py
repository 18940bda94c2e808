"""skillsfc: skills anticipation and education-to-work transitions, open and back-tested.

The public names below are imported on first use, in the order of the flow: data are known, then
forecast, then reported. ``import skillsfc as sf`` therefore costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    # know
    "list_countries": "classifications",
    "codes": "classifications",
    "label": "classifications",
    "roll_up": "classifications",
    "convert_codes": "classifications",
    "country_code": "classifications",
    "list_tables": "sources.catalog",
    "load_table": "sources.catalog",
    "read_table": "sources.files",
    "example": "sources.example",
    "check": "checks",
    # forecast
    "forecast_employment": "forecast.employment",
    "backtest": "forecast.backtest",
    "evaluate_forecast": "forecast.metrics",
    "measure_demography": "forecast.demography",
    # trust and report
    "run_report": "report.run",
    "run_batch": "report.batch",
    # errors
    "SkillsfcError": "errors",
    "SkillsfcWarning": "errors",
    "TableError": "errors",
    "CodeError": "errors",
    "ParameterError": "errors",
    "CoverageError": "errors",
    "ConvergenceError": "errors",
    "SourceError": "errors",
    "ReportError": "errors",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'skillsfc' has no attribute {name!r}{_guess(name)}")
    found = getattr(importlib.import_module(f"skillsfc.{_PUBLIC[name]}"), name)
    globals()[name] = found
    return found


def _guess(name: str) -> str:
    from skillsfc.errors import did_you_mean

    near = did_you_mean(name, _PUBLIC)
    return f". Did you mean {near}?" if near else ""


def __dir__() -> list[str]:
    return sorted(__all__)
