"""Messages that arrive more than once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.policy import statements_of
from auditor.resources import Function, Queue, Role
from auditor.rules import rule
from auditor.values import UndeterminedError
from checks._shared import mappings_of, unread_end

# Services in which a function can note what it has processed.
STORES = ("dynamodb", "elasticache", "rds", "rds-data", "s3", "*")

# AWS's own policies for functions, which allow only what it takes to run them.
_NO_STORE = re.compile(r":iam::aws:policy/(service-role/)?AWS(Lambda|XRay)")


@rule(
    "SQS011",
    "duplicates-not-remembered",
    severity=Severity.INFO,
    category=Category.RELIABILITY,
    confidence=Confidence.LOW,
    guide="Queue Types (lines 82-94)",
    applies_to=Queue,
    pedantic=True,
    remediation="""
        Note the id of each processed message with a conditional write, for example with
        Powertools for AWS Lambda:

        IdempotencyTable:
          Type: AWS::DynamoDB::Table
          Properties:
            BillingMode: PAY_PER_REQUEST
            AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
            KeySchema: [{AttributeName: id, KeyType: HASH}]
            TimeToLiveSpecification: {AttributeName: expiration, Enabled: true}

        Live: aws dynamodb create-table --table-name idempotency
        --attribute-definitions AttributeName=id,AttributeType=S
        --key-schema AttributeName=id,KeyType=HASH --billing-mode PAY_PER_REQUEST
    """,
)
def duplicates_not_remembered(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A function reads a standard queue and has nowhere to note which messages it has processed.

    Standard queues deliver at least once, and a slow or failed batch comes again. The role of the
    function allows no data store in the policies written inside it; whether that matters, only the
    code shows.

    Fine to accept where doing the work twice has the same result as doing it once.
    """
    edges = mappings_of(queue, graph)
    if not edges or queue.fifo:
        return
    for edge in edges:
        if not isinstance(edge.target, Function):
            raise UndeterminedError(unread_end(edge.target), edge.path)
        role = graph.find(edge.target.role)
        if not isinstance(role, Role):
            raise UndeterminedError(f"the role of {edge.target.label} was not read")
        if not _stores(role):
            message = f"{edge.target.label} cannot note which messages of {queue.label} it had"
            related = ((edge.target, "the consumer"), (role, "its role"))
            yield Match(queue, message, (), (), related, discriminator=edge.target.id)


def _stores(role: Role) -> bool:
    for arn in role.managed_policy_arns:
        if not _NO_STORE.search(arn):
            raise UndeterminedError(f"the policy {arn} of {role.id} was not read")
    services = {
        action.partition(":")[0].lower()
        for statement in statements_of(role)
        for action in statement.texts("Action")
    }
    return not services.isdisjoint(STORES)
