"""What policies decide about the call of a service or of a role: yes, no, or not to be told.

Evaluation logic: an explicit Deny wins, and without an Allow nothing is allowed.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from auditor.policy.audience import principals_in
from auditor.policy.conditions import Clause, Test, clauses_of
from auditor.policy.documents import Statement
from auditor.policy.texts import Answer, compare
from auditor.values import UndeterminedError, sequence


class Request(Struct, frozen=True):
    """The call that a service makes, or a role where `role` holds its ARN.

    `context` has the condition keys of which something is known, in lower case: the one value of
    the key, `None` where the request has no such key. `resource`, `role` and the values may be
    `Unknown`.
    """

    service: str
    action: str
    resource: object
    context: Mapping[str, object]
    role: object = None


class Decision(Struct, frozen=True):
    """The answer, and the statement that decides: `None` where no statement allows the call."""

    answer: Answer
    statement: Statement | None = None


def may(statements: Iterable[Statement], request: Request, *, identity: bool = False) -> Decision:
    """Whether the statements of a policy let a service or a role make a call.

    A statement that cannot be read may allow as well as deny. An unknown key of a condition leaves
    the condition undetermined. `identity` says that the statements are those of the role itself,
    which name no principal.
    """
    allow, deny = Decision(Answer.NO), Decision(Answer.NO)
    try:
        for statement in statements:
            applies = _applies(statement, request, identity)
            if applies is Answer.NO:
                continue
            allows = _allows(statement)
            allow = max(allow, Decision(min(applies, allows), statement), key=_answer)
            deny = max(deny, Decision(min(applies, allows.opposite), statement), key=_answer)
    except UndeterminedError:
        unread = Decision(Answer.UNDETERMINED)
        allow, deny = max(allow, unread, key=_answer), max(deny, unread, key=_answer)
    if deny.answer is Answer.YES:
        return Decision(Answer.NO, deny.statement)
    if allow.answer is Answer.NO:
        return Decision(Answer.NO)
    return deny if deny.answer is Answer.UNDETERMINED else allow


def _answer(decision: Decision) -> Answer:
    return decision.answer


def _allows(statement: Statement) -> Answer:
    try:
        return Answer.YES if statement.allows else Answer.NO
    except UndeterminedError:
        return Answer.UNDETERMINED


def _applies(statement: Statement, request: Request, identity: bool) -> Answer:
    """Whether all parts of a statement fit; after the first that does not, none is looked at."""
    result = _element(statement, "Action", _acts, request)
    if result:
        result = min(result, _element(statement, "Resource", _holds, request))
    if result and not identity:
        result = min(result, _element(statement, "Principal", _names, request))
    if result:
        met = _any_or_all(min, (holds(each, request.context) for each in clauses_of(statement)))
        result = min(result, met)
    return result


def _element(
    statement: Statement,
    name: str,
    answers: Callable[[Statement, str, Request], Iterator[Answer]],
    request: Request,
) -> Answer:
    """The answer to an element such as `Action`, or to the negated one where that is written."""
    negated = f"Not{name}"
    if statement.peek(negated) is not None:
        return _any_or_all(max, answers(statement, negated, request)).opposite
    if statement.peek(name) is None:
        return Answer.UNDETERMINED
    return _any_or_all(max, answers(statement, name, request))


def _any_or_all(choose: Callable[[Answer, Answer], Answer], answers: Iterator[Answer]) -> Answer:
    """`max` or `min` of all answers; what cannot be read is one that cannot be told."""
    result, last = (Answer.NO, Answer.YES) if choose is max else (Answer.YES, Answer.NO)
    try:
        for answer in answers:
            if answer is last:
                return last
            result = choose(result, answer)
    except UndeterminedError:
        result = choose(result, Answer.UNDETERMINED)
    return result


def _names(statement: Statement, name: str, request: Request) -> Iterator[Answer]:
    for principal in principals_in(statement, name):
        if principal.text == "*":
            yield Answer.YES
        elif principal.is_service:
            yield _is_service(principal.text, request.service)
        elif request.role is not None:
            yield compare(_principal_arn(principal.text), request.role, wild=False)
        else:
            yield Answer.NO


def _principal_arn(text: str) -> str:
    """An account may be named by its id alone: that is its root."""
    return text if text.startswith("arn:") else f"arn:aws:iam::{text}:root"


def _is_service(text: str, service: str) -> Answer:
    """Some Regions and partitions have principals of their own (`sns.me-south-1.amazonaws.com`)."""
    answer = compare(text, service, wild=False, ignore_case=True)
    if answer is Answer.NO and text.partition(".")[0].lower() == service.partition(".")[0]:
        return Answer.UNDETERMINED
    return answer


def _acts(statement: Statement, name: str, request: Request) -> Iterator[Answer]:
    for entry in statement.entries(name):
        yield compare(entry.text, request.action, ignore_case=True)


def _holds(statement: Statement, name: str, request: Request) -> Iterator[Answer]:
    for pattern in sequence(statement.peek(name), ()):
        yield compare(pattern, request.resource)


def holds(clause: Clause, context: Mapping[str, object]) -> Answer:
    """Whether a request with these condition keys, each with one value, meets a condition."""
    if clause.key not in context:
        return Answer.UNDETERMINED
    value = context[clause.key]
    if clause.test is Test.NULL:
        return _any_or_all(max, (_is_absent(each, value) for each in clause.values))
    if value is None:
        return Answer.YES if clause.passes_absent else Answer.NO
    if clause.test in (Test.ADDRESS, Test.OTHER):
        return Answer.UNDETERMINED
    hit = _any_or_all(max, (_meets(clause, each, value) for each in clause.values))
    return hit.opposite if clause.negated else hit


def _is_absent(wanted: object, value: object) -> Answer:
    absent = "true" if value is None else "false"
    return compare(wanted, absent, wild=False, ignore_case=True)


def _meets(clause: Clause, wanted: object, value: object) -> Answer:
    ignore_case = clause.ignore_case or clause.test is Test.BOOL
    return compare(wanted, value, wild=clause.test is Test.LIKE, ignore_case=ignore_case)
