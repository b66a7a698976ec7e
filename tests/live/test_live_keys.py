"""Keys: only those that something else uses are asked about."""

from __future__ import annotations

import json

import pytest

from auditor.collectors.live import kms
from auditor.engine import judge
from auditor.findings import Gap, Outcome
from auditor.values import Unknown
from checks.kms.keys import key_disabled_or_never_rotated
from tests.live.conftest import Account
from tests.live.faulty import FaultyAws, Reply, error
from tests.live.reading import ACCOUNT, REGION, arn, collect, only, properties, resources

KEY, ALIAS = "AWS::KMS::Key", "AWS::KMS::Alias"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]}
EMPTY: Reply = (200, "application/x-amz-json-1.1", b"{}")
CALLS = ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListAliases")
METADATA = {
    "KeyId": "k",
    "Arn": "arn:aws:kms:us-east-1:123456789012:key/k",
    "Enabled": False,
    "KeySpec": "SYMMETRIC_DEFAULT",
    "Origin": "EXTERNAL",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "MultiRegion": False,
    "Description": "",
}


def make_key(account: Account, spec: str = "SYMMETRIC_DEFAULT") -> str:
    usage = "ENCRYPT_DECRYPT" if spec == "SYMMETRIC_DEFAULT" else "SIGN_VERIFY"
    made = account.client("kms").create_key(
        Policy=json.dumps(POLICY), Description="orders", KeySpec=spec, KeyUsage=usage
    )
    return str(made["KeyMetadata"]["KeyId"])


def test_key_of_a_queue(account: Account) -> None:
    key = make_key(account)
    account.client("kms").enable_key_rotation(KeyId=key)
    account.queue("orders", KmsMasterKeyId=key)
    raw = only(collect(account.url), KEY)
    assert (raw.id, raw.name, raw.account) == (arn("kms", f"key/{key}"), key, ACCOUNT)
    assert raw.properties == {
        "Description": "orders",
        "EnableKeyRotation": True,
        "Enabled": True,
        "KeyPolicy": POLICY,
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "Origin": "AWS_KMS",
    }


@pytest.mark.parametrize("reference", ["{key}", "{arn}", "alias/orders", "{alias}"])
def test_every_way_to_name_a_key(account: Account, reference: str) -> None:
    key = make_key(account)
    account.client("kms").create_alias(AliasName="alias/orders", TargetKeyId=key)
    names = {"key": key, "arn": arn("kms", f"key/{key}"), "alias": arn("kms", "alias/orders")}
    account.queue("orders", KmsMasterKeyId=reference.format(**names))
    unit = collect(account.url)
    assert only(unit, KEY).name == key
    assert properties(unit, ALIAS) == {"AliasName": "alias/orders", "TargetKeyId": key}


def test_keys_of_topics_and_streams_are_asked_for_once(account: Account, faulty: FaultyAws) -> None:
    key = make_key(account)
    account.client("sns").create_topic(Name="orders", Attributes={"KmsMasterKeyId": key})
    account.queue("orders", KmsMasterKeyId=arn("kms", f"key/{key}"))
    kinesis = account.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    kinesis.start_stream_encryption(StreamName="clicks", EncryptionType="KMS", KeyId=key)
    assert only(collect(faulty.url), KEY).name == key
    assert {name: faulty.calls[name] for name in CALLS} == dict.fromkeys(CALLS, 1)


def test_each_region_is_asked_for_its_own_keys(account: Account, faulty: FaultyAws) -> None:
    key = make_key(account)
    account.queue("orders", KmsMasterKeyId=key)
    unit = collect(faulty.url, REGION, "eu-west-1")
    assert only(unit, KEY).region == REGION
    assert {name: faulty.calls[name] for name in CALLS} == dict.fromkeys(CALLS, 1)


@pytest.mark.parametrize(
    "reference",
    [
        "alias/aws/sqs",
        "arn:aws:kms:us-east-1:999999999999:key/11111111-2222-3333-4444-555555555555",
        "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555",
    ],
)
def test_keys_of_others_are_not_asked_for(
    account: Account, faulty: FaultyAws, reference: str
) -> None:
    make_key(account)
    account.queue("orders", KmsMasterKeyId=reference)
    unit = collect(faulty.url)
    assert resources(unit, KEY) == []
    assert sum(faulty.calls[name] for name in CALLS) == 0
    assert KEY not in unit.readings[0].unread


def test_dangling_alias_and_deleted_key_are_no_keys(account: Account) -> None:
    account.queue("one", KmsMasterKeyId="alias/gone")
    account.queue("two", KmsMasterKeyId="11111111-2222-3333-4444-555555555555")
    unit = collect(account.url)
    assert resources(unit, KEY) == []
    assert unit.gaps == ()


def test_only_what_kms_can_rotate_is_asked_for_rotation(
    account: Account, faulty: FaultyAws
) -> None:
    account.queue("orders", KmsMasterKeyId=make_key(account, "RSA_2048"))
    unit = collect(faulty.url)
    assert properties(unit, KEY)["KeySpec"] == "RSA_2048"
    assert "EnableKeyRotation" not in properties(unit, KEY)
    assert faulty.calls["GetKeyRotationStatus"] == 0


def test_keys_that_aws_manages_are_left_out() -> None:
    assert kms.own({**METADATA, "KeyManager": "CUSTOMER"})
    assert not kms.own({**METADATA, "KeyManager": "AWS"})


def test_disabled_key_with_imported_material() -> None:
    raw = kms.transform(METADATA, {"Policy": json.dumps(POLICY)}, None)
    assert raw.properties["Enabled"] is False
    assert raw.properties["KeyPolicy"] == POLICY
    assert "EnableKeyRotation" not in raw.properties


@pytest.mark.parametrize(
    ("call", "lost"), [("GetKeyPolicy", "KeyPolicy"), ("GetKeyRotationStatus", "EnableKeyRotation")]
)
@pytest.mark.parametrize("reply", [error("AccessDeniedException"), EMPTY])
def test_what_a_key_does_not_tell_is_unknown(
    account: Account, faulty: FaultyAws, call: str, lost: str, reply: Reply
) -> None:
    account.queue("orders", KmsMasterKeyId=make_key(account))
    faulty.answer(call, reply)
    unit = collect(faulty.url)
    unknown = {name for name, it in properties(unit, KEY).items() if isinstance(it, Unknown)}
    assert unknown == {lost}
    assert len(unit.gaps) == 1


def test_denied_key_is_a_gap_and_undetermined(account: Account, faulty: FaultyAws) -> None:
    key = make_key(account)
    account.queue("orders", KmsMasterKeyId=key)
    faulty.deny("DescribeKey")
    unit = collect(faulty.url)
    gap = Gap(f"kms:DescribeKey on {key} in {REGION}", "AccessDenied", "kms:DescribeKey")
    assert unit.gaps == (gap,)
    (found,) = judge(unit, [key_disabled_or_never_rotated]).findings
    assert found.outcome is Outcome.UNDETERMINED


def test_denied_aliases_leave_keys_unread(account: Account, faulty: FaultyAws) -> None:
    account.queue("orders", KmsMasterKeyId="alias/orders")
    faulty.deny("ListAliases")
    assert set(collect(faulty.url).readings[0].unread) >= {KEY, ALIAS}
