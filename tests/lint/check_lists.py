#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""No file is forgotten: what lies in the tree is named in meson.build."""
import os
import re

import lint
from lint import Finding

# (folder, which files, how meson.build names one, where)
ROWS = [
    ("src", r"\.c$", lambda p: p[len("src/"):], "src/meson.build"),
    ("examples", r"\.c$", lambda p: os.path.basename(p)[:-2], "examples/meson.build"),
    ("include/ringside", r"\.(h|def)$", lambda p: p, "meson.build"),
    ("tests/unit", r"/test_\w+\.c$", lambda p: os.path.basename(p)[5:-2], "tests/meson.build"),
    ("tests/pipeline", r"/test_\w+\.c$", lambda p: os.path.basename(p)[5:-2], "tests/meson.build"),
    ("tests/perf", r"\.c$", lambda p: os.path.basename(p)[:-2], "tests/meson.build"),
    ("tests/support", r"\.c$", lambda p: p[len("tests/"):], "tests/meson.build"),
    ("tests/host", r"\.sh$", os.path.basename, "tests/meson.build"),
    ("tests/lint", r"/check_\w+\.py$", lambda p: os.path.basename(p)[6:-3], "tests/lint/meson.build"),
]


def check(root):
    found = []
    for folder, pattern, name, where in ROWS:
        paths = [p for p in lint.tree(root, folder) if re.search(pattern, p)]
        # A script without a #! line is there to be sourced.
        paths = [p for p in paths if not p.endswith(".sh") or lint.read(root, p).startswith("#!")]
        listed = lint.read(root, where) if paths and os.path.exists(os.path.join(root, where)) else ""
        for p in paths:
            if not re.search(r"'%s(\.c)?'" % re.escape(name(p)), listed):
                found.append(Finding(p, 1, f"'{name(p)}' is not in {where}: it is not built or run"))
    return found


SAMPLES = [
    ("all are named", {"src/base/a.c": "", "src/meson.build": "files('base/a.c')",
                       "tests/unit/test_x.c": "", "tests/meson.build": "['x']"}, None),
    ("a source file is not", {"src/base/a.c": "", "src/meson.build": "files('base/b.c')"}, "'base/a.c'"),
    ("a unit test is not", {"tests/unit/test_x.c": "", "tests/meson.build": "['xy']"}, "'x' is not in"),
    ("a host test is not", {"tests/host/x.sh": "#!/bin/sh\n", "tests/meson.build": ""}, "'x.sh' is not in"),
    ("a script to be sourced need not", {"tests/host/x.sh": "# x\n", "tests/meson.build": ""}, None),
    ("a header is not installed", {"include/ringside/a.h": "", "meson.build": "''"},
     "'include/ringside/a.h'"),
    ("an example is not", {"examples/a.c": "", "examples/meson.build": "['b']"}, "'a' is not in"),
]

if __name__ == "__main__":
    lint.main(check, SAMPLES)
