"""How fast metrics are read and judged: `python -m benchmarks.metrics [QUEUES]`.

CloudWatch is a process of its own that gives each series a value for each hour of 14 days, 100,800
of them in a page as the API does, 40 ms after each request.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import botocore.session

from auditor.collectors.live.metrics import Traffic, with_metrics
from auditor.collectors.live.reader import Log, Reader
from auditor.collectors.live.session import THREADS, open_session
from auditor.engine import judge
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.resources import Queue, RawResource
from auditor.traffic import METRICS, needed
from benchmarks.measure import machine, print_row, print_table

_REGION, _ACCOUNT = "us-east-1", "111122223333"
_LATENCY_SECONDS = 0.04
_HOUR = 3_600
_HOURS = 14 * 24
_SERIES_IN_A_CALL = 500
_SERIES_IN_A_PAGE = 100_800 // _HOURS
_BARE_PAGES = 8
_VALUES = [float(hour % 24) for hour in range(_HOURS)]


def main() -> None:
    """Print calls, seconds of processor for reading and judging, and those of botocore alone."""
    queues = _queues(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
    os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _CloudWatch)
    process = multiprocessing.get_context("fork").Process(target=server.serve_forever, daemon=True)
    process.start()
    rules = [rule for rule in load_rules() if rule.needs]
    url = f"http://127.0.0.1:{server.server_port}"
    clients = open_session(None, url, 1)
    log = Log()
    with ThreadPoolExecutor(THREADS) as pool:
        reader = Reader(clients, _REGION, _ACCOUNT, pool, log)
        start = time.process_time()
        read = with_metrics([reader], queues, Traffic(needed(rules)))
        reading = time.process_time() - start
        if log.failures:
            sys.exit(f"the answers were not complete: {log.failures[0]}")
        start = time.process_time()
        found = judge(Unit("", (Reading(tuple(read)),)), rules).findings
        judging = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        bare = _bare(url, pool) * len(log.answers)
    process.terminate()
    _print(read, len(log.answers), len(found), (reading, bare, judging))
    print_row(("memory at the peak", f"{peak:.0f} MB"))


def _queues(count: int) -> list[RawResource]:
    arns = [f"arn:aws:sqs:{_REGION}:{_ACCOUNT}:queue-{number}" for number in range(count)]
    return [
        RawResource(Queue.type, arn, {}, arn.rpartition(":")[2], arn, _ACCOUNT, _REGION)
        for arn in arns
    ]


def _bare(url: str, pool: ThreadPoolExecutor) -> float:
    """The seconds of processor that botocore alone takes for a page, several side by side."""
    session = botocore.session.get_session()
    client: Any = session.create_client("cloudwatch", _REGION, endpoint_url=url)
    stat = {"Metric": {"Namespace": "AWS/SQS", "MetricName": "x"}, "Period": _HOUR, "Stat": "Sum"}
    queries = [{"Id": f"m{n}", "MetricStat": stat} for n in range(_SERIES_IN_A_PAGE * 5 // 6)]
    end = int(time.time())

    def ask(_: int) -> None:
        client.get_metric_data(
            MetricDataQueries=queries, StartTime=end - _HOURS * _HOUR, EndTime=end
        )

    start = time.process_time()
    list(pool.map(ask, range(_BARE_PAGES)))
    return (time.process_time() - start) / _BARE_PAGES


class _CloudWatch(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(_LATENCY_SECONDS)
        first = int(request.get("NextToken", 0))
        queries = request["MetricDataQueries"]
        following = first + _SERIES_IN_A_PAGE
        times = [int(request["StartTime"]) + hour * _HOUR for hour in range(_HOURS)]
        body: dict[str, Any] = {
            "MetricDataResults": [
                {"Id": query["Id"], "StatusCode": "Complete",
                 "Timestamps": times, "Values": _VALUES}
                for query in queries[first:following]
            ]
        }  # fmt: skip
        if following < len(queries):
            body["NextToken"] = str(following)
        answer = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Only the result is of interest."""


def _print(
    read: Sequence[RawResource], pages: int, findings: int, times: tuple[float, float, float]
) -> None:
    series = sum(len(raw.properties[METRICS]) for raw in read)
    calls = -(-series // _SERIES_IN_A_CALL)
    reading, bare, judging = times
    print(f"{len(read):,} queues ({machine()}; one run):\n")
    rows = (
        ("series", f"{series:,} of {_HOURS} values"),
        ("calls", f"{calls}, {_SERIES_IN_A_CALL} series in each, with {pages} pages of answers"),
        ("read", f"processor {reading:.1f} s, {reading / bare:.2f} of botocore alone"),
        ("judged by all rules on metrics", f"processor {judging:.1f} s, {findings:,} findings"),
    )
    print_table(("", ""), rows)


if __name__ == "__main__":
    main()
