#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A UDP echo that lies about every hundredth datagram, or every EVERY-th, to see whether the client
notices.

liar.py ADDR PORT drop|twice|flip|cut|grow|late|honest [EVERY]
"""
import socket
import sys


def answers(data, lie, held):
    """What goes back in place of data."""
    if lie == "drop":
        return []
    if lie == "twice":
        return [data, data]
    if lie == "flip":
        return [data[:-1] + bytes([data[-1] ^ 1])]
    if lie == "flip_time":
        return [data[:15] + bytes([data[15] ^ 1]) + data[16:]]
    if lie == "cut":
        return [data[:-1]]
    if lie == "grow":
        return [data + b"\0"]
    if lie == "late":
        held.append(data)
        return []
    return [data]


def main():
    address, port, lie = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind((address, port))
    print("ready", flush=True)
    every = int(sys.argv[4]) if len(sys.argv) > 4 else 100
    count, held = 0, []
    while True:
        data, peer = sock.recvfrom(65536)
        count += 1
        out = [data] if count % every else answers(data, lie, held)
        if count % every == 10:
            out += held
            held = []
        for datagram in out:
            sock.sendto(datagram, peer)


if __name__ == "__main__":
    main()
