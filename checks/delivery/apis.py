"""APIs that send to a queue, topic, bus, stream or workflow by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.workflows import EXPRESS_SECONDS_MAX
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.linking.links import get
from auditor.policy import Doubts
from auditor.resources import ApiIntegration, RestMethod, StateMachine
from auditor.resources.apis import ApiCaller
from auditor.rules import rule
from auditor.values import UndeterminedError, View, mapping, number, read
from checks._shared import action_of
from checks.delivery._by_role import refused_to_role
from checks.delivery.narrow_roles import GUIDE


@rule(
    "ARC077",
    "api-role-too-narrow",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=(ApiIntegration, RestMethod),
    remediation="""
        ApiRole:
          Type: AWS::IAM::Role
          Properties:
            Policies:
              - PolicyName: send
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt OrdersQueue.Arn}

        Live: aws iam put-role-policy --role-name ROLE --policy-name send
        --policy-document file://policy.json
    """,
)
def api_role_too_narrow(integration: ApiCaller, graph: Graph) -> Iterator[Match]:
    """The role of an API's integration may not send to its queue, topic, bus, stream or workflow.

    Every request is answered with an error, and its message is lost. A permission for the key of
    the receiver is needed as well. All policies of the role that were read count, and the policy of
    the receiver; one that another stack attaches cannot be seen.

    Fine to accept where the role gets its permissions outside of this template.
    """
    doubts = Doubts()
    for edge in graph.declared(integration, EdgeKind.DELIVERS):
        with doubts:
            role = get(integration.properties, *integration.role_at)
            if role is not None:
                needs = ((action_of(edge),),)
                yield from refused_to_role(integration, edge, role, graph, needs)
    doubts.settle()


@rule(
    "ARC078",
    "api-without-role",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=(ApiIntegration, RestMethod),
    remediation="""
        PostOrder:
          Type: AWS::ApiGateway::Method
          Properties:
            Integration:
              Credentials: !GetAtt ApiRole.Arn   # trusts apigateway.amazonaws.com

        Live: aws apigateway update-integration --rest-api-id API --resource-id RESOURCE
        --http-method POST --patch-operations op=replace,path=/credentials,value=ROLE_ARN
    """,
)
def api_without_role(integration: ApiCaller, graph: Graph) -> Iterator[Match]:
    """An API sends to a queue, topic, bus, stream or workflow, and names no role for it.

    Only functions let API Gateway in by a policy of their own. A REST API is refused when it is
    deployed ("Role ARN must be specified for AWS integrations"). Of an HTTP API every request
    fails; that is told with less confidence.

    Fine to accept in no case that we know of.
    """
    path = integration.role_at
    for edge in graph.declared(integration, EdgeKind.DELIVERS)[:1]:
        action = action_of(edge)
        *outside, name = path
        holder = read(get(integration.properties, *outside), mapping, tuple(outside))
        if not View(holder, tuple(outside)).has(name):
            confidence = None if isinstance(integration, RestMethod) else Confidence.MEDIUM
            message = f"{integration.label} has no role under which it may do {action}"
            yield Match(integration, message, path, confidence=confidence)


@rule(
    "ARC026",
    "workflow-outlives-its-api",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Pattern 4: Workflow Orchestration (lines 740-756)",
    applies_to=(ApiIntegration, RestMethod),
    remediation="""
        Flow:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            StateMachineType: EXPRESS
            Definition:
              TimeoutSeconds: 25            # less than the API waits

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def workflow_outlives_its_api(integration: ApiCaller, graph: Graph) -> Iterator[Match]:
    """An API waits for a workflow that may run longer than the API waits.

    The caller gets a timeout after 30 seconds at most (a REST API may allow more) and tries again,
    while the first execution goes on: the work is done twice. An express workflow may run for five
    minutes if its definition sets no TimeoutSeconds; then that is told with less confidence.
    Standard workflows cannot be called like that at all, which another rule tells.

    Fine to accept where the workflow is known to be quick.
    """
    for edge in graph.declared(integration, EdgeKind.DELIVERS):
        machine = edge.target
        if action_of(edge) != "states:StartSyncExecution":
            continue
        graph.settle_end(edge, machine, StateMachine)
        if not isinstance(machine, StateMachine):
            continue
        if machine.machine_type != "EXPRESS":
            continue
        limit, waits = _limit(machine), integration.waits
        if (EXPRESS_SECONDS_MAX if limit is None else limit) > waits:
            shown = "no TimeoutSeconds" if limit is None else f"TimeoutSeconds {limit:g}"
            yield Match(
                integration,
                f"{machine.label} may run longer than the {waits:g} s that its API waits",
                edge.path,
                (shown, f"the API waits {waits:g} s"),
                ((machine, "the workflow"),),
                confidence=Confidence.MEDIUM if limit is None else None,
                severity=Severity.LOW if limit is None else None,
            )


def _limit(machine: StateMachine) -> float | None:
    """The seconds after which a workflow ends; raises `UndeterminedError` when that is unread."""
    root = machine.workflow.root
    if root is None:
        raise UndeterminedError("the definition could not be read", ("Definition",))
    if not root.has("TimeoutSeconds"):
        return None
    return read(root.peek("TimeoutSeconds"), number, (*root.path, "TimeoutSeconds"))
