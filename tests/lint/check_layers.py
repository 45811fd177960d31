#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Who may include whom, and what the fast path never does.

include <- base <- wire, stats <- table <- host, ledger <- datapath <- control <- load, bench <-
journey <- cli, tests; service and examples see include/ only. A file may include its own folder and
anything to its left.
"""
import re

import lint
from lint import Finding

ORDER = [
    ["base"],
    ["wire", "stats"],
    ["table"],
    ["host", "ledger"],
    ["datapath"],
    ["control"],
    ["load", "bench"],
    ["journey"],
    ["cli"],
]
FOLDERS = {folder for row in ORDER for folder in row} | {"service"}

# Longest function and file; the fast path must keep the first, for the rest it is advice.
FUNCTION_LINES = 60
FILE_LINES = 400

# The fast path: whatever a polling core runs for an ordinary datagram.
HOT = re.compile(r"src/(datapath|wire)/|src/table/(sock_lookup\.h|conn_lookup\.[ch]|conn_find_\w+\.[ch]|"
                 r"flow_hash\w*\.[ch])$")

CALL = r"\b(?:%s)\s*\("
FORBIDDEN = [
    ("allocation", CALL % r"(?:rte_)?(?:m|c|zm|re)alloc\w*|free|alloca|strn?dup|posix_memalign|"
     r"aligned_alloc|rte_free|rte_mempool_create\w*|rte_memzone_\w+|rte_pktmbuf_pool_\w+"),
    ("lock", CALL % r"pthread_\w+|mtx_\w+|sem_\w+|rte_(?:spin|rw|seq|ticket|mcs|pf)_?lock_\w+|"
     r"rte_rwlock_\w+|rte_mcslock_\w+"),
    ("system call", CALL % r"read|write|readv|writev|pread|pwrite|open|openat|close|ioctl|fcntl|"
     r"poll|ppoll|select|epoll_\w+|socket|bind|connect|accept|listen|recv|recvfrom|recvmm?sg|send|"
     r"sendto|sendmm?sg|mmap|munmap|mprotect|usleep|nanosleep|sleep|clock|"
     r"clock_gettime|clock_getres|clock_nanosleep|gettimeofday|time|"
     r"getpid|gettid|kill|raise|sched_yield|syscall|futex|eventfd\w*|rte_delay_\w+|rte_eal_\w+"),
    ("print", CALL % r"v?(?:f|d|s|sn|as)?printf|puts|fputs|putchar|putc|fputc|perror|fwrite|fflush"),
    ("log call", CALL % r"rsd_say|rsd_warn|rsd_log_\w+|rte_v?log|RTE_LOG\w*|syslog"),
    ("floating point", r"\b(?:float|double)\b|\b\d+\.\d*[fF]?\b|(?<![\w.])\.\d+\b"),
    ("assertion", CALL % r"assert|RTE_ASSERT|RTE_VERIFY|RSD_ASSERT"),
]
COPY = re.compile(CALL % r"(?:rte_|__builtin_|w)?mem(?:p?cpy|move|ccpy)|bcopy|strn?cpy|str[ln]?cat")
EXIT = re.compile(CALL % r"exit|_exit|_Exit|quick_exit|abort|rte_exit|rte_panic\w*")

# Copies that are not of payload: file, function, why.
COPIES_ALLOWED = {
    ("src/wire/local.c", "rsd_wire_local_init"): "a MAC address and a VLAN tag, once at start",
    ("src/wire/local.c", "pattern_build"): "the words to compare headers with, once at start",
}

# Ends of the process outside cli/: file, function, why.
EXITS_ALLOWED = {
    ("src/ledger/guard_fault.c", "report"): "a fault was found in a signal handler: nobody to return to",
}


def may_include(folder):
    left = {folder}
    if folder == "service":
        return left
    for row in ORDER:
        if folder in row:
            return left
        left |= set(row)
    return left


def check_includes(path, text):
    part = path.split("/")
    top, folder = part[0], part[1] if len(part) > 2 else None
    for number, line in enumerate(text.split("\n"), 1):
        m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not m:
            continue
        target = m.group(1)
        first = target.split("/")[0] if "/" in target else None
        if top == "include":
            yield Finding(path, number, f'"{target}": a public header includes <ringside/...> only')
        elif top == "examples":
            if first in FOLDERS or ".." in target:
                yield Finding(path, number, f'"{target}": an example sees the public headers only')
        elif top == "src":
            if first not in FOLDERS:
                yield Finding(path, number, f'"{target}": write it as "folder/file.h"')
            elif first not in may_include(folder):
                yield Finding(path, number, f"{folder}/ may not include {first}/ ({target})")


def function_at(text):
    spans = [(first, last, name) for name, first, last, _ in lint.functions(text)]
    return lambda line: next((n for first, last, n in spans if first <= line <= last), None)


def check_fast_path(path, text, code):
    where = function_at(text)
    for number, line in enumerate(code.split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        for what, pattern in FORBIDDEN:
            m = re.search(pattern, line)
            if m:
                yield Finding(path, number, f"{what} on the fast path: {m.group(0).rstrip('( ')}")
        m = COPY.search(line)
        if m and (path, where(number)) not in COPIES_ALLOWED:
            yield Finding(path, number, f"copy on the fast path: {m.group(0).rstrip('( ')} "
                          "(a header's goes into COPIES_ALLOWED, with its reason)")


def check_conditionals(path, code):
    guard_seen = False
    for number, line in enumerate(code.split("\n"), 1):
        m = re.match(r"\s*#\s*(if\w*|el\w+)\b\s*(\w*)", line)
        if not m:
            continue
        if m.group(1) == "ifndef" and m.group(2).endswith("_H") and not guard_seen:
            guard_seen = True
            continue
        yield Finding(path, number, f"#{m.group(1)} in datapath/: choose variants once, at start")


def check_sizes(path, text):
    hot = path.startswith("src/datapath/")
    for name, first, last, _ in lint.functions(text):
        if last - first + 1 > FUNCTION_LINES:
            yield Finding(path, first, f"{name}() has {last - first + 1} lines, at most "
                          f"{FUNCTION_LINES}", warning=not hot)
    lines = text.count("\n")
    if path.endswith(".c") and lines > FILE_LINES:
        yield Finding(path, lines, f"{lines} lines, aim at {FILE_LINES}", warning=True)


def check(root):
    found = []
    for path in lint.tree(root, "include", "src", "examples", "tests", ext={".c", ".h"}):
        text = lint.read(root, path)
        code = lint.code_only(text)
        found += check_includes(path, lint.code_only(text, keep_strings=True))
        found += check_sizes(path, text)
        if HOT.match(path):
            found += check_fast_path(path, text, code)
        if path.startswith("src/datapath/"):
            found += check_conditionals(path, code)
        if path.startswith("src/") and not path.startswith("src/cli/"):
            where = function_at(text)
            for number, line in enumerate(code.split("\n"), 1):
                m = EXIT.search(line)
                if m and (path, where(number)) not in EXITS_ALLOWED:
                    found.append(Finding(path, number, f"{m.group(0).rstrip('( ')}() outside cli/"))
    return found


def hot(body, path="src/datapath/x.c"):
    return {path: f"static void\nf(void)\n{{\n\t{body}\n}}\n"}


SAMPLES = [
    ("leftward includes pass", {"src/datapath/x.c": '#include "wire/csum.h"\n#include "host/host.h"\n',
                                "src/cli/x.c": '#include "control/conf.h"\n'}, None),
    ("datapath must not include control", {"src/datapath/x.c": '#include "control/conf.h"\n'},
     "datapath/ may not include control/"),
    ("wire must not include stats", {"src/wire/x.h": '#include "stats/core_stats.h"\n'},
     "wire/ may not include stats/"),
    ("host must not include datapath", {"src/host/x.c": '#include "datapath/drop.h"\n'},
     "host/ may not include datapath/"),
    ("service sees the public headers only", {"src/service/x.c": '#include "base/err.h"\n'},
     "service/ may not include base/"),
    ("an include without folder is refused", {"src/wire/x.c": '#include "csum.h"\n'}, "folder/file.h"),
    ("an example sees the public headers only", {"examples/x.c": '#include "wire/csum.h"\n'},
     "an example sees"),
    ("an example may have a header of its own", {"examples/x.c": '#include "x.h"\n'}, None),
    ("malloc", hot("p = malloc(3);"), "allocation on the fast path: malloc"),
    ("rte_malloc", hot("p = rte_zmalloc(0, 3, 0);"), "allocation on the fast path"),
    ("a lock", hot("rte_spinlock_lock(&l);"), "lock on the fast path"),
    ("a system call", hot("usleep(1);"), "system call on the fast path"),
    ("a print", hot('printf("x");', "src/wire/x.c"), "print on the fast path"),
    ("a log call", hot('rsd_warn("x");', "src/table/sock_lookup.h"), "log call on the fast path"),
    ("floating point", hot("x = y * 0.5;"), "floating point on the fast path"),
    ("a double", hot("double x;"), "floating point on the fast path"),
    ("an assertion", hot("assert(x);"), "assertion on the fast path"),
    ("a payload copy", hot("memcpy(a, b, n);"), "copy on the fast path: memcpy"),
    ("rte_memcpy", hot("rte_memcpy(a, b, n);", "src/wire/x.c"), "copy on the fast path: rte_memcpy"),
    ("an allowed copy", {"src/wire/local.c":
     "int\nrsd_wire_local_init(void)\n{\n\tmemcpy(a, b, 6);\n}\n"}, None),
    ("an allowed copy is not allowed next door", {"src/wire/local.c":
     "int\nother(void)\n{\n\tmemcpy(a, b, 6);\n}\n"}, "copy on the fast path"),
    ("the writer side of the table may allocate", hot("p = malloc(3);", "src/table/sock_table.c"), None),
    ("comments and strings are not code", hot('/* malloc(3); 0.5 */ x = "printf("; // free(x)'), None),
    ("member and method names are not calls", hot("rte_pktmbuf_free(m); lc->idle(lc); x = 1 << 3;"),
     None),
    ("exit outside cli", hot("exit(1);", "src/control/x.c"), "exit() outside cli/"),
    ("rte_exit outside cli", hot('rte_exit(1, "x");', "src/control/x.c"), "rte_exit() outside cli/"),
    ("exit inside cli", hot("exit(1);", "src/cli/x.c"), None),
    ("#ifdef in datapath", {"src/datapath/x.c": "#ifdef __AVX2__\n#endif\n"}, "#ifdef in datapath/"),
    ("#if in datapath", {"src/datapath/x.c": "#if 0\n#endif\n"}, "#if in datapath/"),
    ("an include guard in datapath", {"src/datapath/x.h": "#ifndef RSD_X_H\n#define RSD_X_H\n#endif\n"},
     None),
    ("a function of 61 lines in datapath", hot("\n\t".join(["x++;"] * 57), "src/datapath/y.c"),
     "f() has 61 lines"),
    ("a function of 60 lines in datapath", hot("\n\t".join(["x++;"] * 56), "src/datapath/y.c"), None),
    ("a file of 401 lines", {"src/host/x.c": "\n" * 401}, "401 lines"),
]

if __name__ == "__main__":
    lint.main(check, SAMPLES)
