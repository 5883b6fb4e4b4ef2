"""What a door costs before anything is asked of it: no science, no AWS SDK, no pydantic."""

import json
import subprocess
import sys

HEAVY = ("numpy", "pandas", "matplotlib", "scipy", "sklearn", "boto3", "botocore.session", "pydantic", "aws_xray_sdk")

PROBE = """
import json, sys
from functions.upload_handler.app import lambda_handler
http = {"method": "GET", "path": "/health"}
event = {"rawPath": "/health", "headers": {}, "requestContext": {"stage": "$default", "http": http}}
assert lambda_handler(event, None)["statusCode"] == 200
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def test_health_is_answered_without_importing_the_science() -> None:
    probe = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert set(HEAVY) & set(json.loads(probe.stderr)) == set()
