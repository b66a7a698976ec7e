"""Every call that collectors make, broken in every way that calls break.

The calls are taken from the list of operations, so that a new one is broken here, too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import botocore.session
import pytest

from auditor.collectors.live import OPERATIONS, LiveCollector, Scope, Traffic
from auditor.collectors.live.operations import client_name, operation_name, permission
from auditor.errors import NothingAuditedError
from auditor.inventory import Unit
from checks.eventbridge.traffic import events_near_regional_quota
from tests.live.conftest import Account
from tests.live.faulty import RESET, Call, FaultyAws, Reply, call_name, error, xml_error
from tests.live.filling import add_foreign_subscribers, complete, fill
from tests.live.reading import ACCOUNT, REGION, collect

# Made before anything is read.
OPENING = ("ec2:DescribeRegions", "organizations:ListAccounts", "sts:GetCallerIdentity")
# Made only with `--prices aws`, once everything has been judged: test_live_prices.py breaks it.
AFTERWARDS = "pricing:GetProducts"
CALLS = tuple(action for action in OPERATIONS if action != AFTERWARDS)
# What a call is made for, where that is no list of the same service without arguments. Two of which
# one waits for the other cannot be broken at once.
WAITS = {
    "ec2:DescribeRouteTables": "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups": "ec2:DescribeVpcEndpoints",
    "ec2:DescribeSubnets": "lambda:ListFunctions",
    "events:DescribeEventBus": "events:ListEventBuses",
    "events:ListEventSources": "events:ListEventBuses",
    "events:ListRules": "events:ListEventBuses",
    "events:ListTargetsByRule": "events:ListRules",
    "kinesis:DescribeChannel": "kinesis:ListChannels",
    "kinesis:DescribeLimits": "kinesis:ListStreams",
    "kinesis:ListChannels": "kinesis:ListStreams",
    "kms:DescribeKey": "kms:ListAliases",
    "kms:GetKeyPolicy": "kms:DescribeKey",
    "kms:GetKeyRotationStatus": "kms:DescribeKey",
    "kms:ListAliases": "sns:GetTopicAttributes",
    "schemas:ListDiscoverers": "events:ListEventBuses",
    "sns:GetSMSAttributes": "sns:ListSubscriptions",
    "sns:ListSubscriptionsByTopic": "sns:GetTopicAttributes",
    "sqs:ListMessageMoveTasks": "sqs:GetQueueAttributes",
}
# Metrics and quotas are read only where a rule needs them.
TRAFFIC = Traffic(events_near_regional_quota.needs)
Answer = Callable[[Call], Reply | None]
SESSION = botocore.session.Session()


def protocol(action: str) -> str:
    model = SESSION.get_service_model(client_name(action))
    return str(model.resolved_protocol)


def refusal(action: str, code: str, status: int) -> Reply:
    """An error as the service of an action would say it."""
    if protocol(action) in ("query", "ec2", "rest-xml"):
        return xml_error(code, status)
    if protocol(action) == "smithy-rpc-v2-cbor":
        name, value = b"__type", code.encode()
        body = b"\xa1" + bytes([0x60 + len(name)]) + name + bytes([0x78, len(value)]) + value
        return status, "application/cbor", body
    return error(code, status)


def broken(action: str, text: bytes, cbor: bytes) -> Reply:
    """An answer that claims success and is none."""
    kind = {"smithy-rpc-v2-cbor": "application/cbor", "json": "application/x-amz-json-1.1"}
    body = cbor if protocol(action) == "smithy-rpc-v2-cbor" else text
    return 200, kind.get(protocol(action), "text/xml"), body


FAULTS: dict[str, Callable[[str], Reply]] = {
    "denied": lambda action: refusal(action, "AccessDenied", 403),
    "failing": lambda action: refusal(action, "InternalFailure", 500),
    "hanging up": lambda action: RESET,
    "truncated": lambda action: broken(action, b'{"Na', b"\xa1"),
    "garbage": lambda action: broken(action, b"<html>busy</html", b"\xff\xff"),
}


def wave(action: str) -> int:
    """How many calls must have been answered before this one has a reason."""
    if action in WAITS:
        return wave(WAITS[action]) + 1
    model = SESSION.get_service_model(client_name(action)).operation_model(operation_name(action))
    return int(bool(model.input_shape and model.input_shape.required_members))


def groups() -> dict[str, tuple[str, ...]]:
    """Actions that can be broken at once; of the lists only half, so that something is read."""
    waves: dict[str, list[str]] = defaultdict(list)
    for position, action in enumerate(sorted(set(CALLS) - set(OPENING))):
        number = wave(action)
        waves[f"{number}{'ab'[position % 2]}" if number == 0 else str(number)].append(action)
    return {name: tuple(waves[name]) for name in sorted(waves)}


GROUPS = groups()
WHOLE = Scope(all_regions=True, organization=True, account_role="audit")


def failed(unit: Unit) -> set[str]:
    return {gap.what.partition(" ")[0] for gap in unit.gaps}


def sent(faulty: FaultyAws, actions: Iterable[str]) -> dict[str, int]:
    return {action: faulty.calls[call_name(action)] for action in actions}


@pytest.fixture(scope="module")
def full(shared_account: Account) -> Account:
    """Filled once for all, as nothing here changes it."""
    shared_account.reset()
    fill(shared_account)
    return shared_account


@pytest.fixture
def filled(full: Account) -> Iterator[FaultyAws]:
    proxy = FaultyAws(full.url)
    complete(proxy)
    add_foreign_subscribers(proxy)
    yield proxy
    proxy.close()


@pytest.fixture
def types(full: Account) -> frozenset[str]:
    """The types of all that there is."""
    return _types(full.url)


@cache
def _types(url: str) -> frozenset[str]:
    proxy = FaultyAws(url)
    complete(proxy)
    found = collect(proxy.url)
    proxy.close()
    return frozenset(raw.type for raw in found.readings[0].resources)


def test_no_call_has_the_name_of_another() -> None:
    assert len({call_name(action) for action in OPERATIONS}) == len(OPERATIONS)


def opened(faulty: FaultyAws) -> FaultyAws:
    """An organization of one account, with one region."""
    active = {"Accounts": [{"Id": ACCOUNT, "State": "ACTIVE"}]}
    body = json.dumps(active).encode()
    faulty.answer("ListAccounts", (200, "application/x-amz-json-1.1", body))
    region = f"<regionInfo><item><regionName>{REGION}</regionName></item></regionInfo>"
    faulty.answer("DescribeRegions", (200, "text/xml", f"<R>{region}</R>".encode()))
    return faulty


def read(faulty: FaultyAws, scope: Scope, attempts: int) -> Unit:
    collector = LiveCollector(scope, faulty.url, attempts=attempts, traffic=TRAFFIC)
    (unit,) = collector.collect()
    return unit


def test_every_listed_call_is_made(filled: FaultyAws) -> None:
    """The matrix is only worth something where every call has a reason."""
    unit = read(opened(filled), WHOLE, attempts=1)
    assert unit.gaps == ()
    assert [action for action, count in sent(filled, CALLS).items() if not count] == []


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("group", GROUPS)
def test_broken_calls_are_gaps_and_nothing_else_is_lost(
    filled: FaultyAws, types: frozenset[str], group: str, fault: str
) -> None:
    actions = GROUPS[group]
    for action in actions:
        filled.answer(call_name(action), FAULTS[fault](action))
    unit = collect(filled.url, attempts=1, traffic=TRAFFIC)
    assert failed(unit) == set(actions)
    permissions = {gap.permission for gap in unit.gaps}
    expected = {permission(action) for action in actions} if fault == "denied" else {None}
    assert permissions == expected
    (reading,) = unit.readings
    assert types - {raw.type for raw in reading.resources} <= reading.unread.keys()


def first(reply: Reply, then: Answer | None) -> Answer:
    """This reply to the first call only."""
    left = iter([reply])
    return lambda call: next(left, None) or (then(call) if then else None)


def test_every_throttled_call_is_made_again(filled: FaultyAws) -> None:
    opened(filled)
    for action in CALLS:
        known = filled.faults.get(call_name(action))
        reply = refusal(action, "ThrottlingException", 400)
        filled.faults[call_name(action)] = first(reply, known)
    unit = read(filled, WHOLE, attempts=3)
    assert unit.gaps == ()
    assert [action for action, count in sent(filled, CALLS).items() if count < 2] == []


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("action", OPENING[:2])
def test_account_that_cannot_be_opened_says_why(filled: FaultyAws, action: str, fault: str) -> None:
    filled.answer(call_name(action), FAULTS[fault](action))
    whole = Scope(all_regions=True)
    if "organizations" in action:
        whole = Scope(regions=(REGION,), organization=True, account_role="audit")
    with pytest.raises(NothingAuditedError, match=action):
        list(LiveCollector(whole, endpoint_url=filled.url, attempts=1).collect())


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_account_without_a_known_id_is_read(filled: FaultyAws, fault: str) -> None:
    filled.answer("GetCallerIdentity", FAULTS[fault]("sts:GetCallerIdentity"))
    unit = collect(filled.url, attempts=1, traffic=TRAFFIC)
    assert (unit.accounts, unit.gaps) == ((), ())
