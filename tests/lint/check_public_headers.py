#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The public headers stand alone, in C and in C++, and say what each function does.

Every function has a block right before it: its parameters, @return unless it returns nothing, and
"@par Thread" unless the head of the file says who may call.
"""
import os
import re
import shutil
import subprocess
import tempfile

import lint
from lint import Finding

FOLDER = "include/ringside"
BLOCK = re.compile(r"/\*\*(.*?)\*/", re.S)
FUNCTION = re.compile(
    r"^(?P<type>[A-Za-z_][\w \t*]*?[ \t*\n]+)(?P<name>rsd_\w+)[ \t]*\((?P<params>[^;{}]*?)\)\s*"
    r"(?:__attribute__\s*\(\(.*?\)\)\s*)?(?P<end>[;{])", re.M | re.S)
DEFAULT_THREAD = re.compile(r"@file\b.*Unless\s+(?:\W*)a\s+function\s+(?:\W*)says\s+(?:\W*)otherwise.*thread", re.S)


def parameters(text):
    text = re.sub(r"\([^()]*\)", "", text)
    names = []
    for part in text.split(","):
        words = re.findall(r"[A-Za-z_]\w*", part)
        if words and words != ["void"]:
            names.append(words[-1])
    return names


def check_blocks(path, text):
    head = BLOCK.search(text)
    threads_said = bool(head and DEFAULT_THREAD.search(head.group(1)))
    blocks = [(m.end(), m.group(1)) for m in BLOCK.finditer(text)]
    for m in FUNCTION.finditer(declarations_only(text)):
        if m.group("type").split()[0] in ("typedef", "return", "else"):
            continue
        line = text.count("\n", 0, m.start()) + 1
        name = m.group("name")
        before = [b for end, b in blocks if end <= m.start() and not text[end:m.start()].strip()]
        if not before:
            yield Finding(path, line, f"{name}() has no /** block right before it")
            continue
        block = before[-1]
        returns = re.sub(r"\b(static|inline|extern)\b", "", m.group("type")).strip()
        if returns != "void" and "@return" not in block:
            yield Finding(path, line, f"{name}(): no @return")
        if not threads_said and "@par Thread" not in block:
            yield Finding(path, line, f"{name}(): no '@par Thread', and the file's head has no rule")
        for p in parameters(m.group("params")):
            if not re.search(r"@param(?:\[\w+(?:,\s*\w+)*\])?\s+(?:\w+,\s*)*%s\b" % p, block):
                yield Finding(path, line, f"{name}(): no @param {p}")


def declarations_only(text):
    """The text with comments and preprocessor lines blanked, every character in its place."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group(0))
    text = re.sub(r"/\*.*?\*/|//[^\n]*", blank, text, flags=re.S)
    text = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", blank, text, flags=re.M)
    return re.sub(r'^extern "C" \{', blank, text, flags=re.M)


def flags():
    run = subprocess.run(["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True)
    return [re.sub("^-I", "-isystem", w) for w in run.stdout.split()]


def compilers():
    cc = os.environ.get("CC", "cc").split()
    # DPDK's own headers want POSIX beside C11.
    yield "C11", cc + ["-std=c11", "-D_DEFAULT_SOURCE", "-x", "c"], "c"
    for cxx in os.environ.get("CXX", ""), "c++", "g++", "clang++":
        if cxx and shutil.which(cxx.split()[0]):
            yield "C++", cxx.split() + ["-std=c++17", "-x", "c++"], "cc"
            return
    print("note: no C++ compiler here, headers tried in C only")


def check_alone(root, path, more):
    for language, command, suffix in compilers():
        with tempfile.NamedTemporaryFile("w", suffix="." + suffix) as f:
            # Twice: a header without a guard shows.
            f.write(f"#include <{path[len('include/'):]}>\n" * 2 + "int rsd_here;\n")
            f.flush()
            run = subprocess.run(
                [*command, *more, "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                 "-I" + os.path.join(root, "include"), f.name], capture_output=True, text=True)
        if run.returncode != 0:
            first = next((l for l in run.stderr.split("\n") if "error" in l), run.stderr[:200])
            yield Finding(path, 1, f"does not compile alone as {language}: {first}")


def check(root):
    found, more = [], flags()
    for path in lint.tree(root, FOLDER, ext={".h"}):
        found += check_blocks(path, lint.read(root, path))
        found += check_alone(root, path, more)
    return found


GOOD = """#ifndef RSD_A_H
#define RSD_A_H
#ifdef __cplusplus
extern "C" {
#endif
/**
 * Adds.
 * @param a  one
 * @param[out] b  two
 * @return the sum
 * @par Thread any
 */
int rsd_add(int a, int *b);

/**
 * Nothing comes back.
 * @par Thread any
 */
static inline void
rsd_nop(void)
{
}
#ifdef __cplusplus
}
#endif
#endif
"""
A = FOLDER + "/a.h"
HEAD = "/**\n * @file\n * Unless a function says otherwise it may be called\n * from the control thread only.\n */\n"

SAMPLES = [
    ("a header as it should be", {A: GOOD}, None),
    ("no block", {A: GOOD.replace("/**\n * Adds", "/*\n * Adds")}, "rsd_add() has no /** block"),
    ("another declaration between block and function",
     {A: GOOD.replace("int rsd_add", "extern int rsd_x;\nint rsd_add")}, "rsd_add() has no /** block"),
    ("no @return", {A: GOOD.replace("@return", "gives")}, "rsd_add(): no @return"),
    ("no @param", {A: GOOD.replace("@param[out] b", "b")}, "rsd_add(): no @param b"),
    ("no thread rule", {A: GOOD.replace(" * @par Thread any\n", "")}, "rsd_nop(): no '@par Thread'"),
    ("the file's head has the thread rule",
     {A: HEAD + GOOD.replace(" * @par Thread any\n", "")}, None),
    ("a header that needs another", {A: GOOD.replace("int *b", "uint32_t *b")}, "alone as C11"),
    ("a header that C++ does not take", {A: GOOD.replace("int *b", "int *new").replace("] b", "] new")},
     "alone as C++"),
    ("a header without a guard",
     {A: "/**\n * @par Thread any\n */\nstatic inline void\nrsd_f(void)\n{\n}\n"}, "alone as C11"),
    ("a header with a warning",
     {A: GOOD.replace("rsd_nop(void)\n{", "rsd_nop(void)\n{\n\tint unused;")}, "alone as C11"),
]

if __name__ == "__main__":
    lint.main(check, SAMPLES)
