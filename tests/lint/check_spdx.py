#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every source file names its licence at the top, where tools look for it."""
import os

import lint
from lint import Finding

TAG = "SPDX-License-Identifier: BSD-3-Clause"
SOURCE = {".c", ".h", ".def", ".map"}  # in the first line
SCRIPT = {".py", ".sh", ".build", ".txt", ".supp"}  # in the first three
NAMED = {"check", "quickstart"}
FREE = {".ci/run"}  # two lines that start ./check


def wants(path):
    """How many lines may come before the tag's end; 0: none is wanted."""
    ext = os.path.splitext(path)[1]
    if path in FREE:
        return 0
    if ext in SOURCE:
        return 1
    return 3 if ext in SCRIPT or path in NAMED else 0


def check(root):
    found = []
    for path in lint.tree(root):
        lines = wants(path)
        if path.startswith(".git/") or lines == 0:
            continue
        head = lint.read(root, path).split("\n")[:lines]
        if not any(TAG in line for line in head):
            found.append(Finding(path, 1, f"no '{TAG}' in the first {lines} line(s)"))
    return found


SAMPLES = [
    ("a C file with its tag", {"src/a.c": f"/* {TAG} */\n"}, None),
    ("a C file without", {"src/a.c": "int x;\n"}, "src/a.c:1"),
    ("a C file with the tag in the second line", {"src/a.c": f"\n/* {TAG} */\n"}, "src/a.c:1"),
    ("a C file under another licence",
     {"src/a.c": "/* SPDX-License-Identifier: " + "GPL-2.0 */\n"}, "src/a.c:1"),
    ("a script with its tag after the #! line", {"tests/a.sh": f"#!/bin/sh\n# {TAG}\n"}, None),
    ("a script without", {"tests/a.py": "#!/usr/bin/python3\n"}, "tests/a.py:1"),
    ("a program without a suffix", {"check": "#!/bin/sh\n"}, "check:1"),
    ("prose needs none", {"README.md": "# x\n"}, None),
    ("build directories are not ours", {"build/a.c": "int x;\n"}, None),
]

if __name__ == "__main__":
    lint.main(check, SAMPLES)
