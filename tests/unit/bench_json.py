#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The JSON of the benchmark is what docs/bench.schema.json says, and is read back as it was.

    bench_json.py BENCH_SAMPLE
"""
import copy
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
from json_schema import errors

SAMPLE = sys.argv[1]
with open(os.path.join(HERE, "..", "..", "docs", "bench.schema.json"), encoding="utf-8") as f:
    SCHEMA = json.load(f)
failed = 0


def check(good, sentence, *more):
    global failed
    print(("ok - " if good else "not ok - ") + sentence)
    if not good:
        failed += 1
        for m in more:
            print(f"#   {m}")


def refuse(name):
    raise ValueError(f"{name} is no JSON")


def run(*words):
    return subprocess.run([SAMPLE, *words], check=True, capture_output=True, text=True).stdout


def ran(doc):
    return next(r for r in doc["rows"] if "why" not in r)


def drop(key):
    return lambda doc: doc.pop(key)


def row(key, value):
    def change(doc):
        ran(doc)[key] = value

    return change


# Each must be found fault with.
FAULTS = [
    ("another schema number", lambda d: d.update(schema=2)),
    ("no machine", drop("machine")),
    ("no word on what is not claimed", lambda d: d.update(not_claimed="")),
    ("a time without a zone", lambda d: d.update(begun="2026-01-01T00:00:00")),
    ("a group nobody knows", row("group", "kernel")),
    ("a row with a reason and figures", row("why", "it was not there")),
    ("a row with neither", lambda d: ran(d).pop("metrics")),
    ("a figure without its spread", lambda d: ran(d)["metrics"]["pps"].pop("low")),
    ("a figure nobody knows", lambda d: ran(d)["metrics"].update(speed=ran(d)["metrics"]["pps"])),
    ("a figure that is text", lambda d: ran(d)["metrics"]["pps"].update(median="5")),
    ("a figure of no windows", lambda d: ran(d)["metrics"]["pps"].update(n=0)),
    ("system calls below 0", row("calls", {"recvmmsg": -1})),
    ("a ratio to nothing", lambda d: ran(d)["ratios"][0].update(to="")),
    ("yes for a number", lambda d: d["method"].update(burst=True)),
]


def main():
    text = run("json")
    doc = json.loads(text, parse_constant=refuse)
    wrong = list(errors(doc, SCHEMA))
    check(not wrong, "the sample is valid", *wrong)
    empty = json.loads(run("empty-json"), parse_constant=refuse)
    wrong = list(errors(empty, SCHEMA))
    check(not wrong, "a result without rows is valid", *wrong)
    check(len(doc["rows"]) > 60 and len({r["id"] for r in doc["rows"]}) == len(doc["rows"]),
          "every row has an id of its own")
    check(any("why" in r for r in doc["rows"]), "a row that did not run is there, with its reason")
    for sentence, change in FAULTS:
        bad = copy.deepcopy(doc)
        change(bad)
        check(list(errors(bad, SCHEMA)), f"invalid: {sentence}")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        f.write(text)
        f.flush()
        check(run("reread", f.name) == text, "what is read and written again is the same text")
    print(f"{failed} failed")
    return 1 if failed else 0


sys.exit(main())
