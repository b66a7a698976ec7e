"""Values of metrics, taken from answers before botocore looks at each of them.

There are hundreds for each metric. botocore makes an object of every point in time and calls
several functions for it, which takes most of the time of reading an account's metrics.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping
from typing import Any

EVENT = "before-parse.cloudwatch.GetMetricData"
_RESULTS = "MetricDataResults"


def take_out(**event: Any) -> None:
    """Parse the results of GetMetricData, with times in seconds since 1970, and hide them.

    botocore runs this before it reads an answer, and joins `customized_response_dict` to what it
    reads itself. What is not understood here is left to it.
    """
    response = event["response_dict"]
    protocol = event["operation_model"].service_model.resolved_protocol
    if protocol != "json" or response["status_code"] >= 300:
        return
    try:
        answer = json.loads(response["body"])
        results = [_packed(result) for result in answer.pop(_RESULTS)]
    except (AttributeError, KeyError, TypeError, ValueError):
        return
    response["body"] = json.dumps(answer).encode()
    event["customized_response_dict"][_RESULTS] = results


def _packed(result: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: array("d", result[name]) for name in ("Timestamps", "Values")}
    return {**result, **numbers}
