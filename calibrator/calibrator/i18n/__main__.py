"""`python -m calibrator.i18n` compiles the catalogues after a translation was changed."""

from __future__ import annotations

import sys

from calibrator.i18n._compile import compile_catalogues

for path in compile_catalogues():
    sys.stdout.write(f"{path}\n")
