#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The file to read first reads as a table of contents: five stages, in order, in under 40 lines.

The same stages in the same order where a burst is watched: what is watched must be what runs."""
import re

import lint
from lint import Finding

PATH = "src/datapath/lcore_loop.c"
PIPELINE = "rsd_pipeline_respond"
PIPELINES = [(PATH, PIPELINE), ("src/datapath/watched.c", "rsd_pipeline_watched")]
STAGES = ["rsd_rx", "rsd_parse", "rsd_lookup", "rsd_respond", "rsd_tx"]
LINES = 40


def check_pipeline(root, path, pipeline):
    for name, first, last, body in lint.functions(lint.read(root, path)):
        if name != pipeline:
            continue
        found = []
        calls = re.findall(r"\b(rsd_\w+)\s*\(", body)
        stages = [c for c in calls if c in STAGES]
        if stages != STAGES:
            found.append(Finding(path, first, f"{pipeline}() calls {', '.join(stages) or 'no stage'}; "
                                 f"it is to show {', '.join(STAGES)}, each once and in this order"))
        if last - first + 1 >= LINES:
            found.append(Finding(path, first, f"{pipeline}() has {last - first + 1} lines, "
                                 f"it is to have fewer than {LINES}"))
        return found
    return [Finding(path, 1, f"{pipeline}() is not here")]


def check(root):
    return [f for path, pipeline in PIPELINES for f in check_pipeline(root, path, pipeline)]


def loop(body, watched=None):
    bodies = [body, GOOD if watched is None else watched]
    return {path: "uint16_t\n%s(int a)\n{\n%s\n}\n" % (pipeline, text)
            for (path, pipeline), text in zip(PIPELINES, bodies)}


GOOD = "\tnb = rsd_rx(a);\n\tnb = rsd_parse(nb);\n\tnb = rsd_lookup(nb);\n\tnb = rsd_respond(nb);\n\trsd_tx(nb);"

SAMPLES = [
    ("five stages in order", loop(GOOD), None),
    ("a stage is missing", loop(GOOD.replace("\tnb = rsd_lookup(nb);\n", "")), "each once and in this order"),
    ("stages in another order", loop(GOOD.replace("rsd_rx", "x").replace("rsd_parse", "rsd_rx")),
     "each once and in this order"),
    ("a stage in a comment only", loop(GOOD.replace("rsd_tx(nb)", "/* rsd_tx(nb) */")),
     "each once and in this order"),
    ("too long", loop(GOOD + "\n" * 40), "fewer than 40"),
    ("no such function", {**loop(GOOD), PATH: "\n"}, "is not here"),
    ("a stage is not watched", loop(GOOD, GOOD.replace("\tnb = rsd_lookup(nb);\n", "")),
     "rsd_pipeline_watched() calls"),
    ("a stage is watched with notes between", loop(GOOD, GOOD.replace("\n", "\n\trsd_custody_note(c);\n")), None),
]

if __name__ == "__main__":
    lint.main(check, SAMPLES)
