#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The file to read first reads as a table of contents: five stages, in order, in under 40 lines."""
import re

import lint
from lint import Finding

PATH = "src/datapath/lcore_loop.c"
PIPELINE = "rsd_pipeline_respond"
STAGES = ["rsd_rx", "rsd_parse", "rsd_lookup", "rsd_respond", "rsd_tx"]
LINES = 40


def check(root):
    for name, first, last, body in lint.functions(lint.read(root, PATH)):
        if name != PIPELINE:
            continue
        found = []
        calls = re.findall(r"\b(rsd_\w+)\s*\(", body)
        stages = [c for c in calls if c in STAGES]
        if stages != STAGES:
            found.append(Finding(PATH, first, f"{PIPELINE}() calls {', '.join(stages) or 'no stage'}; "
                                 f"it is to show {', '.join(STAGES)}, each once and in this order"))
        if last - first + 1 >= LINES:
            found.append(Finding(PATH, first, f"{PIPELINE}() has {last - first + 1} lines, "
                                 f"it is to have fewer than {LINES}"))
        return found
    return [Finding(PATH, 1, f"{PIPELINE}() is not here")]


def loop(body):
    return {PATH: "uint16_t\n%s(int a)\n{\n%s\n}\n" % (PIPELINE, body)}


GOOD = "\tnb = rsd_rx(a);\n\tnb = rsd_parse(nb);\n\tnb = rsd_lookup(nb);\n\tnb = rsd_respond(nb);\n\trsd_tx(nb);"

SAMPLES = [
    ("five stages in order", loop(GOOD), None),
    ("a stage is missing", loop(GOOD.replace("\tnb = rsd_lookup(nb);\n", "")), "each once and in this order"),
    ("stages in another order", loop(GOOD.replace("rsd_rx", "x").replace("rsd_parse", "rsd_rx")),
     "each once and in this order"),
    ("a stage in a comment only", loop(GOOD.replace("rsd_tx(nb)", "/* rsd_tx(nb) */")),
     "each once and in this order"),
    ("too long", loop(GOOD + "\n" * 40), "fewer than 40"),
    ("no such function", {PATH: "\n"}, "is not here"),
]

if __name__ == "__main__":
    lint.main(check, SAMPLES)
