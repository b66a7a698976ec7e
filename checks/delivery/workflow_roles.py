"""Roles of workflows that lack a permission for what their tasks do."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.data.workflows import MANAGED_RULES, MANAGING, PERMISSIONS
from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.policy import Doubts
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.statelang import Pattern, Task, integration
from auditor.values import PropertyPath, Unknown
from checks._identity import lacks, role_of
from checks.delivery._by_role import refused_to_role
from checks.delivery.narrow_roles import GUIDE


@rule(
    "SFN028",
    "workflow-role-too-narrow",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=StateMachine,
    remediation="""
        OrdersFlowRole:
          Type: AWS::IAM::Role
          Properties:
            Policies:
              - PolicyName: tasks
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - {Effect: Allow, Action: "sns:Publish", Resource: !Ref OrdersTopic}
                    - Effect: Allow
                      Action: lambda:InvokeFunction
                      Resource: [!GetAtt Charge.Arn, !Sub "${Charge.Arn}:*"]

        Live: aws iam put-role-policy --role-name ROLE --policy-name tasks
        --policy-document file://policy.json
    """,
)
def workflow_role_too_narrow(machine: StateMachine, graph: Graph) -> Iterator[Match]:
    """A task sends, invokes or starts what the role of its state machine does not allow.

    The state fails with an access error that no retry mends, at the first execution that comes that
    way. Judged are tasks that name their queue, topic, bus, stream, function or state machine. A
    task that waits for an execution, a container, a batch job or a build (.sync) also needs the
    rule by which Step Functions hears of its end; without it the state machine is refused. All
    policies of the role that were read count; one that another stack attaches cannot be seen.

    Fine to accept where the role gets its permissions outside of this template.
    """
    actions = {
        task.path: _action(task) for task in machine.workflow.states() if isinstance(task, Task)
    }
    doubts = Doubts()
    for edge in graph.declared(machine, EdgeKind.DELIVERS):
        with doubts:
            if action := _of_task(edge, actions):
                role = machine.peek("RoleArn")
                yield from refused_to_role(machine, edge, role, graph, ((action,),))
            else:
                graph.settle_end(edge, edge.target)
    with doubts:
        yield from _deaf(machine, graph)
    doubts.settle()


def _deaf(machine: StateMachine, graph: Graph) -> Iterator[Match]:
    """The tasks that wait for the end of a job of which Step Functions may not be told."""
    doubts, told = Doubts(), set[str]()
    for task in machine.workflow.states():
        resource = task.peek("Resource")
        call = integration(resource) if isinstance(resource, str) else None
        waits = call is not None and call.pattern is Pattern.SYNC
        name = MANAGED_RULES.get((call.service, call.action)) if call and waits else None
        if name is None or name in told:
            continue
        told.add(name)
        with doubts:
            role = role_of(machine.peek("RoleArn"), graph)
            rules = (_managed_rule(machine, name),)
            if missing := [it for it in MANAGING if lacks(role, (it,), rules, None, graph)]:
                message = f"{role.label} does not allow {', '.join(missing)} on the rule {name}"
                where, related = (*task.path, "Resource"), ((role, "the role"),)
                yield Match(
                    machine, message, where, (f"task {task.name}",), related, discriminator=name
                )
    doubts.settle()


def _managed_rule(machine: StateMachine, name: str) -> object:
    arn = Arn.parse(machine.arn or "")
    if arn is None:
        return Unknown(f"{machine.label} has no ARN")
    return f"arn:{arn.partition}:events:{arn.region}:{arn.account}:rule/{name}"


def _of_task(edge: Edge, actions: dict[PropertyPath, str]) -> str:
    """The action of the task that declares an edge: the one whose path the edge's begins with."""
    path = edge.path
    while path and path not in actions:
        path = path[:-1]
    return actions.get(path, "")


def _action(task: Task) -> str:
    """The permission that a task needs for its receiver, empty where it has none."""
    resource = task.peek("Resource")
    call = integration(resource) if isinstance(resource, str) else None
    if call is None:
        return ""
    return PERMISSIONS.get((call.service.removeprefix("aws-sdk:"), call.action), "")
