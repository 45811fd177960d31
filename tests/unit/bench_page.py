#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark's page is well-formed, complete, and needs nothing from elsewhere.

    bench_page.py BENCH_SAMPLE
"""
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

SAMPLE = sys.argv[1]
SECTIONS = 3
failed = 0


def check(good, sentence, *more):
    global failed
    print(("ok - " if good else "not ok - ") + sentence)
    if not good:
        failed += 1
        for m in more:
            print(f"#   {m}")


def run(*words):
    return subprocess.run([SAMPLE, *words], check=True, capture_output=True, text=True).stdout


class Tags(HTMLParser):
    """As a browser reads it: every element that was opened is closed, in order."""

    VOID = {"meta", "br", "link", "img", "hr", "input"}

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


def faults(page):
    """What is wrong with a page, whatever stands in it."""
    tags = Tags()
    tags.feed(page)
    if tags.open or tags.wrong:
        return [f"not closed: {tags.open[:3]} {tags.wrong[:3]}"]
    try:
        root = ElementTree.fromstring(page.split("\n", 1)[1])
    except ElementTree.ParseError as e:
        return [f"not well-formed: {e}"]
    found = []
    for word in re.findall(r"https?://|//[a-z]+\.|url\(|@import|<script|<link|<iframe|<img|\bon\w+=", page):
        found.append(f"something from elsewhere: {word}")
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    for i in {i for i in ids if ids.count(i) > 1}:
        found.append(f"two elements are called {i}")
    for e in root.iter():
        for name, value in e.attrib.items():
            if re.search(r"(?i)(?<![a-z])-?(nan|inf)(?![a-z])", value):
                found.append(f"{e.tag} {name} is {value}")
            if name == "href" and value.lstrip("#") not in ids:
                found.append(f"a link to nothing: {value}")
            if name in ("width", "height") and not float(value) >= 0:
                found.append(f"{e.tag} {name} is {value}")
    for text in root.itertext():
        if re.search(r"(?i)(?<![a-z])-?(nan|inf)(?![a-z])", text):
            found.append(f"a figure that is none: {text.strip()[:60]}")
    for svg in root.iter("svg"):
        if svg.get("aria-hidden") != "true" and (svg.find("title") is None or not svg.find("title").text):
            found.append("a plot without a title")
        found += outside(svg)
    return found


def outside(svg):
    """Marks of a plot that lie beyond its edge."""
    _, _, w, h = (float(v) for v in svg.get("viewBox").split())
    for e in svg.iter():
        x = [float(e.get(k)) for k in ("x", "x1", "x2") if e.get(k)]
        y = [float(e.get(k)) for k in ("y", "y1", "y2") if e.get(k)]
        if e.tag == "rect":
            x.append(x[0] + float(e.get("width")))
            y.append(y[0] + float(e.get("height")))
        if e.tag == "polyline":
            for point in e.get("points").split():
                x.append(float(point.split(",")[0]))
                y.append(float(point.split(",")[1]))
        if any(v < -1 or v > w + 1 for v in x) or any(v < -1 or v > h + 1 for v in y):
            yield f"outside of its plot: {ElementTree.tostring(e, 'unicode').strip()[:90]}"


# Each must be found fault with: what is replaced, and by what.
SPOILED = [
    ("an element is not closed", "</figure>", ""),
    ("an ampersand stands alone", "ringside bench", "ringside & bench"),
    ("letters from elsewhere", "</style>", "@import 'x';</style>"),
    ("a picture from elsewhere", "<main>", "<main><img src='https://x/y.png'/>"),
    ("a script", "<main>", "<main><script>1</script>"),
    ("a coordinate that is none", ' y2="', ' y2="nan" z="'),
    ("a figure that is none", "<td>0</td>", "<td>inf</td>"),
    ("two plots of one name", 'id="cpu-1"', 'id="cpu-0"'),
    ("a link to nothing", 'href="#s1"', 'href="#s9"'),
    ("a bar beyond the edge", '<rect class="g0" x="', '<rect class="g0" x="99'),
]


def main():
    page = run("html")
    rows = json.loads(run("json"))["rows"]
    found = faults(page)
    check(not found, "the page has no faults", *found[:10])
    found = faults(run("empty"))
    check(not found, "a page without rows has no faults", *found[:10])
    found = faults(run("odd"))
    check(not found, "figures that are none, and markup in names, do no harm", *found[:10])
    for sentence, old, new in SPOILED:
        check(old in page and faults(page.replace(old, new, 1)), f"found: {sentence}")

    root = ElementTree.fromstring(page.split("\n", 1)[1])
    figures = {e.get("id") for e in root.iter("figure")}
    for i in range(SECTIONS):
        check({f"rates-{i}", f"cpu-{i}", f"cpu-memory-{i}"} <= figures, f"section {i}: rates and CPU")
    for g in range(4):
        check(f"size-1-{g}-0" in figures, f"cost against size of group {g}")
    with_latency = [r for r in rows if r.get("latency")]
    check(len(with_latency) > 15 and sum(f.startswith("latency-") for f in figures) == len(with_latency),
          "one plot of latency for every row that has it")
    text = re.sub(r"\s+", " ", " ".join(root.itertext()))
    check(all(r["name"] in text and r["device"] in text for r in rows), "every row is named")
    heads = [e for e in root.iter("th") if e.get("scope") == "row"]
    check(len(heads) >= len(rows), "every row has a line in a table")
    for r in rows:
        if "why" in r:
            check(f"did not run: {r['why']}" in text, f"{r['id']}: the reason is told")
    for words in ("Made-up test data", "Example CPU", "2026-01-01 00:00 UTC", "not claimed", "not the line rate"):
        check(words in text, f"the page says: {words}")
    check("prefers-color-scheme:dark" in page and "width=device-width" in page, "dark, and telephones")
    print(f"{failed} failed")
    return 1 if failed else 0


sys.exit(main())
