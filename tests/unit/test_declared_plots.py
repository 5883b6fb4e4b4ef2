"""Whoever names a plot of the report takes the name from its section's declaration."""

import json
import re

from battery_analytics.sections.registry import PLOTS
from battery_service.contract.generated import report_plots
from battery_service.metrics import coarse_stage
from battery_service.site.pages import small_page


def test_the_contract_says_of_each_plot_its_section_and_title() -> None:
    declared = [{"name": plot.name, "section": section.name, "title": plot.title} for section, plot in PLOTS.values()]
    assert report_plots() == declared
    assert {"name": "capacity_plot", "section": "capacity_fade", "title": "Capacity over cycles"} in declared


def test_the_small_page_has_the_declared_titles() -> None:
    page = small_page()
    assert page is not None
    found = re.search(r"const PLOT_TITLES = (.*);", page.html.decode())
    assert found is not None
    assert json.loads(found[1]) == {plot.name: plot.title for _, plot in PLOTS.values()}


def test_the_time_of_a_plot_counts_as_plot_and_that_of_its_section_does_not() -> None:
    for name, (section, _) in PLOTS.items():
        assert (coarse_stage(name), coarse_stage(section.name)) == ("Plot", "Analyse")
    assert (coarse_stage("read"), coarse_stage("normalise"), coarse_stage("encode")) == ("Read", "Read", "Encode")
