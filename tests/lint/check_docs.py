#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""docs/counters.md is what the generator prints today.

    check_docs.py GENERATOR            compare
    check_docs.py GENERATOR --write    write the file (ninja -C build docs-counters)
"""
import os
import subprocess
import sys

import lint
from lint import Finding

PATH = "docs/counters.md"


def check_against(text):
    def check(root):
        full = os.path.join(root, PATH)
        have = lint.read(root, PATH) if os.path.exists(full) else ""
        if have == text:
            return []
        lines = zip(have.split("\n") + [""], text.split("\n") + [""])
        at = next((n for n, (a, b) in enumerate(lines, 1) if a != b), 1)
        return [Finding(PATH, at, "stale: run ninja -C build docs-counters")]

    return check


def main():
    generator = sys.argv.pop(1)
    text = subprocess.run([generator], check=True, capture_output=True, text=True).stdout
    if "--write" in sys.argv:
        path = os.path.join(lint.HERE, "..", "..", PATH)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        print(f"wrote {PATH}")
        return
    line = next(l for l in text.split("\n") if l.startswith("| `"))
    lint.main(check_against(text), [
        ("the file as printed", {PATH: text}, None),
        ("a row is missing", {PATH: text.replace(line + "\n", "")}, "stale"),
        ("a word differs", {PATH: text.replace("frames", "frame", 1)}, "stale"),
        ("something was added at the end", {PATH: text + "more\n"}, "stale"),
        ("no file", {"docs/other.md": ""}, "stale"),
    ])


if __name__ == "__main__":
    main()
