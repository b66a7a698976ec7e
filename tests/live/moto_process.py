"""moto's server as a process of its own: it prints its address, and ends with its input.

In the process of the tests its threads would fight with the collector's for the interpreter, and
coverage would follow every line of it.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def running() -> Iterator[str]:
    """The URL of an empty account that is not AWS's."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from tests.live.moto_process import serve; serve()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment(),
    )  # fmt: skip
    with process as moto:
        assert moto.stdout
        yield moto.stdout.readline().strip()
        moto.kill()  # it has nothing to lose


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    # Loading them takes most of the time of a reset, and of the first call to EC2 after it.
    return {**kept, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}


def serve() -> None:
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)  # noqa: T201 - whoever started it reads this
    sys.stdin.read()
