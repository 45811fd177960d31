#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tables of quickstart, from the JSON that its programs left in a folder.

    quickstart_report.py machine
    quickstart_report.py title 1|2
    quickstart_report.py scene1|scene2 DIR           exit 1 when something is lost or unbalanced
    quickstart_report.py summary DIR STATUS SECONDS [FILE]
"""
import glob
import json
import os
import platform
import statistics
import subprocess
import sys
import textwrap

TTY = sys.stdout.isatty() and "NO_COLOR" not in os.environ
COPIES = ("Copies are those of a whole datagram by the CPU: coming in (by the driver or the kernel), by the "
          "server itself, going out.")
WAYS = (("recvfrom", "recvfrom + sendto"), ("recvmmsg", "recvmmsg + sendmmsg"))


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if TTY else text


def good(text):
    return paint("32", text)


def bad(text):
    return paint("1;31", text)


def load(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return json.load(f)


def say(text="", indent=2):
    print(textwrap.fill(text, 98, initial_indent=" " * indent, subsequent_indent=" " * indent))


def table(head, rows):
    """First column to the left, the others to the right; rows of equal length."""
    width = [max(len(str(r[i])) for r in [head] + rows) for i in range(len(head))]

    def line(row):
        cells = [str(c).rjust(w) for c, w in zip(row, width)]
        cells[0] = str(row[0]).ljust(width[0])
        return "  " + "  ".join(cells)

    print(paint("1", line(head)))
    for row in rows:
        print(paint("36", line(row)) if row[0].startswith("ringside") else line(row))


def number(x):
    return f"{x:,.0f}"


def copies(ports, stats):
    """Of a frame, by the CPU: by the driver coming in, by the engine, by the driver going out."""
    driver = ports["ports"][0]["copies"]
    own = 0 if stats["counters"]["payload_copied"] == 0 else "some"
    return [driver["rx"], own, driver["tx"]]


def three(values):
    return ", ".join(map(str, values))


def tsc_hz(folder):
    return load(folder, "veth-recvfrom.server.json")["tsc_hz"]


def books_line(books):
    parts = [f"{number(books[k])} {k}" for k in ("answered", "delivered", "host", "dropped", "held")]
    verdict = good("balanced") if books["balanced"] else bad(f"gap {books['gap']}")
    return f"{number(books['received'])} received = " + " + ".join(parts) + f": {verdict}"


def show_engine(stats):
    """Books, drops and copies of one run of the engine; True when they are as they should be."""
    drops = ", ".join(f"{n} {k}" for k, n in stats["drops"].items()) or "none"
    payload = stats["counters"]["payload_copied"]
    print(f"  books     {books_line(stats['books'])}")
    print(f"  drops     {drops}")
    print(f"  payload   {payload} bytes copied by the engine")
    return stats["books"]["balanced"] and payload == 0


def title(scene):
    texts = {
        "1": ("Scene 1: a TAP interface, the kernel as client",
              "ringside polls the TAP's queue and answers; a client over kernel sockets numbers every "
              "datagram and compares every byte that comes back."),
        "2": ("Scene 2: a shared-memory NIC, no kernel in between",
              "Two processes, one core each. DPDK's testpmd plays the NIC's far end (vhost-user) and "
              "keeps 512 frames of 64 bytes from 256 senders going round; the server in front of it "
              "(virtio-user) is ringside, then testpmd's own 5tswap, in turn."),
    }
    print()
    print(paint("1", texts[scene][0]))
    say(texts[scene][1])


# -- scene 1 ------------------------------------------------------------------------------------


def client_ok(c):
    return c["lost"] + c["duplicates"] + c["corrupt"] + c["wrong_length"] == 0 and c["sent"] > 0


def show_client(c):
    line = (f"{number(c['sent'])} sent, {number(c['answered'])} answered, {number(c['lost'])} lost, "
            f"{c['duplicates']} twice, {c['corrupt'] + c['wrong_length']} damaged "
            f"(payloads of {', '.join(map(str, c['sizes']))} bytes, every byte compared)")
    print("  client    " + (good(line) if client_ok(c) else bad(line)))


def busy_ns(folder, name, polled_ns=None):
    """Of all CPUs while a client ran; of a core that polls only what was not in vain."""
    s = load(folder, name + ".system.json")
    busy = s["us"] * 1e3 * s["cpus"] - s["idle_ticks"] * 1e9 / s["ticks_per_s"]
    if polled_ns is not None:
        busy -= max(s["us"] * 1e3 - polled_ns, 0)
    return max(busy, 0)


def engine_row(folder):
    c, stats = load(folder, "tap.client.json"), load(folder, "tap.stats.json")
    cycles, hz = stats["cycles_per_packet"], tsc_hz(folder)
    polled_ns = cycles * stats["books"]["received"] * 1e9 / hz
    return {"server": "ringside", "path": "tap", "rate": c["datagrams_per_s"],
            "cpu_ns": cycles * 1e9 / hz, "cycles": cycles,
            "system_ns": busy_ns(folder, "tap", polled_ns) / max(c["answered"], 1),
            "copies": copies(load(folder, "tap.ports.json"), stats), "p50_us": c["rtt_us"]["p50"],
            "lost": c["lost"]}


def kernel_rows(folder, paths):
    rows = []
    for path in paths:
        for mode, text in WAYS:
            c = load(folder, f"{path}-{mode}.client.json")
            s = load(folder, f"{path}-{mode}.server.json")
            rows.append({"server": f"kernel {text}", "path": path, "rate": c["datagrams_per_s"],
                         "cpu_ns": s["cpu_ns_per_packet"], "cycles": s["cycles_per_packet"],
                         "system_ns": busy_ns(folder, f"{path}-{mode}") / max(c["answered"], 1),
                         # out of the socket buffer into ours, and back: recv and send copy
                         "copies": [1, 0, 1], "p50_us": c["rtt_us"]["p50"], "lost": c["lost"]})
    return rows


def scene1(folder):
    c, stats = load(folder, "tap.client.json"), load(folder, "tap.stats.json")
    show_client(c)
    fine = show_engine(stats) and client_ok(c)
    print()
    rows = [engine_row(folder)] + kernel_rows(folder, ("veth", "loopback"))
    table(("server", "path", "datagrams/s", "process ns", "system ns", "TSC cycles", "copies", "p50 us",
           "lost"),
          [(r["server"], r["path"], number(r["rate"]), number(r["cpu_ns"]), number(r["system_ns"]),
            number(r["cycles"]), three(r["copies"]), r["p50_us"], number(r["lost"])) for r in rows])
    print()
    say("A TAP is the slow way round: its driver makes one readv and one writev, each a system call and a "
        "copy, for every frame, and the kernel's own UDP stack still works for the client at the other "
        "end. It shows that the engine answers right on any machine, not that it is fast.")
    say(COPIES)
    say("Two bills for a datagram. Process: the server's own; for ringside the polls that found something "
        "(the core polls all the time), for the kernel's the CPU time of the process. System: all that "
        "the CPUs did meanwhile, empty polls not counted: the kernel's work on the sender's core, the "
        "client's own, and whatever else ran.")
    return fine and all(r["lost"] == 0 for r in rows)


# -- scene 2 ------------------------------------------------------------------------------------


def windows(folder, who):
    found = []
    for path in sorted(glob.glob(os.path.join(folder, f"shm-*-{who}.window.json"))):
        w = load(path)
        if who == "engine":
            w["stats"] = load(path.replace(".window.json", ".stats.json"))
            w["ports"] = load(path.replace(".window.json", ".ports.json"))
            w["cycles"] = w["stats"]["cycles_per_packet"]
        w["lost"] = w["sent"] - w["received"] + w["refused"]
        if who == "engine":
            w["lost"] += w["received"] - w["stats"]["books"]["answered"]
        found.append(w)
    return found


def spread(values, show):
    return f"{show(statistics.median(values))} [{show(min(values))} - {show(max(values))}]"


def shm_row(name, what, ws, hz, copied):
    cycles = [w["cycles"] for w in ws]
    own = number(statistics.median(cycles) * 1e9 / hz)
    return (name, what, spread([w["rate"] / 1e6 for w in ws], "{:.2f} M".format),
            spread(cycles, number), own, own, copied, number(sum(w["lost"] for w in ws)))


def scene2(folder):
    engine, peer, hz = windows(folder, "engine"), windows(folder, "testpmd"), tsc_hz(folder)
    fine = show_engine(engine[-1]["stats"])
    fine = fine and all(w["stats"]["books"]["balanced"] for w in engine)
    fine = fine and all(w["stats"]["counters"]["payload_copied"] == 0 for w in engine)
    print()
    own = three(copies(engine[-1]["ports"], engine[-1]["stats"]))
    rows = [shm_row("ringside echo", "virtio-user", engine, hz, own),
            shm_row("testpmd 5tswap", "virtio-user", peer, hz, "0, 0, 0")]
    for r in kernel_rows(folder, ("veth",)):
        rows.append((r["server"], "veth", f"{r['rate'] / 1e6:.2f} M", number(r["cycles"]),
                     number(r["cpu_ns"]), number(r["system_ns"]), three(r["copies"]), number(r["lost"])))
    table(("server", "path", "round trips/s", "TSC cycles each", "process ns", "system ns", "copies", "lost"),
          rows)
    ratios = [e["cycles"] / t["cycles"] for e, t in zip(engine, peer)]
    print()
    say(f"Medians and range of {len(engine)} windows each, taken in turn. Cycles of ringside over "
        f"5tswap, window by window: {spread(ratios, '{:.2f}'.format)}.")
    waited = load(folder, "waited.json")
    if waited["percent"] > 20:
        say(bad(f"This machine is busy: {waited['percent']} % of the time some program waited for a CPU. "
                "These figures are worse than it can do."))
    say(COPIES)
    say("Over shared memory no kernel has a part in it, and the generator is the wire: both bills are the "
        "same. The kernel's rows have their client's work in the system's.")
    say("5tswap swaps addresses and ports and checks nothing. ringside checks the frame and the IPv4 "
        "header sum, looks the socket up and counts; these frames carry no UDP checksum to verify. The "
        "copies of this path are made by the process that plays the NIC, where hardware would use DMA. "
        "The kernel's rows are scene 1's, with mixed sizes and a kernel client that cannot send faster: "
        "compare what a datagram costs, not the rates.")
    return fine and all(w["lost"] == 0 for w in engine)


# -- summary ------------------------------------------------------------------------------------


def machine():
    model = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
             if line.startswith("model name")]
    dpdk = subprocess.run(["pkg-config", "--modversion", "libdpdk"], check=False, text=True,
                          stdout=subprocess.PIPE).stdout.strip()
    return {"cpu": model[0] if model else platform.machine(), "cpus": os.cpu_count(),
            "kernel": platform.release(), "dpdk": dpdk}


def show_machine():
    m = machine()
    print(f"  {m['cpu']}, {m['cpus']} CPUs, Linux {m['kernel']}, DPDK {m['dpdk']}")


def all_results(folder):
    out = {"schema": 1, "machine": machine()}
    if os.path.exists(os.path.join(folder, "tap.stats.json")):
        out["scene1"] = {"rows": [engine_row(folder)] + kernel_rows(folder, ("veth", "loopback")),
                         "client": load(folder, "tap.client.json"),
                         "engine": load(folder, "tap.stats.json")}
    if windows(folder, "engine"):
        out["scene2"] = {"engine": windows(folder, "engine"), "testpmd": windows(folder, "testpmd"),
                         "kernel": kernel_rows(folder, ("veth",)), "tsc_hz": tsc_hz(folder)}
    return out


def summary(folder, status, seconds, path=None):
    fine = status == "0"
    if path:
        with open(path, "w", encoding="utf-8") as f:
            json.dump(dict(all_results(folder), ok=fine), f, indent=1)
            f.write("\n")
    verdict = good("nothing lost, books balanced") if fine else bad("not as it should be, see above")
    print()
    print(f"  {verdict}  ({seconds} s)")
    return fine


def main():
    calls = {"scene1": scene1, "scene2": scene2, "summary": summary}
    words = {"title": title, "machine": show_machine}
    if sys.argv[1] in words:
        words[sys.argv[1]](*sys.argv[2:])
        return 0
    return 0 if calls[sys.argv[1]](*sys.argv[2:]) else 1


sys.exit(main())
