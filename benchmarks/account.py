"""An account of moto that is filled as a company's may be, to be audited."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session

REGION, ACCOUNT = "us-east-1", "123456789012"
QUEUES, RULES, FUNCTIONS, STREAMS, KEYS = 100, 50, 20, 10, 5
_DELIVERIES = 5
_PATIENCE_SECONDS = 120
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker-0"
_DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }
    ],
}


@contextmanager
def moto() -> Iterator[str]:
    """The URL of moto, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"},
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{url}/moto-api/data.json").close()  # noqa: S310
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


class Account:
    """An account behind an endpoint, empty at first."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = botocore.session.Session()
        self._session.set_credentials("testing", "testing")

    def fill(self) -> None:
        """Make queues, topics, rules, streams, functions with roles, and keys."""
        self._keys()
        self._queues_and_topics()
        self._rules()
        self._streams()
        self._functions()

    def _client(self, service: str) -> Any:
        return self._session.create_client(service, REGION, endpoint_url=self._url)

    def _keys(self) -> None:
        kms = self._client("kms")
        for number in range(KEYS):
            key = kms.create_key()["KeyMetadata"]["KeyId"]
            kms.create_alias(AliasName=f"alias/key-{number}", TargetKeyId=key)

    def _queues_and_topics(self) -> None:
        sqs, sns = self._client("sqs"), self._client("sns")
        for number in range(QUEUES):
            attributes = {"KmsMasterKeyId": f"alias/key-{number % KEYS}"} if number % 2 else {}
            sqs.create_queue(QueueName=f"queue-{number}", Attributes=attributes)
            topic = sns.create_topic(Name=f"topic-{number}")["TopicArn"]
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=_arn("sqs", f"queue-{number}"))

    def _rules(self) -> None:
        events = self._client("events")
        for number in range(RULES):
            name, pattern = f"rule-{number}", {"source": [f"shop.{number}"]}
            events.put_rule(Name=name, EventPattern=json.dumps(pattern))
            target = {"Id": "1", "Arn": _arn("sqs", f"queue-{number}")}
            events.put_targets(Rule=name, Targets=[target])

    def _streams(self) -> None:
        kinesis, firehose = self._client("kinesis"), self._client("firehose")
        for number in range(STREAMS):
            kinesis.create_stream(StreamName=f"stream-{number}", ShardCount=1)
        for number in range(_DELIVERIES):
            firehose.create_delivery_stream(
                DeliveryStreamName=f"delivery-{number}",
                S3DestinationConfiguration={
                    "RoleARN": _ROLE, "BucketARN": "arn:aws:s3:::uploads"
                },
            )  # fmt: skip

    def _functions(self) -> None:
        iam, functions = self._client("iam"), self._client("lambda")
        machines = self._client("stepfunctions")
        for number in range(FUNCTIONS):
            role = iam.create_role(
                RoleName=f"worker-{number}", AssumeRolePolicyDocument=json.dumps(_TRUST)
            )["Role"]["Arn"]
            functions.create_function(
                FunctionName=f"function-{number}", Runtime="python3.13", Handler="a.b",
                Role=role, Code={"ZipFile": _code()},
            )  # fmt: skip
            functions.create_event_source_mapping(
                FunctionName=f"function-{number}",
                EventSourceArn=_arn("kinesis", f"stream/stream-{number % STREAMS}"),
                StartingPosition="LATEST",
            )
            machines.create_state_machine(
                name=f"machine-{number}", roleArn=role, definition=json.dumps(_DEFINITION)
            )


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def _code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.py", "def b(event, context): ...\n")
    return packed.getvalue()
