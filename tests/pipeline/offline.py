"""Installing msgaudit without a network: with the libraries that the tests run with."""

from __future__ import annotations

import os
import sysconfig

# pip reads these; `PIP_NO_BUILD_ISOLATION=0` is its way to say that there is none.
ENVIRONMENT = {
    "PIP_NO_DEPS": "1",
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
    "PYTHONPATH": os.pathsep.join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}),
}
