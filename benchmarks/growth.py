"""Judges ever larger organizations: `python -m benchmarks.growth [ACCOUNTS...]`.

Each account has 500 resources. Time is that of the processors, as a shared machine keeps a process
waiting, of five runs; the exponent is that of the power of the number of resources that fits the
medians best. Memory is the most that all processes held together in any run, pages that they share
counted once; each may have 8 GiB.
"""

from __future__ import annotations

import math
import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression, median

from benchmarks.measure import machine, print_table
from benchmarks.organization import keep

ACCOUNTS, SIZE, RUNS = (20, 200, 2_000), 500, 5
_LIMIT = 8 * 1024**3
_INTERVAL_SECONDS = 2.0


def main(sizes: Sequence[int]) -> None:
    """Print one line for each number of accounts, and the exponent."""
    points, rows = [], []
    for accounts in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "organization.msgaudit.json.gz")
            count = keep(accounts, SIZE, path)
            size = path.stat().st_size / 1e6
            reports = Path(folder, "report.json"), Path(folder, "report.html")
            seconds, peaks = zip(*(_judge(path, *reports) for _ in range(RUNS)), strict=True)
            made = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6 - size
        points.append((math.log(count), math.log(median(seconds))))
        rows.append(
            [
                f"{count:,}", f"{accounts:,}", f"{size:.1f} MB", f"{median(seconds):.1f} s",
                f"{min(seconds):.1f} s", f"{max(seconds):.1f} s",
                f"{max(peaks) / 1024**2:.2f} GiB", f"{made:.0f} MB",
            ]
        )  # fmt: skip
    print(f"Processor time and memory of all processes ({machine()}; {RUNS} runs):\n")
    head = (
        "resources",
        "accounts",
        "snapshot",
        "processor: median",
        "min",
        "max",
        "peak",
        "reports",
    )
    print_table(head, rows)
    if len(points) > 1:
        slope = linear_regression(*zip(*points, strict=True)).slope
        print(f"\nTime grows with the power {slope:.2f} of the resources.")


def _judge(snapshot: Path, *reports: Path) -> tuple[float, int]:
    """The seconds of processor time that a scan took, and its memory at the peak in KiB."""
    command = [sys.executable, "-m", "auditor", "scan", "--exit-zero", "--snapshot", str(snapshot)]
    command += ["-f", "sarif"]
    for report in reports:
        command += ["-o", f"{report.suffix[1:]}={report}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    resource.prlimit(process.pid, resource.RLIMIT_AS, (_LIMIT, _LIMIT))
    peaks, ended = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(process.pid, peaks, ended))
    watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    ended.set()
    watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the scan ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, max(*peaks, usage.ru_maxrss)


def _watch(pid: int, peaks: list[int], ended: threading.Event) -> None:
    while not ended.wait(_INTERVAL_SECONDS):
        children = Path(f"/proc/{pid}/task/{pid}/children")
        try:
            family = [str(pid), *children.read_text().split()]
            peaks.append(sum(map(_proportional, family)))
        except OSError:  # it is over
            continue


def _proportional(pid: str) -> int:
    """The KiB of a process, where a page that several share counts in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or ACCOUNTS)
