#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Echo, discard and time over kernel sockets, and the loop guard in front of the echo service.

services.py RINGSIDE NAME ADDRESS: run by services.sh in the engine's namespace.
"""
import json
import socket
import struct
import subprocess
import sys
import time

SECONDS_1900_TO_1970 = 2208988800
OWN_RESPONDERS = (7, 37, 9999)
KNOWN_RESPONDERS = (7, 13, 17, 19, 37)
SILENCE_S = 0.3


class Test:
    def __init__(self, ringside, name, address):
        self.ask = [ringside, "ctl", "--name", name, "stats", "--json"]
        self.address = address
        self.passed = self.failed = 0

    def counter(self, name):
        stats = json.loads(subprocess.run(self.ask, check=True, stdout=subprocess.PIPE).stdout)
        return stats["counters"][name]

    def exchange(self, port, payload, sport=0, wait=2.0):
        """The answer's payload, or None."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("", sport))
            s.connect((self.address, port))
            s.settimeout(wait)
            s.send(payload)
            try:
                return s.recv(65536)
            except socket.timeout:
                return None

    def ok(self, sentence, fine, note=""):
        self.passed += bool(fine)
        self.failed += not fine
        print(f"{'ok' if fine else 'not ok'} - {sentence}")
        if not fine and note != "":
            print(f"#   {note}")

    def moved(self, sentence, counter, by, do):
        """Does a counter move by that much while do() finds what it wants?"""
        before = self.counter(counter)
        got, fine = do()
        self.ok(sentence, fine, f"answer: {got}")
        change = self.counter(counter) - before
        self.ok(f"{sentence}: {counter} + {by}", change == by, f"moved by {change}")


def echo(t):
    for port in (7, 9999):
        for n in (0, 1, 100, 1472):
            payload = bytes(i % 251 for i in range(n))
            got = t.exchange(port, payload)
            t.ok(f"echo on port {port} returns {n} bytes", got == payload, got)


def discard(t):
    def silence():
        got = t.exchange(9, b"into the void", wait=SILENCE_S)
        return got, got is None

    t.moved("discard says nothing", "delivered", 1, silence)


def time_service(t):
    for n in (0, 4, 100):
        got = t.exchange(37, bytes(n))
        right = got is not None and len(got) == 4
        off = struct.unpack("!I", got)[0] - SECONDS_1900_TO_1970 - time.time() if right else None
        t.ok(f"time answers {n} bytes with four, right within 2 s", right and abs(off) < 2, off)


def loop_guard(t):
    for sport in sorted(set(KNOWN_RESPONDERS + OWN_RESPONDERS)):
        for port in (9999, 37):
            def silence(at=port, source=sport):
                got = t.exchange(at, b"again and again", sport=source, wait=SILENCE_S)
                return got, got is None

            t.moved(f"port {port} keeps silent to source port {sport}", "udp_loop_guard", 1, silence)
    for sport, why in ((9998, "nobody's"), (9, "discard's, which never answers")):
        got = t.exchange(9999, b"back to work", sport=sport)
        t.ok(f"and goes on answering source port {sport}, {why}", got == b"back to work", got)


def closed_port(t):
    def silence():
        got = t.exchange(9998, b"anybody?", wait=SILENCE_S)
        return got, got is None

    t.moved("nothing is open on port 9998", "udp_no_socket", 1, silence)


def main():
    t = Test(*sys.argv[1:])
    for part in (echo, discard, time_service, loop_guard, closed_port):
        part(t)
    print(f"{t.passed} passed, {t.failed} failed")
    return 1 if t.failed or not t.passed else 0


sys.exit(main())
