"""Whether a resource policy lets a service make a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from auditor.policy import Answer, Request, Statement, may, statements
from auditor.values import Block, Unknown

HERE = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"
QUEUE = f"{HERE}${{Queue}}"
TOPIC = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${Topic}"
SNS = {"Service": "sns.amazonaws.com"}
CONTEXT: dict[str, object] = {
    "aws:sourcearn": TOPIC,
    "aws:sourceaccount": "${AWS::AccountId}",
    "aws:securetransport": "true",
    "aws:principalisawsservice": "true",
    "aws:sourcevpce": None,
}
REQUEST = Request("sns.amazonaws.com", "sqs:SendMessage", QUEUE, CONTEXT)
UNREAD = Unknown("no value")


def allow(**elements: Any) -> dict[str, Any]:
    base = {"Effect": "Allow", "Principal": SNS, "Action": "sqs:SendMessage", "Resource": QUEUE}
    return {name: value for name, value in {**base, **elements}.items() if value is not None}


def deny(**elements: Any) -> dict[str, Any]:
    return allow(**{"Effect": "Deny", "Principal": "*", "Action": "sqs:*", **elements})


def more(**items: Any) -> Block:
    """A mapping that may have more keys than were read."""
    return Block(items, unread=UNREAD)


def answer(*bodies: dict[str, Any], request: Request = REQUEST) -> Answer:
    return may([Statement(body) for body in bodies], request).answer


def on(operator: str, key: str, *values: Any) -> Answer:
    return answer(allow(Condition={operator: {key: list(values)}}))


def test_nothing_is_allowed_without_a_statement() -> None:
    decision = may([], REQUEST)
    assert (decision.answer, decision.statement) == (Answer.NO, None)


def test_allowing_statement_decides() -> None:
    statement = Statement(allow())
    decision = may([Statement(allow(Action="sqs:ReceiveMessage")), statement], REQUEST)
    assert decision.answer is Answer.YES
    assert decision.statement is statement


def test_deny_wins_and_decides() -> None:
    statement = Statement(deny())
    decision = may([Statement(allow()), statement, Statement(allow())], REQUEST)
    assert decision.answer is Answer.NO
    assert decision.statement is statement


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"Principal": "*"}, Answer.YES),
        ({"Principal": {"AWS": "*"}}, Answer.YES),
        ({"Principal": {"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]}}, Answer.YES),
        ({"Principal": {"Service": "sns.${AWS::URLSuffix}"}}, Answer.YES),
        ({"Principal": {"Service": "s3.amazonaws.com"}}, Answer.NO),
        ({"Principal": {"Service": "sns.me-south-1.amazonaws.com"}}, Answer.UNDETERMINED),
        ({"Principal": {"AWS": "111111111111"}}, Answer.NO),
        ({"Principal": UNREAD}, Answer.UNDETERMINED),
        ({"Principal": {"Service": [UNREAD, "sns.amazonaws.com"]}}, Answer.YES),
        ({"Principal": None}, Answer.UNDETERMINED),
        ({"Principal": None, "NotPrincipal": {"AWS": "111111111111"}}, Answer.YES),
        ({"Principal": None, "NotPrincipal": SNS}, Answer.NO),
        ({"Action": "SQS:Send*"}, Answer.YES),
        ({"Action": ["sqs:ReceiveMessage", "*"]}, Answer.YES),
        ({"Action": "sqs:ReceiveMessage"}, Answer.NO),
        ({"Action": None, "NotAction": "sqs:DeleteQueue"}, Answer.YES),
        ({"Action": None, "NotAction": "sqs:*"}, Answer.NO),
        ({"Action": UNREAD}, Answer.UNDETERMINED),
        ({"Resource": "*"}, Answer.YES),
        ({"Resource": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Queue}"}, Answer.YES),
        ({"Resource": "arn:aws:sqs:*:*:${Queue}"}, Answer.YES),
        ({"Resource": "arn:aws:sqs:eu-west-1:111111111111:${Queue}"}, Answer.UNDETERMINED),
        ({"Resource": f"{HERE}${{OtherQueue}}"}, Answer.NO),
        ({"Resource": f"{HERE}orders"}, Answer.NO),
        ({"Resource": Unknown("no value", f"{HERE}${{Stage}}-orders")}, Answer.NO),
        ({"Resource": Unknown("no value", f"{HERE}${{Name}}")}, Answer.UNDETERMINED),
        ({"Resource": UNREAD}, Answer.UNDETERMINED),
        ({"Resource": None, "NotResource": f"{HERE}${{OtherQueue}}"}, Answer.YES),
        ({"Resource": None, "NotResource": "*"}, Answer.NO),
        ({"Resource": None}, Answer.UNDETERMINED),
        ({"Effect": UNREAD}, Answer.UNDETERMINED),
        ({"Condition": UNREAD}, Answer.UNDETERMINED),
    ],
    ids=str,
)
def test_element_is_evaluated(elements: dict[str, Any], expected: Answer) -> None:
    assert answer(allow(**elements)) is expected


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("ArnEquals", "aws:SourceArn", [TOPIC], Answer.YES),
        ("ArnLike", "AWS:SOURCEARN", ["arn:aws:sns:*:*:${Topic}"], Answer.YES),
        ("ArnEquals", "aws:SourceArn", [TOPIC.replace("Topic", "Other"), TOPIC], Answer.YES),
        ("ArnEquals", "aws:SourceArn", [TOPIC.replace("Topic", "Other")], Answer.NO),
        ("StringEquals", "aws:SourceArn", ["arn:aws:sns:*:*:*"], Answer.NO),
        ("StringEqualsIgnoreCase", "aws:SourceArn", [TOPIC.replace("sns", "SNS")], Answer.YES),
        ("ArnNotEquals", "aws:SourceArn", [TOPIC], Answer.NO),
        ("StringNotLike", "aws:SourceArn", ["arn:aws:s3:::*"], Answer.YES),
        ("StringEquals", "aws:SourceAccount", ["${AWS::AccountId}"], Answer.YES),
        ("StringEquals", "aws:SourceAccount", ["111111111111"], Answer.UNDETERMINED),
        ("StringEquals", "aws:SourceAccount", [UNREAD], Answer.UNDETERMINED),
        ("ForAnyValue:StringEquals", "aws:SourceAccount", ["${AWS::AccountId}"], Answer.YES),
        ("Bool", "aws:SecureTransport", ["True"], Answer.YES),
        ("Bool", "aws:SecureTransport", [False], Answer.NO),
        ("StringEquals", "aws:SourceVpce", ["vpce-1"], Answer.NO),
        ("StringEqualsIfExists", "aws:SourceVpce", ["vpce-1"], Answer.YES),
        ("StringNotEquals", "aws:SourceVpce", ["vpce-1"], Answer.YES),
        ("ForAllValues:StringEquals", "aws:SourceVpce", ["vpce-1"], Answer.YES),
        ("ForAnyValue:StringNotEquals", "aws:SourceVpce", ["vpce-1"], Answer.NO),
        ("Null", "aws:SourceVpce", ["true"], Answer.YES),
        ("Null", "aws:SourceArn", ["true"], Answer.NO),
        ("Null", "aws:SourceArn", [False], Answer.YES),
        ("Null", "aws:UserAgent", ["true"], Answer.UNDETERMINED),
        ("StringEquals", "aws:UserAgent", ["x"], Answer.UNDETERMINED),
        ("NumericLessThan", "aws:SourceArn", ["5"], Answer.UNDETERMINED),
        ("StringEquals", "aws:SourceAccount", [], Answer.NO),
    ],
)
def test_condition_is_evaluated(
    operator: str, key: str, values: list[Any], expected: Answer
) -> None:
    assert on(operator, key, *values) is expected


def test_all_conditions_must_hold() -> None:
    both = {
        "ArnEquals": {"aws:SourceArn": TOPIC},
        "Bool": {"aws:SecureTransport": "false"},
    }
    assert answer(allow(Condition=both)) is Answer.NO


def test_deny_for_plain_http_does_not_meet_a_service() -> None:
    plain = deny(Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert answer(allow(), plain) is Answer.YES


def test_deny_outside_of_an_endpoint_meets_a_service() -> None:
    outside = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    assert answer(allow(), deny(Condition=outside)) is Answer.NO
    exempt = {**outside, "Bool": {"aws:PrincipalIsAWSService": "false"}}
    assert answer(allow(), deny(Condition=exempt)) is Answer.YES


def test_deny_in_doubt_leaves_an_allow_in_doubt_but_not_its_absence() -> None:
    doubtful = deny(Condition={"StringEquals": {"aws:UserAgent": "x"}})
    assert answer(allow(), doubtful) is Answer.UNDETERMINED
    assert answer(doubtful) is Answer.NO


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"Principal": more(AWS=["111122223333"])}, Answer.UNDETERMINED),
        ({"Principal": more(**SNS)}, Answer.YES),
        ({"Condition": more()}, Answer.UNDETERMINED),
        ({"Condition": {"StringEquals": more()}}, Answer.UNDETERMINED),
        ({"Condition": more(Bool={"aws:SecureTransport": "false"})}, Answer.NO),
    ],
)
def test_what_a_mapping_may_hold_besides(elements: dict[str, Any], expected: Answer) -> None:
    assert answer(allow(**elements)) is expected


def test_statements_that_cannot_be_read_leave_it_open() -> None:
    def found(*bodies: dict[str, Any]) -> Iterator[Statement]:
        return statements({"Statement": [*bodies, UNREAD]}, ())

    assert may(found(), REQUEST).answer is Answer.UNDETERMINED
    assert may(found(allow()), REQUEST).answer is Answer.UNDETERMINED
    assert may(found(deny()), REQUEST).answer is Answer.NO


@pytest.mark.parametrize(
    ("resource", "pattern", "expected"),
    [
        (Unknown("no value", f"{HERE}${{Stage}}-a"), f"{HERE}${{Stage}}-a", Answer.YES),
        (Unknown("no value", f"{HERE}${{Stage}}-a"), f"{HERE}prod-a", Answer.UNDETERMINED),
        (Unknown("no value", f"{HERE}${{Stage}}-a"), f"{HERE}prod-b", Answer.NO),
        (Unknown("no value", f"{HERE}${{Stage}}-a"), f"{HERE}*-b", Answer.NO),
        (Unknown("no value", f"{HERE}${{Stage}}-a"), f"{HERE}p?-?", Answer.UNDETERMINED),
        (Unknown("no value"), f"{HERE}a", Answer.UNDETERMINED),
        (Unknown("no value", "{{resolve:ssm:/a}}"), f"{HERE}a", Answer.UNDETERMINED),
        ("arn:aws:sqs:eu-west-1:111111111111:a", "arn:aws:sqs:*:111111111111:a", Answer.YES),
        ("arn:aws:sqs:eu-west-1:111111111111:a", "arn:aws:sqs:*:222222222222:a", Answer.NO),
        (QUEUE, "${Custom.Arn}", Answer.UNDETERMINED),
        (QUEUE + "a" * 3000, "${Custom.Arn}", Answer.UNDETERMINED),
    ],
)
def test_unknown_parts_of_the_resource(resource: object, pattern: str, expected: Answer) -> None:
    request = Request("sns.amazonaws.com", "sqs:SendMessage", resource, CONTEXT)
    assert answer(allow(Resource=pattern), request=request) is expected


ROLE = "arn:aws:iam::111111111111:role/worker"


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"AWS": ROLE}, Answer.YES),
        ({"AWS": "*"}, Answer.YES),
        ("*", Answer.YES),
        ({"AWS": f"{ROLE}-2"}, Answer.NO),
        ({"AWS": "arn:aws:iam::111111111111:root"}, Answer.NO),
        ({"AWS": "111111111111"}, Answer.NO),
        (SNS, Answer.NO),
        ({"AWS": UNREAD}, Answer.UNDETERMINED),
    ],
)
def test_resource_policy_names_a_role(principal: object, expected: Answer) -> None:
    request = Request("", "sqs:SendMessage", QUEUE, {}, ROLE)
    assert answer(allow(Principal=principal), request=request) is expected


@pytest.mark.parametrize("account", ["111111111111", "${AWS::AccountId}"])
def test_account_is_its_root(account: str) -> None:
    request = Request("", "kms:Decrypt", QUEUE, {}, f"arn:aws:iam::{account}:root")
    for principal in (account, f"arn:aws:iam::{account}:root"):
        document = allow(Principal={"AWS": principal}, Action="kms:*")
        assert answer(document, request=request) is Answer.YES


def test_policy_of_an_identity_names_no_principal() -> None:
    statement = Statement(allow(Principal=None))
    request = Request("", "sqs:SendMessage", QUEUE, {})
    assert may([statement], request, identity=True).answer is Answer.YES
    assert may([statement], request).answer is Answer.UNDETERMINED
