#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""C files look as .clang-format says. Releases of clang-format differ, so it is 14, Debian 12's."""
import os
import shutil
import subprocess
import sys

import lint
from lint import Finding

TOOL = "clang-format-14"


def check(root):
    paths = lint.tree(root, "include", "src", "examples", "tests", ext={".c", ".h"})
    if not paths:
        return []
    style = "--style=file:" + os.path.join(lint.HERE, "..", "..", ".clang-format")
    run = subprocess.run([TOOL, "--dry-run", style, *paths], cwd=root, capture_output=True, text=True)
    found, seen = [], set()
    for line in run.stderr.split("\n"):
        part = line.split(":", 3)
        if len(part) == 4 and "clang-format-violations" in line and part[0] not in seen:
            seen.add(part[0])
            found.append(Finding(part[0], part[1], f"format: run {TOOL} -i {part[0]}"))
    if run.returncode != 0 or (run.stderr.strip() and not found):
        found.append(Finding(TOOL, 0, run.stderr.strip()))
    return found


SAMPLES = [
    ("a file in our layout", {"src/a.c": "int\nf(void)\n{\n\treturn 1;\n}\n"}, None),
    ("spaces instead of tabs", {"src/a.c": "int\nf(void)\n{\n        return 1;\n}\n"}, "src/a.c:3: format"),
    ("the return type beside the name", {"src/a.c": "int f(void)\n{\n\treturn 1;\n}\n"}, "src/a.c:1: format"),
    ("a line of 101 columns", {"include/a.h": "int a = " + "1 + " * 30 + "1;\n"}, "include/a.h:1: format"),
]

if __name__ == "__main__":
    if shutil.which(TOOL) is None:
        print(f"skipped: {TOOL} is not installed")
        sys.exit(77)
    lint.main(check, SAMPLES)
