"""What one token can cost: calculated from the template and the prices, and stated so in docs/operations.md."""

from pathlib import Path

import pytest

from tools.benchmarks.token_cost import items

OPERATIONS = Path("docs/operations.md").read_text()


def test_the_documentation_states_what_the_template_and_the_prices_give() -> None:
    for item in items():
        row = f"| {item.what} | {item.without_quotas:.2f} | {item.with_quotas:.2f} |"
        assert row in OPERATIONS, row
    total = f"| together | {sum(i.without_quotas for i in items()):.2f} | {sum(i.with_quotas for i in items()):.2f} |"
    assert total in OPERATIONS, total


def test_the_largest_of_them_by_hand() -> None:
    uploads, _jobs, _requests, _answers, link, _form = items()
    # 20 per second for an hour, each 29 s of 1,769 MB at $0.0000166667 per GB and second: $60.1, and some cents for requests
    assert uploads.without_quotas == pytest.approx(20 * 3600 * 29 * 1769 / 1024 * 0.0000166667, rel=0.01)
    # 3,600 s, and 20 that run for 29 s when the last is used
    assert uploads.with_quotas == pytest.approx((3600 + 20 * 29) * 1769 / 1024 * 0.0000166667 + 0.23, abs=0.01)
    # 1.25 GB/s at $0.09 per GB: for an hour, and for 30 links of 15 s
    assert link.without_quotas == pytest.approx(3600 * 1.25 * 0.09)
    assert link.with_quotas == pytest.approx(30 * 15 * 1.25 * 0.09, rel=0.001)


def test_quotas_make_a_token_cost_a_small_part_of_what_it_could() -> None:
    *others, _form = items()
    assert sum(item.with_quotas for item in others) < sum(item.without_quotas for item in others) / 10
