from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from auditor import __version__
from auditor._install import verify_installation
from auditor.errors import ExitStatus, InstallationError


def msgaudit(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "auditor", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_version(tmp_path: Path) -> None:
    done = msgaudit("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"msgaudit {__version__}\n")


@pytest.mark.parametrize("name", ["checks", "reports"])
def test_a_foreign_package_of_that_name_ends_the_run(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")
    done = msgaudit("scan", cwd=tmp_path)
    assert done.returncode == ExitStatus.NOTHING_AUDITED
    assert f"the package '{name}' is not msgaudit's own" in done.stderr
    assert "pipx install msgaudit" in done.stderr


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reports", None)
    with pytest.raises(InstallationError, match="'reports' is missing"):
        verify_installation()
