# SPDX-License-Identifier: BSD-3-Clause
"""Both ends of a telemetry socket, for tests of `ringside ctl` and of what it asks.

  ask SOCKET LINE...        send each line (Python escapes allowed), print each answer on a line
  hold SOCKET N             N clients that say nothing, until killed; prints "ready"
  slam SOCKET N             N clients that ask and leave without reading
  flood SOCKET BYTES        one line of so many bytes; then ask something, print the answer
  serve SOCKET KIND         an engine that is none: prints "ready"; KIND is what it does wrong
"""
import json
import os
import socket
import sys
import time

GREETING = b'{"version":"x","pid":1,"max_output_len":16384}'
WRONG = {
    "silent": None,
    "garbage": b"\xff\xfe{not json",
    "null": b'{"/ringside/stats":null}',
    "other": b'{"/ringside/ports":{"schema":1,"worker":0}}',
    "list": b"[1,2,3]",
    "empty": b'{"/ringside/stats":{}}',
    "echo": b'{"/ringside/stats":{"schema":1,"worker":7,"counters":{}}}',
    "counters": b'{"/ringside/stats":{"schema":1,"worker":0,"workers":1,"counters":{"x":1}}}',
    "unwilling": b'{"/ringside/stop":{"schema":1,"error":"planted"}}',
    "error": b'{"/ringside/stats":{"schema":1,"error":"planted"}}',
}


def connect(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(5)
    s.connect(path)
    return s


def greeted(path):
    s = connect(path)
    json.loads(s.recv(65536))
    return s


def ask(path, *lines):
    s = greeted(path)
    for line in lines:
        s.send(line.encode().decode("unicode_escape").encode("latin1"))
        print(s.recv(65536).decode("ascii", "backslashreplace"))


def hold(path, nb):
    clients = [greeted(path) for _ in range(int(nb))]
    print("ready", flush=True)
    while clients:
        time.sleep(60)


def slam(path, nb):
    left = int(nb)
    while left > 0:
        try:
            s = connect(path)
        except BlockingIOError:
            continue  # two wait at the door already
        try:
            s.send(b"/ringside/stats")
        except OSError:
            pass  # turned away: more than ten at a time
        s.close()
        left -= 1


def flood(path, size):
    s = greeted(path)
    try:
        s.send(b"/ringside/stats," + b"9" * int(size))
        s.recv(65536)
    except OSError as e:
        print(e.strerror, file=sys.stderr)  # the kernel need not take as much
    s.send(b"/ringside/info")
    print(s.recv(65536).decode())


def serve(path, kind):
    os.makedirs(os.path.dirname(path))
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.bind(path)
    server.listen(8)
    print("ready", flush=True)
    kept = []
    while True:
        s, _ = server.accept()
        if kind == "mute":
            kept.append(s)  # open, but never a word
            continue
        s.send(GREETING)
        while s.recv(65536):
            if kind == "leave":
                break
            if WRONG[kind] is not None:
                s.send(WRONG[kind])
        s.close()


if __name__ == "__main__":
    {"ask": ask, "hold": hold, "slam": slam, "flood": flood, "serve": serve}[sys.argv[1]](*sys.argv[2:])
