# SPDX-License-Identifier: BSD-3-Clause
"""Frames as bytes, right by default and wrong on purpose, and an AF_PACKET socket to send them by."""
import select
import socket
import struct
import time

MAC_PEER = bytes.fromhex("020000000077")  # a host that exists in these tests only
IP_PEER = "10.99.0.77"
IP_US = "10.99.0.2"
BROADCAST = b"\xff" * 6


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def eth(payload, dst, src=MAC_PEER, ethertype=0x0800, vlan=None):
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    return dst + src + tag + struct.pack("!H", ethertype) + payload


def ip4(payload, src=IP_PEER, dst=IP_US, proto=17, version=4, ihl=None, total=None, options=b"",
        flags_offset=0, ttl=64, bad_sum=False):
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    total = 20 + len(options) + len(payload) if total is None else total
    head = struct.pack("!BBHHHBBH4s4s", version << 4 | ihl, 0, total, 0x1234, flags_offset, ttl, proto,
                       0, socket.inet_aton(src), socket.inet_aton(dst)) + options
    total_sum = checksum(head) ^ (0x0100 if bad_sum else 0)
    return head[:10] + struct.pack("!H", total_sum) + head[12:] + payload


def udp(payload, sport=40000, dport=9999, length=None, src=IP_PEER, dst=IP_US, sum_is=None):
    """sum_is: None for the right one, otherwise what the field says."""
    length = 8 + len(payload) if length is None else length
    head = struct.pack("!HHHH", sport, dport, length, 0)
    covered = (head + payload)[:length] if 8 <= length <= 8 + len(payload) else head + payload
    pseudo = socket.inet_aton(src) + socket.inet_aton(dst) + struct.pack("!BBH", 0, 17, length)
    right = checksum(pseudo + covered) or 0xFFFF
    return head[:6] + struct.pack("!H", right if sum_is is None else sum_is(right)) + payload


def arp(op=1, sha=MAC_PEER, spa=IP_PEER, tpa=IP_US, hardware=1, proto=0x0800, hlen=6, plen=4):
    return struct.pack("!HHBBH6s4s6s4s", hardware, proto, hlen, plen, op, sha, socket.inet_aton(spa),
                       b"\0" * 6, socket.inet_aton(tpa))


def icmp(kind=8, code=0, rest=b"\0\1\0\2" + b"ringside", bad_sum=False):
    head = struct.pack("!BBH", kind, code, 0) + rest
    return head[:2] + struct.pack("!H", checksum(head) ^ (1 if bad_sum else 0)) + head[4:]


class Wire:
    """One end of an interface: frames out to the engine, frames of the engine in."""

    def __init__(self, iface, mac):
        self.mac = mac
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.bind((iface, 3))
        # PACKET_ADD_MEMBERSHIP, promiscuous: answers go to a MAC that is not the interface's
        self.sock.setsockopt(263, 1, struct.pack("IHH8s", socket.if_nametoindex(iface), 1, 0, b""))

    def send(self, frame):
        self.sock.send(frame)

    def receive(self, seconds):
        """The engine's next frame; None when there is none in that time."""
        end = time.monotonic() + seconds
        while True:
            ready, _, _ = select.select([self.sock], [], [], max(0, end - time.monotonic()))
            if not ready:
                return None
            frame, where = self.sock.recvfrom(65536)
            if where[2] != 4 and frame[6:12] == self.mac:  # 4: what we sent ourselves
                return frame
