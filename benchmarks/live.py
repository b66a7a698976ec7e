"""How fast an account is read: `python -m benchmarks.live [QUEUES]`.

Answers are recorded from moto, then repeated 40 ms after each request by another process: moto
itself is too slow to measure anything but moto.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import botocore.session
from botocore.config import Config

from auditor.cli import GARBAGE
from auditor.collectors.live import LiveCollector, Scope
from auditor.collectors.live.session import THREADS
from benchmarks.latency import Recorder
from benchmarks.measure import RUNS, machine, print_table

_REGION = "us-east-1"
_LATENCY_SECONDS = 0.04
_HEADINGS = (
    "", "calls", "wall: median", "min", "max", "processor", "for each call", "peak",
)  # fmt: skip


def main() -> None:
    """Print wall time, processor time and memory beside their baselines."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    queues = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    recorder = Recorder(f"http://{host}:{port}")
    server = recorder.serve()
    url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _fill(url, queues)
    recorder.answers.clear()
    recorder.forget_calls()
    _collect(url)
    calls = recorder.calls
    server.shutdown()
    server.server_close()
    moto.stop()
    recorder.upstream, recorder.latency_seconds = None, _LATENCY_SECONDS
    replay = multiprocessing.get_context("fork").Process(
        target=_replay, args=(recorder, server.server_port), daemon=True
    )
    replay.start()
    time.sleep(1)
    _report(calls, url)
    replay.terminate()


def _replay(recorder: Recorder, port: int) -> None:
    recorder.serve(port).serve_forever()


def _client(service: str, url: str) -> Any:
    config = Config(max_pool_connections=THREADS)
    session = botocore.session.get_session()
    return session.create_client(service, _REGION, endpoint_url=url, config=config)


def _fill(url: str, queues: int) -> None:
    sqs, sns = _client("sqs", url), _client("sns", url)
    for number in range(queues):
        sqs.create_queue(QueueName=f"queue-{number}")
    for number in range(queues // 4):
        topic = sns.create_topic(Name=f"topic-{number}")["TopicArn"]
        queue = f"arn:aws:sqs:{_REGION}:123456789012:queue-{number}"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)


def _collect(url: str) -> int:
    gc.set_threshold(GARBAGE)  # like the command
    (unit,) = LiveCollector(Scope(regions=(_REGION,)), endpoint_url=url).collect()
    if unit.gaps:
        sys.exit(f"the answers were not complete: {unit.gaps[0]}")
    return sum(len(reading.resources) for reading in unit.readings)


def _bare(url: str) -> int:
    """The calls on each resource with botocore alone, from as many threads."""
    sqs, sns = _client("sqs", url), _client("sns", url)
    queues = _pages(sqs, "list_queues", "QueueUrls", PaginationConfig={"PageSize": 1000})
    topics = [item["TopicArn"] for item in _pages(sns, "list_topics", "Topics")]
    subscribed = _pages(sns, "list_subscriptions", "Subscriptions")
    calls = [
        partial(sqs.get_queue_attributes, QueueUrl=it, AttributeNames=["All"]) for it in queues
    ]
    calls += [partial(sns.get_topic_attributes, TopicArn=it) for it in topics]
    calls += [
        partial(sns.get_subscription_attributes, SubscriptionArn=it["SubscriptionArn"])
        for it in subscribed
    ]
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(1 for _ in pool.map(lambda call: call(), calls))


def _pages(client: Any, operation: str, key: str, **more: Any) -> list[Any]:
    pages = client.get_paginator(operation).paginate(**more)
    return [item for page in pages for item in page[key]]


def _timed(run: Callable[[str], int], url: str) -> tuple[int, float, float]:
    wall, processor = time.monotonic(), time.process_time()
    result = run(url)
    return result, time.monotonic() - wall, time.process_time() - processor


class _Run(NamedTuple):
    """Its result, seconds on the wall and of the processor, and MB at the peak."""

    result: int
    wall: float
    processor: float
    peak: float


def _measured(run: Callable[[str], int], url: str) -> _Run:
    """A run in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as alone:
        return _Run(*alone.apply(_timed, (run, url)), alone.apply(_peak))


def _peak() -> float:
    """Not what `resource` tells: that begins with the memory of the parent process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _report(calls: int, url: str) -> None:
    readers: dict[str, Callable[[str], int]] = {"botocore alone": _bare, "msgaudit": _collect}
    runs: dict[str, list[_Run]] = {name: [] for name in readers}
    for _ in range(RUNS):
        for name, read in readers.items():
            runs[name].append(_measured(read, url))
    bare_calls, resources = (of_reader[0].result for of_reader in runs.values())
    bound = 1.3 * calls * _LATENCY_SECONDS / THREADS + 1
    print(f"{resources:,} resources ({machine()}; {RUNS} runs), bound of the wall {bound:.1f} s:\n")
    rows = [
        _row(name, made, runs[name])
        for name, made in zip(readers, (bare_calls, calls), strict=True)
    ]
    print_table(_HEADINGS, rows)


def _row(name: str, calls: int, runs: list[_Run]) -> list[str]:
    walls = [run.wall for run in runs]
    processor = median(run.processor for run in runs)
    return [
        name, f"{calls:,}",
        *(f"{seconds:.3g} s" for seconds in (median(walls), min(walls), max(walls))),
        f"{processor:.3g} s", f"{processor / calls * 1000:.2f} ms",
        f"{median(run.peak for run in runs):.0f} MB",
    ]  # fmt: skip


if __name__ == "__main__":
    main()
