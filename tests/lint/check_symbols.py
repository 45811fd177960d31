#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The shared library exports the functions that the public headers declare, and nothing else.

    check_symbols.py [--self-test] [--library libringside.so]
"""
import re
import subprocess
import sys

import lint
from lint import Finding
from check_public_headers import FOLDER, FUNCTION, declarations_only

MAP = "src/libringside.map"


def declared(root):
    names = set()
    for path in lint.tree(root, FOLDER, ext={".h"}):
        for m in FUNCTION.finditer(declarations_only(lint.read(root, path))):
            if "inline" not in m.group("type") and m.group("end") == ";":
                names.add(m.group("name"))
    return names


def mapped(root):
    text = lint.code_only(lint.read(root, MAP))
    names = set(re.findall(r"([\w*]+)\s*;", text.split("local:")[0]))
    return names, bool(re.search(r"local:\s*\*\s*;", text))


def exported(library):
    run = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True,
                         text=True)
    symbols = [l.split() for l in run.stdout.split("\n") if l]
    return {s[2].split("@")[0]: s for s in symbols if len(s) == 3 and s[1] != "A"}


def check_with(library):
    def check(root):
        want, (have, closed) = declared(root), mapped(root)
        found = [Finding(MAP, 1, f"{n} is declared in {FOLDER}/ and not here") for n in want - have]
        found += [Finding(MAP, 1, f"{n} is here and not declared in {FOLDER}/") for n in have - want]
        if not closed:
            found.append(Finding(MAP, 1, "'local: *;' is missing: everything would be exported"))
        if library:
            symbols = exported(library)
            found += [Finding(library, 0, f"{n} is not exported") for n in want - set(symbols)]
            found += [Finding(library, 0, f"{n} is exported") for n in set(symbols) - want]
            found += [Finding(library, 0, f"{n} has no version") for n, s in symbols.items()
                      if "@@RINGSIDE_" not in s[2]]
        return found

    return check


HEADER = "int rsd_a(void);\nvoid\nrsd_b(int x,\n\tint y) __attribute__((format(printf, 4, 5)));\n" \
    "static inline int\nrsd_c(void)\n{\n\treturn rsd_a();\n}\n"
SYMBOLS = "RINGSIDE_0.1 {\nglobal:\n\trsd_a;\n\trsd_b;\nlocal:\n\t*;\n};\n"


def sample(header, symbols):
    return {FOLDER + "/a.h": header, MAP: symbols}


SAMPLES = [
    ("map and header agree", sample(HEADER, SYMBOLS), None),
    ("a function is not in the map", sample(HEADER, SYMBOLS.replace("\trsd_b;\n", "")), "rsd_b is declared"),
    ("the map has one that nobody declared", sample(HEADER, SYMBOLS.replace("rsd_b;", "rsd_b;\n\trsd_x;")),
     "rsd_x is here"),
    ("the map exports by pattern", sample(HEADER, SYMBOLS.replace("rsd_b;", "rsd_b;\n\t*;")), "* is here"),
    ("the map is open", sample(HEADER, SYMBOLS.replace("local:\n\t*;", "")), "'local: *;' is missing"),
]

if __name__ == "__main__":
    library = None
    if "--library" in sys.argv:
        at = sys.argv.index("--library")
        library = None if "--self-test" in sys.argv else sys.argv[at + 1]
        del sys.argv[at : at + 2]
    lint.main(check_with(library), SAMPLES)
