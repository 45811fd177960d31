#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Adds up what meson's tests found, case by case.

    sum_results.py BUILD/meson-logs/testlog.json...

A program that ends in "N passed, N failed" counts as its cases, any other as one. Prints what
failed with its output, what was skipped with its reason, and last "PASSED FAILED SKIPPED".
"""
import json
import re
import sys

CASES = re.compile(r"^(\d+) passed, (\d+) failed\b", re.M)
SHOWN = 40  # lines of a failed program
WIDTH = 200


def name(test):
    return test["name"].split(":", 1)[-1]


def cases(test):
    """(passed, failed, skipped) of one program."""
    result = test["result"]
    if result == "SKIP":
        return 0, 0, 1
    said = CASES.findall(test.get("stdout") or "")
    passed, failed = (int(said[-1][0]), int(said[-1][1])) if said else (0, 0)
    if result == "OK":
        return (passed, failed, 0) if said else (1, 0, 0)
    # It ended badly: what it said of itself may be incomplete.
    return passed, max(failed, 1), 0


def show(test):
    print(f"--- {name(test)}: {test['result']}, exit status {test['returncode']}")
    output = (test.get("stdout") or "") + (test.get("stderr") or "")
    lines = output.rstrip("\n").split("\n")
    if len(lines) > SHOWN:
        print(f"    ({len(lines) - SHOWN} lines before)")
    for line in lines[-SHOWN:]:
        print("    " + (line if len(line) <= WIDTH else line[:WIDTH] + "..."))


def main():
    total = [0, 0, 0]
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as f:
            for line in f:
                test = json.loads(line)
                found = cases(test)
                total = [a + b for a, b in zip(total, found)]
                if found[1]:
                    show(test)
                if found[2]:
                    why = re.search(r"^skipped: (.*)", test.get("stdout") or "", re.M)
                    print(f"    skipped: {name(test)}: {why.group(1) if why else 'no reason given'}")
    print(*total)


main()
