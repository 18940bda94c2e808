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
    "list_countries": "countries",
    "country_code": "countries",
    "codes": "classifications",
    "label": "classifications",
    "roll_up": "conversion",
    "convert_codes": "conversion",
    "list_tables": "sources.catalog",
    "load_table": "sources.catalog",
    "load_country": "sources.country",
    "load_microdata": "sources.microdata",
    "microdata_columns": "sources.microdata",
    "read_table": "sources.files",
    "example": "sources.example",
    "social_accounting_matrix": "sources.sam",
    "social_accounts": "sources.sam",
    "check": "checks",
    # assume
    "load_assumptions": "params",
    "table_assumptions": "params",
    # forecast
    "forecast_employment": "forecast.employment",
    "estimate_employment_level": "forecast.later_level",
    "join_later_level": "forecast.joining",
    "check_series": "forecast.inspection",
    "forecast_sectors": "forecast.sectors.forecast",
    "backtest_sectors": "forecast.sectors.backtest",
    "forecast_shares": "forecast.shares.forecast",
    "backtest_shares": "forecast.shares.backtest",
    "balance": "forecast.balancing.tables",
    "balance_arrays": "forecast.balancing.kernel",
    "check_margins": "forecast.balancing.suggestions",
    "reconcile": "forecast.coherence.reconcile",
    "estimate_replacement_demand": "forecast.replacement.estimate",
    "estimate_separation_rates": "forecast.replacement.separation_rates",
    "estimate_ageing_exits": "forecast.replacement.ageing",
    "estimate_job_openings": "forecast.replacement.openings",
    "estimate_country_openings": "forecast.country_openings",
    "simulate_openings": "forecast.simulation.openings",
    "decompose_change": "forecast.decomposition.change",
    "multipliers": "forecast.input_output.multipliers",
    "measure_exposure": "skills.exposure",
    "classify_exposure": "skills.exposure",
    "load_scenario": "scenario",
    "combine_scenarios": "scenario",
    "Scenario": "scenario",
    "compare_scenarios": "forecast.scenarios.compare",
    "backtest": "forecast.backtest",
    "evaluate_forecast": "forecast.metrics",
    "evaluate_occupations": "forecast.occupation_accuracy",
    "measure_demography": "forecast.demography",
    "compare_entrants_with_jobs": "forecast.entrants",
    "estimate_structure_line": "forecast.structure",
    "compare_with_group": "forecast.comparison",
    # follow people from education to work
    "read_survey": "sources.surveys.read",
    "read_spells": "sources.surveys.read",
    "load_pathways": "sources.pathways",
    "check_spells": "transitions.spells.check",
    "spells_to_sequences": "transitions.spells.sequences",
    "sequences_to_spells": "transitions.spells.sequences",
    "spells_to_person_periods": "transitions.spells.person_periods",
    "person_periods_to_spells": "transitions.spells.person_periods",
    "spells_to_panel": "transitions.spells.panel",
    "count_transitions": "transitions.spells.counts",
    "panel_to_spells": "transitions.spells.panel",
    "measure_time_to": "transitions.spells.time_to",
    "read_sequences": "transitions.sequences.model",
    "keep_complete_sequences": "transitions.sequences.complete",
    "classify_stages": "transitions.stages.classify",
    "approximate_stages": "transitions.stages.proxy",
    "classify_transitions": "transitions.stages.paths",
    "estimate_stage_shares": "transitions.stages.shares",
    "measure_transition_indicators": "transitions.indicators.measure",
    "measure_job_times": "transitions.indicators.job_times",
    "measure_first_jobs": "transitions.indicators.first_jobs",
    "estimate_survival": "transitions.survival.curve",
    "estimate_cumulative_incidence": "transitions.survival.incidence",
    "fit_hazard": "transitions.survival.hazard",
    "estimate_state_probabilities": "transitions.multistate.probabilities",
    "fit_panel_markov": "transitions.multistate.panel_markov",
    "estimate_flows": "transitions.flows.estimate",
    "to_continuous_rates": "transitions.flows.rates",
    "estimate_two_state_rates": "transitions.flows.two_state",
    "estimate_steady_state": "transitions.flows.steady",
    "project_stocks": "transitions.flows.steady",
    "estimate_student_flow": "transitions.cohorts.estimate",
    "reconstruct_cohort": "transitions.cohorts.reconstruct",
    "project_cohort": "transitions.cohorts.project",
    "estimate_transition_rates": "transitions.sequences.rates",
    "estimate_state_distribution": "transitions.sequences.distribution",
    "measure_sequences": "transitions.sequences.measures",
    "measure_distances": "transitions.distances.measure",
    "cluster_sequences": "transitions.typologies.clusters",
    "describe_typology": "transitions.typologies.typology",
    "explain_distances": "transitions.typologies.discrepancy",
    "summarise_trajectories": "transitions.sequences.trajectories",
    "estimate_programme_effect": "transitions.programmes.effect",
    "estimate_returns": "transitions.programmes.returns",
    # write and draw
    "plot_fan": "report.charts",
    "plot_pyramid": "report.charts",
    "plot_age_groups": "report.charts",
    "plot_entrants": "report.charts",
    "plot_shares": "report.charts",
    "plot_slope": "report.charts",
    "plot_share_bars": "report.charts",
    "plot_openings": "report.charts",
    "plot_yearly_openings": "report.charts",
    "plot_replacement": "report.charts",
    "table_replacement": "report.charts",
    "plot_contributions": "report.charts",
    "table_contributions": "report.charts",
    "plot_regions": "report.charts",
    "plot_structure_line": "report.charts",
    "plot_comparison": "report.charts",
    "plot_accuracy": "report.charts",
    "plot_coverage": "report.charts",
    "plot_state_areas": "report.charts",
    "plot_trajectories": "report.charts",
    "plot_survival": "report.charts",
    "plot_incidence": "report.charts",
    "plot_ratios": "report.charts",
    "plot_flows": "report.charts",
    "collect_headlines": "report.brief.group",
    "write_people": "report.brief.people",
    "write_outlook": "report.brief.outlook",
    "write_openings": "report.brief.openings",
    "write_chained_openings": "report.brief.chained",
    "write_structure_change": "report.brief.structure_change",
    "write_scores": "report.brief.scores",
    "write_work": "report.brief.work",
    "write_sectors": "report.brief.sectors",
    "write_occupations": "report.brief.occupations",
    "write_comparison": "report.brief.group",
    "write_trust": "report.brief.trust",
    "write_limits": "report.brief.limits",
    "count_status": "report.brief.limits",
    "list_key_messages": "report.brief.limits",
    "publish_brief_header": "report.brief.limits",
    "table_estimates": "report.estimates",
    "name_states": "report.pathways.state_names",
    "count_breaks_as_school": "report.pathways.school_breaks",
    "know_joblessness_only": "report.pathways.school_breaks",
    "describe_pathways": "report.pathways.who",
    "name_files": "report.pathways.who",
    "write_stages": "report.pathways.stages",
    "write_stage_loss": "report.pathways.stages",
    "write_transition_indicators": "report.pathways.indicators",
    "write_transition_paths": "report.pathways.paths",
    "write_waiting": "report.pathways.waiting",
    "write_job_times": "report.pathways.job_times",
    "write_first_jobs": "report.pathways.first_jobs",
    "write_destinations": "report.pathways.destinations",
    "write_hazards": "report.pathways.hazards",
    "write_state_probabilities": "report.pathways.states",
    "write_state_times": "report.pathways.states",
    "write_later_states": "report.pathways.later_states",
    "write_panel_rates": "report.pathways.panel_rates",
    "write_trajectories": "report.pathways.sequences",
    "write_typology": "report.pathways.types",
    "write_discrepancy": "report.pathways.types",
    "write_flows": "report.pathways.flows",
    "write_continuous_rates": "report.pathways.flows",
    "write_steady_state": "report.pathways.steady_state",
    "publish_facts": "report.collect",
    "publish_text": "report.collect",
    "publish_table": "report.collect",
    "publish_figure": "report.collect",
    # report
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
        # Python itself asks for names such as __wrapped__, often: nobody needs a guess there.
        near = "" if name.startswith("__") else _guess(name)
        raise AttributeError(f"module 'skillsfc' has no attribute {name!r}{near}")
    found = getattr(importlib.import_module(f"skillsfc.{_PUBLIC[name]}"), name)
    globals()[name] = found
    return found


def _guess(name: str) -> str:
    from skillsfc.errors import did_you_mean

    near = did_you_mean(name, _PUBLIC)
    return f". Did you mean {near}?" if near else ""


def __dir__() -> list[str]:
    return sorted(__all__)
