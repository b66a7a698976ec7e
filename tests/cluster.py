"""Workers in a cluster of their own: a scheduler and two processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def running() -> Iterator[Any]:
    """A cluster whose workers may read the account that tests make."""
    from distributed import LocalCluster

    make: Any = LocalCluster
    with make(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        # any free port: the default is taken when two processes of tests have a cluster at once
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        silence_logs=50,
        env={"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"},
    ) as made:
        yield made


def address(cluster: Any) -> str:
    """What `--executor` is given."""
    return str(cluster.scheduler_address).replace("tcp://", "dask://")


def kill_one(cluster: Any) -> None:
    """Kill a worker as the system does when memory is short; another takes its place."""
    os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
