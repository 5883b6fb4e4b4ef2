"""The embedded AWS (S3, SQS, DynamoDB, SSM): moto's server in a process of its own, which ends with this one."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from local import moto_process
from local.template import REGION

STOP_SECONDS: Final = 5
HOST: Final = "127.0.0.1"
NOWHERE: Final = f"http://{HOST}:9"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The only key pair that the embedded services accept."""

    access_key: str
    secret_key: str = field(repr=False)


class EmbeddedAwsError(Exception):
    """The embedded services did not start."""


class EmbeddedAws:
    """The embedded services; their process starts with this object.

    Files under `scratch` are deleted with them, even after a SIGKILL of this process.
    """

    def __init__(self) -> None:
        self.port = 0
        self.credentials = Credentials(
            access_key=f"LOCAL{secrets.token_hex(8).upper()}", secret_key=secrets.token_hex(20)
        )
        self.scratch = Path(tempfile.mkdtemp(prefix="battery-analytics-"))
        environment = {
            # moto reads profiles and regions with botocore; with these, no call of it leaves this machine.
            **_confined(os.environ, NOWHERE, self.credentials),
            moto_process.ACCESS_KEY_VARIABLE: self.credentials.access_key,
            moto_process.SCRATCH_VARIABLE: str(self.scratch),
            "TMPDIR": str(self.scratch),
            "MOTO_DISABLE_GLOBAL_CORS": "true",
        }
        self._process = subprocess.Popen(  # noqa: S603  # this interpreter and a file of ours
            # -P: moto's imports are not looked for in the folder of this file.
            [sys.executable, "-P", str(Path(moto_process.__file__))],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def wait_until_ready(self) -> None:
        """Wait for the start, a second or two. Raises EmbeddedAwsError where they end before that."""
        assert self._process.stdout is not None  # noqa: S101  # a pipe, as above
        with self._process.stdout as output:
            line = output.readline()
        if not line:
            raise EmbeddedAwsError("moto's server did not start; its output is above")
        self.port = int(line)

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    def stop(self) -> None:
        """End the services and delete all their data. Safe to call twice, and before they are ready."""
        assert self._process.stdin is not None  # noqa: S101  # a pipe, from the start
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS if self.port else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment in which every AWS client reaches these services, and no others."""
        return _confined(environment, self.endpoint, self.credentials)


def _confined(environment: Mapping[str, str], endpoint: str, credentials: Credentials) -> dict[str, str]:
    """The environment with one endpoint and key for AWS, and without the user's profiles, endpoints and keys."""
    kept = {name: value for name, value in environment.items() if not name.upper().startswith("AWS_")}
    direct = ",".join(filter(None, (environment.get("NO_PROXY") or environment.get("no_proxy"), HOST)))
    return {
        **kept,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        # No profile and no role of the machine, because both could give another endpoint or key.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": direct,
        "no_proxy": direct,
    }
