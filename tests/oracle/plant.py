#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Builds the oracle with a mistake in the table.

    plant.py FAULT OUTPUT        the oracle with this mistake
    plant.py --list              the mistakes, "name: sentence" a line

The files of src/table are copied, one is edited, and those that could notice are compiled as the
build directory compiles them ($RINGSIDE_BUILD) and linked before the library. A mistake that
cannot be made any more, because the code has changed, is an error: it must be planted anew.
"""
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

# name: (sentence, file, what stands there, what is to stand there)
FAULTS = {
    "score": (
        "a score off by one: the CPU counts for two",
        "sock_score.h",
        "#define RSD_SCORE_CPU    1\n",
        "#define RSD_SCORE_CPU    2\n",
    ),
    "wildcard": (
        "sockets bound to any are asked before those bound to the address",
        "sock_find.c",
        """	if (b == NULL)
		b = rsd_sock_walk(t, rec, d, &d->dst);
	if (b == NULL) {
		rsd_ip_any_of(&any, d->family);
		b = rsd_sock_walk(t, rec, d, &any);
	}
""",
        """	rsd_ip_any_of(&any, d->family);
	if (b == NULL)
		b = rsd_sock_walk(t, rec, d, &any);
	if (b == NULL)
		b = rsd_sock_walk(t, rec, d, &d->dst);
""",
    ),
    "device": (
        "a socket bound to a device hears the other one, too",
        "sock_score.h",
        "return c->dev == 0 || c->dev == d->dev;",
        "return c->dev == 0 || d->dev != 0;",
    ),
    "dual": (
        "an IPv4 socket is not preferred to an IPv6 one that takes both",
        "sock_score.h",
        "#define RSD_SCORE_V4     2 ",
        "#define RSD_SCORE_V4     1 ",
    ),
    "group": (
        "a reuseport group that had connections decides without scoring",
        "sock_find.c",
        "		if (!g->has_conns)\n",
        "		if (!g->has_conns || g->nb > 0)\n",
    ),
    "conflict": (
        "sockets on different devices are in each other's way",
        "sock_port.c",
        "if (s->dev != 0 && old->dev != 0 && s->dev != old->dev)",
        "if (s->dev != 0 && old->dev != 0 && s->dev > old->dev)",
    ),
    "newest": (
        "of several sockets connected to one peer the one connected first wins",
        "sock_port.c",
        "if (o->conn_stamp < s->conn_stamp)",
        "if (o->conn_stamp > s->conn_stamp)",
    ),
    "stranger": (
        "a connected socket hears every port of its peer",
        "sock_score.h",
        "(c->peer_port == d->sport && rsd_ip_equal(&c->peer, &d->src))",
        "(d->sport != 0 && rsd_ip_equal(&c->peer, &d->src))",
    ),
}


def fail(text):
    sys.exit(f"plant.py: {text}")


def edit(folder, name, fault):
    _, file, old, new = fault
    path = folder / "table" / file
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        fail(f"{name}: what it changes stands {text.count(old)} times in src/table/{file}, "
             "expected once")
    path.write_text(text.replace(old, new), encoding="utf-8")


def users(table, file):
    """The .c files that come to include the edited one, or are it."""
    seen, new = set(), {file}
    while new:
        seen |= new
        words = [f'"table/{name}"' for name in new]
        new = {p.name for p in table.glob("*.[ch]")
               if any(word in p.read_text(encoding="utf-8") for word in words)} - seen
    return sorted(table / name for name in seen if name.endswith(".c"))


def compile_edited(build, source, folder, file):
    """As the library's own. Objects."""
    with open(build / "compile_commands.json", encoding="utf-8") as f:
        commands = {os.path.realpath(os.path.join(c["directory"], c["file"])): c["command"]
                    for c in json.load(f)}
    running, objects = [], []
    for path in users(folder / "table", file):
        command = commands.get(os.path.realpath(source / "src" / "table" / path.name))
        if command is None:
            fail(f"{path.name} is not in compile_commands.json")
        words = shlex.split(command)
        obj = str(path.with_suffix(".o"))
        for flag in ("-MF", "-MQ"):
            if flag in words:
                at = words.index(flag)
                del words[at:at + 2]
        words = [w for w in words if w != "-MD"]
        words[words.index("-o") + 1] = obj
        words[words.index("-c") + 1] = str(path)
        words[1:1] = [f"-I{folder}"]
        objects.append(obj)
        running.append(subprocess.Popen(words + ["-O1"], cwd=build))
    if any(p.wait() != 0 for p in running):
        fail("it does not compile")
    return objects


def link(build, objects, output):
    said = subprocess.run(["ninja", "-C", build, "-t", "commands", "-s", "tests/oracle"],
                          capture_output=True, text=True, check=True).stdout
    words = shlex.split(said.strip().split("\n")[-1])
    words[words.index("-o") + 1] = output
    at = next(i for i, w in enumerate(words) if w.endswith(".o"))
    words[at:at] = objects
    if subprocess.run(words, cwd=build, check=False).returncode != 0:
        fail("it does not link")


def main():
    if sys.argv[1:] == ["--list"]:
        for name, fault in FAULTS.items():
            print(f"{name}: {fault[0]}")
        return
    if len(sys.argv) != 3 or sys.argv[1] not in FAULTS:
        fail("usage: plant.py FAULT OUTPUT, plant.py --list")
    name, output = sys.argv[1], os.path.abspath(sys.argv[2])
    source = pathlib.Path(__file__).resolve().parents[2]
    build = pathlib.Path(os.environ.get("RINGSIDE_BUILD", source / "build")).resolve()
    with tempfile.TemporaryDirectory(prefix="ringside-plant.") as scratch:
        folder = pathlib.Path(scratch)
        shutil.copytree(source / "src" / "table", folder / "table")
        edit(folder, name, FAULTS[name])
        link(build, compile_edited(build, source, folder, FAULTS[name][1]), output)


main()
