#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""One function says "zero-copy", and it looks at the facts first; no other text of ours may."""
import re

import lint
from lint import Finding

WORD = re.compile(r"zero[-_ ]?cop(?:y|ie)", re.I)
# The kernel's names of a flag and its option, and the row that sends with it.
NAMES = re.compile(r"\b(?:MSG|SO)_ZEROCOPY\b|\bmsg-zerocopy\b")
# File, function: what they do with it.
ALLOWED = {
    ("src/ledger/driver_facts.c", "rsd_copy_words"): "says it",
    ("src/ledger/driver_facts.c", "refine_memif"): "reads a key of memif's devargs",
}


def check_file(path, text):
    spans = list(lint.functions(text))
    code = lint.code_only(text, keep_strings=True)
    # Strings that follow one another are one; the line breaks between them stay.
    joined = re.sub(r'"([ \t\n]*)"', lambda m: "\n" * m.group(1).count("\n"), code)
    joined = re.sub(r"^[ \t]*#[ \t]*include[^\n]*", "", joined, flags=re.M)
    for m in re.finditer(r'"(?:\\.|[^"\\])*"', joined):
        words = NAMES.sub("", m.group(0).replace("\n", ""))
        if not WORD.search(words):
            continue
        line = joined.count("\n", 0, m.start()) + 1
        name = next((n for n, first, last, _ in spans if first <= line <= last), None)
        if (path, name) not in ALLOWED:
            yield Finding(path, line, f"{words}: only rsd_copy_words() says that, over what is known")


def check(root):
    found = []
    for path in lint.tree(root, "include", "src", "examples", ext={".c", ".h", ".def"}):
        found += check_file(path, lint.read(root, path))
    return found


def says(body, path="src/cli/x.c", name="f"):
    return {path: f"static void\n{name}(void)\n{{\n\t{body}\n}}\n"}


SAMPLES = [
    ("a line that says it", says('puts("this is zero-copy");'), "src/cli/x.c:4"),
    ("with a space", says('puts("Zero copy");'), "only rsd_copy_words()"),
    ("in one word", says('puts("zerocopy path");'), "only rsd_copy_words()"),
    ("in the plural", says('puts("zero-copies");'), "only rsd_copy_words()"),
    ("in two strings", says('puts("zero" "-copy");'), "only rsd_copy_words()"),
    ("in two lines", says('puts("zero-"\n\t\t"copy");'), "src/cli/x.c:4"),
    ("the function that may", says('puts("zero-copy");', "src/ledger/driver_facts.c",
                                   "rsd_copy_words"), None),
    ("another function of that file", says('puts("zero-copy");', "src/ledger/driver_facts.c"),
     "only rsd_copy_words()"),
    ("a comment is for readers", says("/* zero-copy */"), None),
    ("the kernel's flag", says('puts("sent with MSG_ZEROCOPY");'), None),
    ("the row of that flag", says('puts("msg-zerocopy");'), None),
    ("an include", {"src/cli/x.c": '#include "bench/rx_zerocopy.h"\n'}, None),
    ("other words", says('puts("copies: 0 in, zero out");'), None),
]

if __name__ == "__main__":
    lint.main(check, SAMPLES)
