"""Who denied a call, what ends a run, and services that a region does not have."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from auditor.collectors.live import reader
from auditor.collectors.live.availability import _resolves, offered
from auditor.collectors.live.denials import explain
from auditor.collectors.live.session import open_session
from tests.live.conftest import REGION, Account
from tests.live.faulty import Call, FaultyAws, Reply, error
from tests.live.reading import collect, resources

USER = "User: arn:aws:sts::123456789012:assumed-role/audit/me is not authorized to perform: "
QUEUES = f"{USER}sqs:ListQueues on resource: arn:aws:sqs:us-east-1:123456789012:* "
KEY = "on resource: arn:aws:kms:us-east-1:123456789012:key/1 "

ROLE = f"{USER}sts:AssumeRole on resource: arn:aws:iam::123456789012:role/audit "
GUARDED = (
    "no resource-based policy allows it; the policy of the resource has to allow it for the caller"
)
TRUST = (
    "AccessDenied: the role trust policy forbids it;"
    " the trust policy of the role has to allow it for the caller"
)
SCP = "a service control policy forbids it; the administrators of the organization have to allow it"

POLICY = "arn:aws:organizations::123456789012:policy/o-a1b2c3d4e5/service_control_policy/p-a1b2c3d4"
# As AWS's documentation and public reports have them.
MESSAGES = {
    f"{QUEUES}because no identity-based policy allows the sqs:ListQueues action": (
        "no identity-based policy allows it; the caller's own policies"
    ),
    f"{QUEUES}with an explicit deny in an identity-based policy": (
        "an identity-based policy forbids it; the caller's own policies"
    ),
    f"{QUEUES}because no service control policy allows the sqs:ListQueues action": (
        "no service control policy allows it; the administrators of the organization"
    ),
    f"{QUEUES}with an explicit deny in a service control policy": (
        "a service control policy forbids it; the administrators of the organization"
    ),
    f"{QUEUES}with an explicit deny in a resource control policy": (
        "a resource control policy forbids it; the administrators of the organization"
    ),
    f"{QUEUES}because no permissions boundary allows the sqs:ListQueues action": (
        "no permissions boundary allows it; the caller's boundary"
    ),
    f"{QUEUES}with an explicit deny in a session policy": (
        "a session policy forbids it; the policy given when the role was assumed"
    ),
    f"{QUEUES}because no resource-based policy allows the sqs:ListQueues action": (
        "no resource-based policy allows it; the policy of the resource"
    ),
    f"{QUEUES}with an explicit deny in a VPC endpoint policy": (
        "a VPC endpoint policy forbids it; the policy of the VPC endpoint"
    ),
    f"{QUEUES}because no VPC endpoint policy allows the sqs:ListQueues action": (
        "no VPC endpoint policy allows it; the policy of the VPC endpoint"
    ),
    f"{QUEUES}because no session policy allows the sqs:ListQueues action": (
        "no session policy allows it; the policy given when the role was assumed"
    ),
    f"{QUEUES}with an explicit deny in a permissions boundary": (
        "a permissions boundary forbids it; the caller's boundary"
    ),
    f"{QUEUES}with an explicit deny in a resource-based policy": (
        "a resource-based policy forbids it; the policy of the resource"
    ),
    # Since 2026 with the policy, in the same organization or account.
    f"{QUEUES}with an explicit deny in a service control policy: {POLICY}": (
        "a service control policy forbids it; the administrators of the organization"
    ),
    f"{QUEUES}with an explicit deny in a VPC endpoint policy transitively through a service"
    " control policy": "a VPC endpoint policy forbids it; the policy of the VPC endpoint",
    f"You are not authorized to perform this operation. {QUEUES}because no identity-based policy"
    " allows the sqs:ListQueues action. Encoded authorization failure message: 4GIOHlTk": (
        "no identity-based policy allows it; the caller's own policies"
    ),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_message_tells_who_denied_a_call(message: str) -> None:
    denial = explain("AccessDeniedException", message)
    assert denial.reason.startswith(f"AccessDenied: {MESSAGES[message]}")
    assert denial.permission is None


def test_gap_tells_who_denied_a_call(account: Account, faulty: FaultyAws) -> None:
    message = f"{QUEUES}with an explicit deny in a service control policy: {POLICY}"
    faulty.answer("ListQueues", error("AccessDeniedException", message=message))
    (gap,) = collect(faulty.url).gaps
    assert (gap.reason, gap.permission) == (f"AccessDenied: {SCP}", "sqs:ListQueues")


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        ("AccessDeniedException", "no", "AccessDenied"),
        ("KmsAccessDeniedException", "no", "AccessDenied to a KMS key"),
        (
            "AccessDeniedException",
            f"{USER}kms:Decrypt {KEY}with an explicit deny in a service control policy",
            f"AccessDenied to a KMS key: {SCP}",
        ),
        (
            "KMS.AccessDeniedException",
            f"{USER}kms:Decrypt {KEY}because no resource-based policy allows it",
            f"AccessDenied to a KMS key: {GUARDED}",
        ),
        ("AccessDenied", f"{ROLE}with an explicit deny in the role trust policy", TRUST),
    ],
)
def test_denials_are_told_apart(code: str, message: str, reason: str) -> None:
    denial = explain(code, message)
    assert denial.reason == reason
    assert denial.permission == ("kms:Decrypt" if "KMS" in reason else None)


def test_gap_of_a_denied_key_names_its_permission(account: Account, faulty: FaultyAws) -> None:
    account.client("scheduler").create_schedule_group(Name="a")
    faulty.answer("ListSchedules", error("AccessDeniedException", 403, f"{USER}kms:Decrypt {KEY}"))
    (gap,) = collect(faulty.url).gaps
    assert (gap.reason, gap.permission) == ("AccessDenied to a KMS key", "kms:Decrypt")


def test_nothing_is_asked_once_the_credentials_have_expired(
    account: Account, faulty: FaultyAws
) -> None:
    names = [f"queue-{number:02}" for number in range(60)]
    for name in names:
        account.queue(name)
    asked: list[Call] = []

    def expire(call: Call) -> Reply | None:
        asked.append(call)
        return None if len(asked) <= 10 else error("ExpiredTokenException", message="too old")

    faulty.faults["GetQueueAttributes"] = expire
    unit = collect(faulty.url, attempts=1)
    (gap,) = unit.gaps
    assert gap.reason == (
        "ExpiredTokenException: the credentials have expired;"
        " sign in again (aws sso login), then repeat the run"
    )
    assert gap.permission is None
    known = [raw for raw in resources(unit, "AWS::SQS::Queue") if "DelaySeconds" in raw.properties]
    assert len(known) == 10
    assert len(resources(unit, "AWS::SQS::Queue")) == len(names)
    assert len(asked) < len(names)


@pytest.mark.parametrize(
    ("missing", "region", "expected"),
    [
        (("pipes",), "ca-west-1", False),
        ((), "ca-west-1", True),
        # botocore lists it there: then the network is broken.
        (("pipes",), REGION, True),
        # No name resolves, as behind a proxy.
        (("pipes", "sts"), "ca-west-1", True),
    ],
)
def test_service_that_a_region_does_not_have(
    monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...], region: str, expected: bool
) -> None:
    def resolve(host: str, *_: Any) -> list[Any]:
        if host.startswith(missing or "-"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return []

    _resolves.cache_clear()
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert offered(open_session(None, None, attempts=1), "pipes", region) is expected
    _resolves.cache_clear()


def test_missing_service_is_not_a_gap(
    account: Account, faulty: FaultyAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "offered", lambda _clients, service, _region: service != "pipes")
    unit = collect(faulty.url)
    assert (unit.gaps, "AWS::Pipes::Pipe" in unit.readings[0].unread) == ((), False)
    assert faulty.calls["ListPipes"] == 0


def test_name_that_cannot_be_asked_for_may_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, *_: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_AGAIN, f"Temporary failure for {host}")

    _resolves.cache_clear()
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert _resolves("pipes.ca-west-1.amazonaws.com")
    _resolves.cache_clear()
