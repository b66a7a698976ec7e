"""Integrations of HTTP and WebSocket APIs, and methods of REST APIs."""

from __future__ import annotations

import pytest

from auditor.collectors.live import apigateway
from auditor.engine import judge
from auditor.findings import Gap, Outcome
from auditor.graph import EdgeKind
from auditor.linking import build_graph
from auditor.resources import Queue
from auditor.values import Unknown
from checks.delivery.apis import api_role_too_narrow
from checks.step_functions.fitness import standard_behind_synchronous_api
from tests.live.conftest import Account
from tests.live.faulty import EMPTY, FaultyAws, Reply, answer, error
from tests.live.filling import add_rest_method
from tests.live.reading import REGION, collect, only, resources

INTEGRATION = "AWS::ApiGatewayV2::Integration"
METHOD = "AWS::ApiGateway::Method"
ROLE = "arn:aws:iam::123456789012:role/delivery"


def api(account: Account) -> str:
    made = account.client("apigatewayv2").create_api(Name="shop", ProtocolType="HTTP")
    return str(made["ApiId"])


def test_integration_with_a_workflow(account: Account) -> None:
    machine = account.client("stepfunctions").create_state_machine(
        name="flow", definition='{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
        roleArn=ROLE,
    )["stateMachineArn"]  # fmt: skip
    id_ = api(account)
    made = account.client("apigatewayv2").create_integration(
        ApiId=id_,
        IntegrationType="AWS_PROXY",
        IntegrationSubtype="StepFunctions-StartSyncExecution",
        PayloadFormatVersion="1.0",
        RequestParameters={"StateMachineArn": machine},
    )
    unit = collect(account.url)
    raw = only(unit, INTEGRATION)
    place = f"/apis/{id_}/integrations/{made['IntegrationId']}"
    assert raw.id == f"arn:aws:apigateway:{REGION}::{place}"
    assert raw.account == "123456789012"
    assert raw.properties["RequestParameters"] == {"StateMachineArn": machine}
    (found,) = judge(unit, [standard_behind_synchronous_api]).findings
    assert found.outcome is Outcome.VIOLATION
    assert found.message == (
        "shop to StepFunctions-StartSyncExecution waits for flow, which is a standard workflow"
    )


def test_headers_for_other_servers_are_not_kept() -> None:
    item = {
        "IntegrationId": "i",
        "IntegrationType": "HTTP_PROXY",
        "RequestParameters": {"overwrite:header.Authorization": "precious"},
    }
    raw = apigateway.transform("arn:i", {"ApiId": "a", "Name": "shop"}, item)
    values = raw.properties["RequestParameters"].values()
    assert [type(value) for value in values] == [Unknown]
    assert "precious" not in str(raw.properties)


def test_denied_apis_name_the_permission_that_exists(account: Account, faulty: FaultyAws) -> None:
    faulty.deny("GetApis")
    unit = collect(faulty.url)
    gap = Gap(f"apigateway:GetApis in {REGION}", "AccessDenied", "apigateway:GET")
    assert unit.gaps == (gap,)
    assert INTEGRATION in unit.readings[0].unread


@pytest.mark.parametrize("reply", [error("AccessDeniedException"), EMPTY])
def test_unread_integrations_leave_the_rule_undetermined(
    account: Account, faulty: FaultyAws, reply: Reply
) -> None:
    api(account)
    faulty.answer("GetIntegrations", reply)
    unit = collect(faulty.url)
    (found,) = judge(unit, [standard_behind_synchronous_api]).findings
    assert found.outcome is Outcome.UNDETERMINED
    assert len(unit.gaps) == 1


def test_method_of_a_rest_api_delivers_to_its_queue(account: Account) -> None:
    account.queue("orders")
    id_ = add_rest_method(account, "orders")
    unit = collect(account.url)
    raw = only(unit, METHOD)
    assert raw.id.startswith(f"arn:aws:apigateway:{REGION}::/restapis/{id_}/resources/")
    assert raw.id.endswith("/methods/POST")
    assert (raw.name, raw.account) == ("POST / of shop", "123456789012")
    (reading,) = unit.readings
    graph = build_graph(reading.resources, reading.unread)
    (orders,) = graph.resources(Queue)
    (edge,) = graph.incoming(orders, EdgeKind.DELIVERS)
    assert (edge.via.id, edge.detail) == (raw.id, "sqs:SendMessage")


def test_methods_that_call_other_servers_are_not_kept(account: Account, faulty: FaultyAws) -> None:
    """What is sent there may be secret."""
    add_rest_method(account, "orders")
    to_server = {"type": "HTTP", "requestParameters": {"integration.request.header.k": "precious"}}
    methods = {
        "GET": {"httpMethod": "GET"},
        "PUT": {"httpMethod": "PUT", "methodIntegration": to_server},
    }
    item = {"id": "r", "path": "/", "resourceMethods": methods}
    faulty.answer("GetRestResources", answer(item=[item]))
    assert resources(collect(faulty.url), METHOD) == []


@pytest.mark.parametrize("reply", [error("AccessDeniedException"), EMPTY])
def test_unread_methods_leave_the_rule_undetermined(
    account: Account, faulty: FaultyAws, reply: Reply
) -> None:
    add_rest_method(account, "orders")
    faulty.answer("GetRestResources", reply)
    unit = collect(faulty.url)
    (found,) = judge(unit, [api_role_too_narrow]).findings
    assert found.outcome is Outcome.UNDETERMINED
    assert len(unit.gaps) == 1
