"""What each function imports before its first request: no science, and for health no AWS SDK and no pydantic."""

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


SCIENCE = ("numpy", "pandas", "matplotlib", "scipy", "sklearn", "battery_analytics")

JOBS_PROBE = """
import json, os, sys
os.environ |= dict.fromkeys(("UPLOADS_BUCKET", "RESULTS_BUCKET", "JOBS_TABLE", "JOBS_QUEUE_URL"), "x")
os.environ |= {"AWS_DEFAULT_REGION": "eu-central-1", "TOKENS_PARAMETER": "/x"}
from functions.authorizer.app import lambda_handler as authorizer
from functions.job_upkeep.app import lambda_handler as upkeep
from functions.uploads_api.app import lambda_handler
http = {"method": "GET", "path": "/api/jobs/unknown"}
event = {"rawPath": "/api/jobs/unknown", "headers": {}, "requestContext": {"stage": "$default", "http": http}}
assert lambda_handler(event, None)["statusCode"] == 404
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def test_callers_are_let_in_and_jobs_served_without_the_science() -> None:
    probe = subprocess.run([sys.executable, "-c", JOBS_PROBE], capture_output=True, text=True, check=True)
    assert set(SCIENCE) & set(json.loads(probe.stderr)) == set()


def test_health_is_answered_without_importing_the_science() -> None:
    probe = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert set(HEAVY) & set(json.loads(probe.stderr)) == set()


def test_a_direct_upload_is_counted_without_the_aws_sdk() -> None:
    quotas = 'os.environ |= {"REQUESTS_PER_MINUTE": "1", "JOBS_TABLE": "x", "AWS_REGION": "eu-central-1"}'
    probe = PROBE.replace("import json, sys", f"import json, os, sys\n{quotas}")
    ended = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    imported = set(json.loads(ended.stderr))
    assert "battery_service.callers.light_table" in imported
    assert set(HEAVY) & imported == set()
