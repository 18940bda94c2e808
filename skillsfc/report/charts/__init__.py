"""Charts: tables go in, a picture with its alternative text comes out.

Each ``plot_x`` returns matplotlib axes with the text in ``.alt_text``; ``alt_x`` gives the text
alone. Statistics are computed before: a chart only draws.
"""

from skillsfc.report.charts.accuracy import alt_accuracy, plot_accuracy
from skillsfc.report.charts.areas import alt_state_areas, plot_state_areas
from skillsfc.report.charts.compare import alt_comparison, plot_comparison, table_comparison
from skillsfc.report.charts.contributions import (
    alt_contributions,
    plot_contributions,
    table_contributions,
)
from skillsfc.report.charts.coverage import alt_coverage, plot_coverage
from skillsfc.report.charts.curves import alt_curves, plot_incidence, plot_survival
from skillsfc.report.charts.dots import alt_share_bars, plot_share_bars
from skillsfc.report.charts.entrants import alt_entrants, plot_entrants
from skillsfc.report.charts.export import chart_svg, write_chart
from skillsfc.report.charts.fan import alt_fan, plot_fan, table_fan
from skillsfc.report.charts.flow_diagram import alt_flows, plot_flows
from skillsfc.report.charts.openings import alt_openings, plot_openings
from skillsfc.report.charts.people import alt_age_groups, plot_age_groups
from skillsfc.report.charts.pyramid import alt_pyramid, plot_pyramid
from skillsfc.report.charts.ratios import alt_ratios, plot_ratios
from skillsfc.report.charts.regions import alt_regions, plot_regions
from skillsfc.report.charts.replacement import (
    alt_replacement,
    plot_replacement,
    table_replacement,
)
from skillsfc.report.charts.shares import alt_shares, plot_shares
from skillsfc.report.charts.slope import alt_slope, plot_slope
from skillsfc.report.charts.structure import alt_structure_line, plot_structure_line
from skillsfc.report.charts.trajectories import alt_trajectories, plot_trajectories
from skillsfc.report.charts.yearly_openings import alt_yearly_openings, plot_yearly_openings

__all__ = [
    "alt_accuracy",
    "alt_age_groups",
    "alt_comparison",
    "alt_contributions",
    "alt_coverage",
    "alt_curves",
    "alt_entrants",
    "alt_fan",
    "alt_flows",
    "alt_openings",
    "alt_pyramid",
    "alt_ratios",
    "alt_regions",
    "alt_replacement",
    "alt_share_bars",
    "alt_shares",
    "alt_slope",
    "alt_state_areas",
    "alt_structure_line",
    "alt_trajectories",
    "alt_yearly_openings",
    "chart_svg",
    "plot_accuracy",
    "plot_age_groups",
    "plot_comparison",
    "plot_contributions",
    "plot_coverage",
    "plot_entrants",
    "plot_fan",
    "plot_flows",
    "plot_incidence",
    "plot_openings",
    "plot_pyramid",
    "plot_ratios",
    "plot_regions",
    "plot_replacement",
    "plot_share_bars",
    "plot_shares",
    "plot_slope",
    "plot_state_areas",
    "plot_structure_line",
    "plot_survival",
    "plot_trajectories",
    "plot_yearly_openings",
    "table_comparison",
    "table_contributions",
    "table_fan",
    "table_replacement",
    "write_chart",
]
