"""An artifact for one architecture cannot be deployed for the other."""

from tests.template import TEMPLATE
from tools.artifact_build.pin import PARAMETER, pinned

STAGE = {"Type": "String", "Default": "dev"}


def test_the_parameter_has_one_value_left_and_the_rest_of_the_template_stays() -> None:
    template = {
        "Parameters": {
            "Stage": STAGE,
            "Architecture": {
                "Type": "String",
                "Default": "x86_64",
                "AllowedValues": ["x86_64", "arm64"],
                "Description": "…",
            },
        },
        "Resources": {"HttpApi": {"Type": "AWS::Serverless::HttpApi"}},
    }
    assert pinned(template, "arm64") == {
        "Parameters": {
            "Stage": STAGE,
            "Architecture": {"Type": "String", "Default": "arm64", "AllowedValues": ["arm64"], "Description": "…"},
        },
        "Resources": {"HttpApi": {"Type": "AWS::Serverless::HttpApi"}},
    }


def test_the_parameter_is_one_of_the_template() -> None:
    assert TEMPLATE["Parameters"][PARAMETER]["AllowedValues"] == ["x86_64", "arm64"]
