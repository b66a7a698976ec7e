"""APIs that an OpenAPI definition describes, in the template or in a file of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.collectors.template.collect import TemplateCollector
from auditor.graph import EdgeKind
from auditor.linking import build_graph
from auditor.resources import ApiIntegration, Queue, RestMethod
from auditor.values import UndeterminedError, Unknown
from tests.template.reading import reading, resources, span

DEFINITION = """openapi: 3.0.1
paths:
  /orders/{id}:
    parameters: [{name: id, in: path}]
    post:
      x-amazon-apigateway-integration:
        type: aws
        uri: !Sub arn:aws:apigateway:eu-west-1:sqs:path/${AWS::AccountId}/${Queue.QueueName}
        requestTemplates: {application/json: Action=SendMessage&MessageBody=$input.body}
"""
INCLUDED = "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}"
HTTP = {
    "integrationSubtype": "SQS-SendMessage",
    "requestParameters": {"QueueUrl": {"Ref": "Queue"}},
}


def template(kind: str, properties: str) -> str:
    return f"""Transform: AWS::Serverless-2016-10-31
Resources:
  Queue: {{Type: AWS::SQS::Queue}}
  Api:
    Type: {kind}
    Properties: {{{properties}}}
"""


def of(operation: object, **more: object) -> str:
    return json.dumps({"paths": {"/": {"get": operation}}, **more})


def senders(folder: Path, text: str) -> list[str]:
    """The ids of what is known to send to the queue; raises when there may be more."""
    read = reading(folder, text)
    graph = build_graph(read.resources, read.unread)
    (queue,) = graph.resources(Queue)
    return [edge.via.id for edge in graph.incoming(queue, EdgeKind.DELIVERS)]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AWS::ApiGateway::RestApi", "Body"),
        ("AWS::Serverless::Api", "DefinitionBody"),
    ],
)
def test_definition_in_its_own_file_is_included(tmp_path: Path, kind: str, name: str) -> None:
    (tmp_path / "api.yaml").write_text(DEFINITION)
    text = template(kind, f"{name}: {INCLUDED}")
    assert senders(tmp_path, text) == ["Api.POST.orders.{id}"]
    method = resources(reading(tmp_path, text))["Api.POST.orders.{id}"]
    assert (method.type, method.properties["HttpMethod"]) == (RestMethod.type, "POST")
    place = method.locate(("Integration", "Uri"))
    assert place is not None
    assert place.path.endswith("api.yaml")
    assert span(place) == (8, 9, 12)
    assert span(method.locate(())) == (4, 3, 6)


@pytest.mark.parametrize("given", [f"DefinitionBody: {INCLUDED}", "DefinitionUri: api.yaml"])
def test_definition_travels_with_its_template(tmp_path: Path, given: str) -> None:
    (tmp_path / "api.yaml").write_text(DEFINITION)
    (tmp_path / "template.yaml").write_text(template("AWS::Serverless::Api", given))
    collector = TemplateCollector([str(tmp_path / "template.yaml")])
    (batch,) = collector.batches()
    (parcel,) = collector.parcels(batch)
    (tmp_path / "api.yaml").unlink()
    opened = parcel.opened()
    ids = [it.id for unit in opened.collect() for it in unit.readings[0].resources]
    assert "Api.POST.orders.{id}" in ids
    assert not opened.lacked


def test_definition_that_an_uri_names_is_read(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(DEFINITION)
    text = template("AWS::Serverless::Api", "DefinitionUri: api.yaml")
    assert senders(tmp_path, text) == ["Api.POST.orders.{id}"]


@pytest.mark.parametrize("kind", ["AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi"])
def test_http_api_names_its_parameters_like_the_resource(tmp_path: Path, kind: str) -> None:
    body = of({"x-amazon-apigateway-integration": {**HTTP, "credentials": "arn"}})
    name = "Body" if "V2" in kind else "DefinitionBody"
    text = template(kind, f"{name}: {body}")
    assert senders(tmp_path, text) == ["Api.GET"]
    made = resources(reading(tmp_path, text))["Api.GET"]
    assert (made.type, made.properties["CredentialsArn"]) == (ApiIntegration.type, "arn")


@pytest.mark.parametrize(
    "included",
    [
        "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: missing.yaml}}}",
        "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: self.yaml}}}",
        "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: broken.yaml}}}",
        "{Fn::Transform: {Name: AWS::Include}}",
        "{Fn::Transform: {Name: Other, Parameters: {Location: api.yaml}}}",
        "{Fn::Transform: AWS::Include}",
        "!Transform {Name: AWS::Include, Parameters: {Location: [api.yaml]}}",
        "{openapi: 3.0.1, Fn::Transform: {Name: Macro}}",
        "{paths: !Unheard of}",
        "{paths: {/: !Unheard of}}",
        "{paths: {/: {get: !Unheard of}}}",
        "{paths: {/: {get: {x-amazon-apigateway-integration: !Unheard of}}}}",
        "text",
        "[1, 2]",
    ],
)
def test_what_could_not_be_read_may_send_anywhere(tmp_path: Path, included: str) -> None:
    loop = "paths: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: self.yaml}}}"
    (tmp_path / "api.yaml").write_text(DEFINITION)
    (tmp_path / "self.yaml").write_text(loop)
    (tmp_path / "broken.yaml").write_text("{")
    with pytest.raises(UndeterminedError):
        senders(tmp_path, template("AWS::ApiGateway::RestApi", f"Body: {included}"))


@pytest.mark.parametrize("name", ["BodyS3Location", "DefinitionUri"])
def test_definition_in_a_bucket_may_send_anywhere(tmp_path: Path, name: str) -> None:
    kind = "AWS::Serverless::Api" if name == "DefinitionUri" else "AWS::ApiGateway::RestApi"
    with pytest.raises(UndeterminedError):
        senders(tmp_path, template(kind, f"{name}: {{Bucket: apis, Key: api.yaml}}"))


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "{paths: 1}",
        "{paths: {/: 1}}",
        "{paths: {/: {get: [1]}}}",
        of({}),
        of({"x-amazon-apigateway-integration": "text"}),
        of({"x-amazon-apigateway-integration": {"$ref": "elsewhere.yaml"}}),
        of({"x-amazon-apigateway-integration": {"$ref": "#/components/none"}}),
        of({"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": {"Ref": "Queue"}}}),
    ],
)
def test_definition_without_integrations_sends_nowhere(tmp_path: Path, body: str) -> None:
    assert senders(tmp_path, template("AWS::ApiGateway::RestApi", f"Body: {body}")) == []


def test_integrations_may_be_shared(tmp_path: Path) -> None:
    shared = {"x-amazon-apigateway-integrations": {"send": HTTP}}
    operation = {
        "x-amazon-apigateway-integration": {
            "$ref": "#/components/x-amazon-apigateway-integrations/send"
        }
    }
    body = of(operation, components=shared)
    assert senders(tmp_path, template("AWS::ApiGatewayV2::Api", f"Body: {body}")) == ["Api.GET"]


def test_definition_of_unknown_reason_keeps_it(tmp_path: Path) -> None:
    text = template("AWS::ApiGateway::RestApi", f"Body: {INCLUDED}")
    why = resources(reading(tmp_path, text))["Api.Body"].properties
    assert getattr(why, "unread", None) == Unknown(
        "the definition api.yaml was not found beside the template"
    )
