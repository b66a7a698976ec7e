"""Requests are counted under the action that they ask for, whatever protocol they speak."""

from __future__ import annotations

import pytest

from benchmarks.actions import Request, action

REQUESTS = {
    "sqs:ListQueues": Request("POST", "/", "AmazonSQS.ListQueues", b"{}"),
    "sns:ListTopics": Request("POST", "/", "", b"Action=ListTopics&Version=2010-03-31"),
    "monitoring:DescribeAlarms": Request(
        "POST", "/service/GraniteServiceVersion20100801/operation/DescribeAlarms", "", b""
    ),
    "lambda:ListFunctions": Request("GET", "/2015-03-31/functions/?MaxItems=50", "", b""),
    "lambda:GetPolicy": Request("GET", "/2015-03-31/functions/orders/policy", "", b""),
    "apigateway:GetApis": Request("GET", "/v2/apis", "", b""),
    "apigateway:GetRestApis": Request("GET", "/restapis", "", b""),
    "s3:ListBuckets": Request("GET", "/", "", b""),
    "s3:GetBucketNotificationConfiguration": Request("GET", "/uploads?notification", "", b""),
    "lambda:GET /nowhere": Request("GET", "/nowhere", "", b""),
    "nobody:GET /a": Request("GET", "/a", "", b""),
}


@pytest.mark.parametrize("expected", REQUESTS)
def test_action(expected: str) -> None:
    scope = f"AKIA/20261129/us-east-1/{expected.partition(':')[0]}/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    assert action(REQUESTS[expected], signed) == expected


def test_request_without_a_signature() -> None:
    assert action(REQUESTS["s3:ListBuckets"], "") == "unsigned:GET "
