# SPDX-License-Identifier: BSD-3-Clause
"""What the lint checks share: reading C, printing findings, and being tested themselves.

A check is a function from the root of a tree to a list of findings. Run without words it judges this
repository; with --self-test it judges small trees made for it, most of them bad on purpose, and
fails when one of them passes.
"""
import argparse
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = {".git", "__pycache__"}


class Finding:
    def __init__(self, path, line, text, warning=False):
        self.path, self.line, self.text, self.warning = path, line, text, warning

    def __str__(self):
        kind = "warning: " if self.warning else ""
        return f"{self.path}:{self.line}: {kind}{self.text}"


def tree(root, *folders, ext=None):
    """Paths below root, sorted, build directories left out."""
    found = []
    for folder in folders or ("",):
        for base, dirs, names in os.walk(os.path.join(root, folder)):
            dirs[:] = sorted(
                d for d in dirs if d not in SKIPPED and not d.startswith("build")
            )
            for name in sorted(names):
                if ext is None or os.path.splitext(name)[1] in ext:
                    found.append(os.path.relpath(os.path.join(base, name), root))
    return found


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        return f.read()


_TOKEN = re.compile(
    r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S
)


def code_only(text, keep_strings=False):
    """C without comments and string contents; every line stays where it was."""

    def blank(match):
        token = match.group(0)
        if token[0] == '"':
            return token if keep_strings else '""'
        if token[0] == "'":
            return "' '"
        return " " + "\n" * token.count("\n")

    return _TOKEN.sub(blank, text)


def functions(text):
    """(name, first line, last line, body) of each function in the layout of .clang-format."""
    lines = code_only(text).split("\n")
    name, first = None, 0
    i = 0
    while i < len(lines):
        declarator = re.match(r"([A-Za-z_]\w*)\s*\(", lines[i])
        if declarator and i > 0 and re.match(r"[A-Za-z_]", lines[i - 1]):
            name, first = declarator.group(1), i
        elif lines[i].startswith("{") and name is not None:
            last = i
            while last + 1 < len(lines) and not lines[last].startswith("}"):
                last += 1
            yield name, first, last + 1, "\n".join(lines[i : last + 1])
            name, i = None, last
        elif ";" in lines[i]:
            name = None
        i += 1


def write_tree(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)


def self_test(check, samples):
    """samples: (sentence, files, words the findings must contain; None: no finding at all)."""
    failed = 0
    for sentence, files, wanted in samples:
        with tempfile.TemporaryDirectory() as root:
            write_tree(root, files)
            found = [str(f) for f in check(root)]
        if wanted is None:
            good = not found
        else:
            good = any(wanted in f for f in found)
        print(("ok - " if good else "not ok - ") + sentence)
        if not good:
            failed += 1
            print(f"#   wanted: {wanted}")
            for f in found:
                print(f"#   found:  {f}")
    print(f"{len(samples) - failed} passed, {failed} failed")
    return 1 if failed or not samples else 0


def main(check, samples):
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--self-test", action="store_true", help="judge samples made for it")
    parser.add_argument("--root", default=os.path.join(HERE, "..", ".."), help="tree to judge")
    args = parser.parse_args()
    if args.self_test:
        sys.exit(self_test(check, samples))
    findings = check(os.path.abspath(args.root))
    for f in findings:
        print(f)
    errors = sum(1 for f in findings if not f.warning)
    print(f"{errors} findings, {len(findings) - errors} warnings")
    sys.exit(1 if errors else 0)
