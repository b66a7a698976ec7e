"""Makes folders of templates: `python -m benchmarks.templates FOLDER [TEMPLATES [RESOURCES]]`.

Each is a service as teams write them: parameters, a topic with subscribers, queues with policies
and dead-letter queues, functions with roles and mappings, rules and alarms; every tenth has a
condition. Names, numbers and what is forgotten differ, always in the same way.
"""

from __future__ import annotations

import sys
from pathlib import Path

_HEAD = """AWSTemplateFormatVersion: "2010-09-09"
Description: Service {service} of team {team}
Parameters:
  Stage: {{Type: String, Default: dev, AllowedValues: [dev, prod]}}
  Retention: {{Type: Number, Default: {retention}}}
{conditions}Resources:
  Placed:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub "{service} on ${{Stage}}"
  Failed:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "${{Stage}}-{service}-failed"
      MessageRetentionPeriod: !Ref Retention
"""
_BLOCK = """  Work{n}:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "${{Stage}}-{service}-{n}"
      VisibilityTimeout: {visibility}
      {redrive}
  Work{n}Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Work{n}]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{Service: [sns.amazonaws.com, events.amazonaws.com]}}
            Action: sqs:SendMessage
            Resource: !GetAtt Work{n}.Arn
            Condition:
              ArnEquals: {{aws:SourceArn: [!Ref Placed, !GetAtt Match{n}.Arn]}}
  Subscription{n}:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Placed
      Protocol: sqs
      Endpoint: !GetAtt Work{n}.Arn
      FilterPolicy: {{kind: [order.{n}, {{prefix: refund}}]}}
  Match{n}:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [shop.{service}]
        detail-type: [Order {n} changed]
        detail: {{state: [{{anything-but: draft}}]}}
      Targets:
        - Id: work
          Arn: !GetAtt Work{n}.Arn
          DeadLetterConfig: {{Arn: !GetAtt Failed.Arn}}
  Worker{n}Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}
      Policies:
        - PolicyName: work
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
                Resource: !GetAtt Work{n}.Arn
  Worker{n}:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt Worker{n}Role.Arn
      Timeout: {timeout}
      MemorySize: {memory}
      Environment:
        Variables:
          TOPIC: !Ref Placed
      Code: {{S3Bucket: !Sub "code-${{AWS::AccountId}}", S3Key: {service}/{n}.zip}}
  Worker{n}Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Work{n}.Arn
      FunctionName: !Ref Worker{n}
      BatchSize: {batch}
  Work{n}Age:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateAgeOfOldestMessage
      Dimensions: [{{Name: QueueName, Value: !GetAtt Work{n}.QueueName}}]
      Statistic: Maximum
      Period: 300
      EvaluationPeriods: 1
      Threshold: {age}
      ComparisonOperator: GreaterThanThreshold
      AlarmActions: [!Ref Placed]
"""
_CONDITIONS = "Conditions:\n  IsProd: !Equals [!Ref Stage, prod]\n"
_CONDITIONAL = 10
RESOURCES = 30
_OF_HEAD, _OF_BLOCK = 2, 8
_REDRIVE = "RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 5}"
_EXTRA = "  Extra{n}: {{Type: AWS::SQS::Queue}}\n"


def template(number: int, resources: int = RESOURCES) -> str:
    """The text of one template with so many resources."""
    service = f"service-{number}"
    blocks, rest = divmod(resources - _OF_HEAD, _OF_BLOCK)
    conditional = number % _CONDITIONAL == 0
    head = _HEAD.format(
        service=service,
        team=number % 40,
        retention=1209600 - number,
        conditions=_CONDITIONS if conditional else "",
    )
    memory = "!If [IsProd, 1024, 256]" if conditional else "512"
    parts = (
        _BLOCK.format(n=n, service=service, memory=memory, **_values(number + n))
        for n in range(blocks)
    )
    return "".join([head, *parts, *(_EXTRA.format(n=n) for n in range(rest))])


def _values(number: int) -> dict[str, object]:
    """Every third queue has no redrive policy, and some timeouts do not fit each other."""
    return {
        "redrive": _REDRIVE if number % 3 else "KmsMasterKeyId: alias/aws/sqs",
        "visibility": 30 + number % 7 * 60,
        "timeout": 10 + number % 5 * 20,
        "batch": 1 + number % 10,
        "age": 600 + number % 9,
    }


def write(folder: Path, templates: int, resources: int = RESOURCES) -> list[Path]:
    """Write so many templates, a hundred in each folder, and give their paths in order."""
    paths = []
    for number in range(1, templates + 1):
        path = folder / f"team-{number // 100:02}" / f"service-{number:04}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template(number, resources))
        paths.append(path)
    return paths


if __name__ == "__main__":
    write(Path(sys.argv[1]), *map(int, sys.argv[2:]))
