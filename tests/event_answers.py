"""Whether a function answered a sample event as it must."""

import json
from collections.abc import Mapping
from typing import Any

from events.sample import Sample
from tests.answers import body_of


def assert_answered(sample: Sample, answer: Any) -> None:
    """By status and, among its JSON, what the sample names; an answer to AWS is compared as a whole."""
    if sample.status is None:
        assert answer == sample.answer
        return
    assert answer["statusCode"] == sample.status, answer["body"]
    if sample.answer:
        said: Mapping[str, object] = json.loads(body_of(answer))
        assert {name: said.get(name) for name in sample.answer} == sample.answer
