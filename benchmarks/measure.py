"""Runs commands as whole processes and takes their time and memory.

Linux counts what a process had before it started its program, so that a peak is never reported
below that of the benchmark itself, about 15 MiB.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

RUNS = 5
# An installed tool has its byte code cached, whatever this shell says.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
SHOWN_ARGUMENTS = 8


@dataclass(slots=True)
class Contender:
    """A command and what its runs took: seconds on the wall and of all processors, MiB at peak."""

    name: str
    command: Sequence[str]
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)

    def warm_up(self) -> None:
        """Run once without counting; ends the program if the command crashes."""
        done = subprocess.run(
            self.command, capture_output=True, text=True, check=False, env=ENVIRONMENT
        )
        if "Traceback" in done.stderr:
            sys.exit(f"{self.name} crashed: {self.shown}\n{done.stderr}")

    def run(self) -> None:
        """Run once. The exit status is not looked at: findings are no failure."""
        start = time.perf_counter()
        process = subprocess.Popen(
            self.command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
        )
        _, _, usage = os.wait4(process.pid, 0)
        self.seconds.append(time.perf_counter() - start)
        process.returncode = 0  # already waited for
        self.processor.append(usage.ru_utime + usage.ru_stime)
        self.peaks.append(usage.ru_maxrss / 1024)

    @property
    def shown(self) -> str:
        """The command as one would type it, a long list of files cut short."""
        shown = shlex.join(self.command[:SHOWN_ARGUMENTS])
        rest = len(self.command) - SHOWN_ARGUMENTS
        return f"{shown} … and {rest} more" if rest > 0 else shown


def compare(title: str, contenders: Sequence[Contender]) -> None:
    """Run the contenders in turns, so that noise meets all; print ratios to the first.

    Processor time tells more than the wall's where others use the machine, too.
    """
    for contender in contenders:
        contender.warm_up()
    for _ in range(RUNS):
        for contender in contenders:
            contender.run()
    base, least = median(contenders[0].seconds), median(contenders[0].processor)
    print(f"\n{title}\n")
    print(
        f"  {'':<28}{'median':>9}{'min':>9}{'max':>9}{'ratio':>8}"
        f"{'processor':>11}{'ratio':>8}{'peak':>10}"
    )
    for item in contenders:
        times = (median(item.seconds), min(item.seconds), max(item.seconds))
        columns = "".join(f"{value:>8.3f}s" for value in times)
        worked, peak = median(item.processor), median(item.peaks)
        print(
            f"  {item.name:<28}{columns}{times[0] / base:>7.1f}x"
            f"{worked:>10.3f}s{worked / least:>7.1f}x{peak:>6.0f} MiB",
            flush=True,
        )
    for item in contenders:
        print(f"  {item.name}: $ {item.shown}")
