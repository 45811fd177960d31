#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Frames that must not be answered, each with the counter that must say so, and frames that must be.

frames.py RINGSIDE NAME IFACE MAC: run by frames.sh in the engine's namespace.
"""
import json
import subprocess
import sys
import time

from wireframe import (BROADCAST, IP_PEER, IP_US, MAC_PEER, Wire, arp, checksum, eth, icmp, ip4, udp)

TIMES = 3
PAYLOAD = bytes(range(64))
MCAST_MAC = bytes.fromhex("01005e000009")


def silent_rows(us):
    """(sentence, counter, frame): nothing comes back and that counter alone moves."""

    def wrong(**how):
        return eth(ip4(udp(PAYLOAD), **how), us)

    def dgram(**how):
        return eth(ip4(udp(PAYLOAD, **how)), us)

    def source(address):
        return eth(ip4(udp(PAYLOAD, src=address), src=address), us)

    def target(address, mac):
        return eth(ip4(udp(PAYLOAD, dst=address), dst=address), mac)

    return [
        ("frame that ends inside its VLAN tag", "eth_short", us + MAC_PEER + b"\x81\x00\x00\x05"),
        ("unicast to another MAC", "eth_not_us", eth(ip4(udp(PAYLOAD)), bytes.fromhex("02aabbccdd01"))),
        ("group bit in the source MAC", "eth_src_group", eth(ip4(udp(PAYLOAD)), us, MCAST_MAC)),
        ("LLC length in place of a type", "eth_llc", eth(PAYLOAD, us, ethertype=0x0040)),
        ("EtherType nobody here speaks", "eth_unknown_type", eth(PAYLOAD, us, ethertype=0x88B5)),
        ("frame above the MTU", "eth_oversize", eth(ip4(udp(bytes(1473))), us)),
        ("frame far above the MTU", "eth_oversize", eth(ip4(udp(bytes(3000))), us)),
        ("VLAN of somebody else", "vlan_unknown", eth(ip4(udp(PAYLOAD)), us, vlan=5)),
        ("VLAN 4095", "vlan_unknown", eth(ip4(udp(PAYLOAD)), us, vlan=4095)),
        ("our IP behind a broadcast MAC", "l2_bcast_unicast_ip", eth(ip4(udp(PAYLOAD)), BROADCAST)),
        ("ARP cut short", "arp_bad", eth(arp()[:27], us, ethertype=0x0806)),
        ("ARP of another hardware type", "arp_bad", eth(arp(hardware=6), us, ethertype=0x0806)),
        ("ARP opcode 3", "arp_bad", eth(arp(op=3), us, ethertype=0x0806)),
        ("ARP with a multicast sender", "arp_sender", eth(arp(sha=MCAST_MAC), us, ethertype=0x0806)),
        ("ARP for another address", "arp_not_us", eth(arp(tpa="10.99.0.3"), BROADCAST, ethertype=0x0806)),
        ("ARP that claims our address", "arp_conflict",
         eth(arp(spa=IP_US), BROADCAST, ethertype=0x0806)),
        ("IP version 5", "ip4_hdr", wrong(version=5)),
        ("header length 4", "ip4_hdr", wrong(ihl=4)),
        ("header length beyond the frame", "ip4_hdr", eth(ip4(b"", ihl=15), us)),
        ("total length below the header's", "ip4_hdr", wrong(total=19)),
        ("IP header cut short", "ip4_hdr", eth(ip4(udp(PAYLOAD))[:19], us)),
        ("total length beyond the frame", "ip4_trunc", wrong(total=1000)),
        ("frame cut short in the payload", "ip4_trunc", dgram()[:-1]),
        ("IP header sum wrong", "ip4_csum", wrong(bad_sum=True)),
        ("another IP address behind our MAC", "ip4_not_us", target("10.99.0.3", us)),
        ("subnet broadcast", "resp_to_many", target("10.99.0.255", BROADCAST)),
        ("limited broadcast", "resp_to_many", target("255.255.255.255", BROADCAST)),
        ("multicast nobody joined", "ip4_mcast", target("224.0.0.9", MCAST_MAC)),
        ("source 127.0.0.1", "ip4_martian_src", source("127.0.0.1")),
        ("source 0.0.0.0", "ip4_martian_src", source("0.0.0.0")),
        ("source multicast", "ip4_martian_src", source("224.1.2.3")),
        ("source class E", "ip4_martian_src", source("240.0.0.1")),
        ("source subnet broadcast", "ip4_martian_src", source("10.99.0.255")),
        ("source is our own address", "ip4_src_self", source(IP_US)),
        ("source route", "ip4_source_route", wrong(options=bytes([131, 7, 4, 10, 0, 0, 1, 0]))),
        ("option past the header's end", "ip4_options", wrong(options=bytes([7, 39, 4, 0]))),
        ("first fragment", "ip4_frag", wrong(flags_offset=0x2000)),
        ("last fragment", "ip4_frag", wrong(flags_offset=5)),
        ("protocol 6", "ip4_proto", wrong(proto=6)),
        ("IPv6", "ip6_unserved", eth(b"\x60" + bytes(39), us, ethertype=0x86DD)),
        ("ICMP with a wrong sum", "icmp_bad", eth(ip4(icmp(bad_sum=True), proto=1), us)),
        ("ICMP cut short", "icmp_bad", eth(ip4(icmp()[:7], proto=1), us)),
        ("ICMP timestamp request", "icmp_unserved", eth(ip4(icmp(kind=13, rest=bytes(16)), proto=1), us)),
        ("ICMP unreachable", "icmp_unserved", eth(ip4(icmp(kind=3, rest=bytes(32)), proto=1), us)),
        ("UDP length 7", "udp_len", dgram(length=7)),
        ("UDP length beyond the packet", "udp_len", dgram(length=8 + len(PAYLOAD) + 1)),
        ("UDP header cut short", "udp_len", eth(ip4(udp(b"")[:7]), us)),
        ("UDP sum wrong by one", "udp_csum", dgram(sum_is=lambda right: right ^ 1)),
        ("UDP sum with its bytes swapped", "udp_csum",
         dgram(sum_is=lambda right: (right << 8 | right >> 8) & 0xFFFF)),
        ("source port 0", "udp_sport0", dgram(sport=0)),
        ("port 0", "udp_dport0", dgram(dport=0)),
        ("port on which nothing is open", "udp_no_socket", dgram(dport=9998)),
        ("source port of echo", "udp_loop_guard", dgram(sport=7)),
        ("source port of a service of our own", "udp_loop_guard", dgram(sport=9999)),
    ]


def carries_sum(request):
    """Does a frame of ours, tagged or not, have a UDP checksum?"""
    ip = 18 if request[12:14] == b"\x81\x00" else 14
    at = ip + (request[ip] & 15) * 4 + 6
    return request[at:at + 2] != b"\0\0"


def answer_to(payload, request, frame):
    """What is wrong with an answer to a datagram of peer port 40000; None when nothing is."""
    if frame is None:
        return "no answer"
    head, packet = frame[:14], frame[14:]
    total = int.from_bytes(packet[2:4], "big")
    datagram = packet[20:total]
    if head[:6] != MAC_PEER or head[12:14] != b"\x08\x00":
        return f"Ethernet header {head.hex()}"
    if checksum(packet[:20]) != 0 or packet[0] != 0x45 or packet[8] != 64:
        return f"IPv4 header {packet[:20].hex()}"
    pseudo = packet[12:20] + b"\0\x11" + datagram[4:6]
    summed = datagram[6:8] != b"\0\0"
    if carries_sum(request) and not summed or summed and checksum(pseudo + datagram) != 0:
        return f"UDP sum {datagram[6:8].hex()}"
    if datagram[:4] != bytes.fromhex("270f9c40") or datagram[8:] != payload:
        return f"datagram {datagram.hex()}"
    if any(packet[total:]):
        return "bytes behind the end that are not zero"
    return None


def answered_rows(us):
    """(sentence, payload that must come back, frame)."""
    rows = [(f"payload of {n} bytes", bytes(range(n)), eth(ip4(udp(bytes(range(n)))), us))
            for n in (0, 1, 17, 18, 19, 63)]
    return rows + [
        ("the largest payload", b"\xa5" * 1472, eth(ip4(udp(b"\xa5" * 1472)), us)),
        ("no UDP checksum", PAYLOAD, eth(ip4(udp(PAYLOAD, sum_is=lambda _: 0)), us)),
        ("Ethernet padding behind it", b"x", eth(ip4(udp(b"x")) + b"\xee" * 17, us)),
        ("UDP length below the packet's: the rest is not echoed", PAYLOAD[:10],
         eth(ip4(udp(PAYLOAD, length=18)), us)),
        ("priority tag", PAYLOAD, eth(ip4(udp(PAYLOAD)), us, vlan=0)),
        ("TTL 1", PAYLOAD, eth(ip4(udp(PAYLOAD), ttl=1), us)),
        ("options that say nothing", PAYLOAD, eth(ip4(udp(PAYLOAD), options=b"\1\1\1\0"), us)),
        ("don't fragment", PAYLOAD, eth(ip4(udp(PAYLOAD), flags_offset=0x4000), us)),
        ("a payload whose sum is zero", b"\xff\xff" + zero_sum_word(),
         eth(ip4(udp(b"\xff\xff" + zero_sum_word())), us)),
    ]


def zero_sum_word():
    """Two bytes that make the sum over the datagram 0xFFFF, so that its checksum would be zero."""
    base = udp(b"\xff\xff\0\0")
    return base[6:8]


class Test:
    def __init__(self, ringside, name, iface, mac):
        self.ask = [ringside, "ctl", "--name", name, "stats", "--json"]
        self.wire = Wire(iface, mac)
        self.mac = mac
        self.passed = self.failed = 0

    def stats(self):
        return json.loads(subprocess.run(self.ask, check=True, stdout=subprocess.PIPE).stdout)

    def settled(self, received):
        """Statistics once that many frames have been received; after two seconds, as they are."""
        end = time.monotonic() + 2
        while True:
            stats = self.stats()
            if stats["books"]["received"] >= received or time.monotonic() > end:
                return stats

    def ok(self, sentence, trouble):
        if trouble:
            self.failed += 1
            print(f"not ok - {sentence}\n#   {trouble}")
        else:
            self.passed += 1
            print(f"ok - {sentence}")

    def silent(self, sentence, counter, frame):
        before = self.stats()
        for _ in range(TIMES):
            self.wire.send(frame)
        after = self.settled(before["books"]["received"] + TIMES)
        moved = {k: n - before["drops"].get(k, 0) for k, n in after["drops"].items()
                 if n != before["drops"].get(k, 0)}
        trouble = None
        if moved != {counter: TIMES}:
            trouble = f"counters moved: {moved}, expected {counter} by {TIMES}"
        elif not after["books"]["balanced"]:
            trouble = f"books: {after['books']}"
        else:
            # a valid datagram behind them: its answer must be the first frame to come back
            valid = eth(ip4(udp(PAYLOAD)), self.mac)
            self.wire.send(valid)
            trouble = answer_to(PAYLOAD, valid, self.wire.receive(2))
            if trouble:
                trouble = f"the next valid datagram: {trouble}"
        self.ok(f"{sentence}: silence, {counter}", trouble)

    def answered(self, sentence, payload, frame):
        self.wire.send(frame)
        self.ok(f"{sentence}: answered", answer_to(payload, frame, self.wire.receive(2)))

    def arp_answer(self, sentence, frame):
        self.wire.send(frame)
        got = self.wire.receive(2)
        want = (MAC_PEER + self.mac + b"\x08\x06" + arp(op=2, sha=self.mac, spa=IP_US)[:18]
                + MAC_PEER + bytes(map(int, IP_PEER.split("."))))
        self.ok(sentence, None if got and got[:42] == want else f"got {got and got.hex()}")

    def ping(self, sentence, body):
        self.wire.send(eth(ip4(icmp(rest=b"\0\1\0\2" + body), proto=1), self.mac))
        got = self.wire.receive(2)
        want = icmp(kind=0, rest=b"\0\1\0\2" + body)
        self.ok(sentence, None if got and got[34:34 + len(want)] == want else f"got {got and got.hex()}")


def main():
    ringside, name, iface, mac = sys.argv[1:]
    mac = bytes.fromhex(mac.replace(":", ""))
    t = Test(ringside, name, iface, mac)
    start = t.stats()
    t.arp_answer("ARP request: answered", eth(arp(), BROADCAST, ethertype=0x0806))
    t.arp_answer("ARP request to our MAC: answered", eth(arp(), mac, ethertype=0x0806))
    for n in (0, 1, 33, 1472):
        t.ping(f"ping of {n} bytes: answered", bytes(n))
    for row in answered_rows(mac):
        t.answered(*row)
    for row in silent_rows(mac):
        t.silent(*row)
    end = t.stats()
    t.ok("the books balance", None if end["books"]["balanced"] else end["books"])
    t.ok("no payload was copied", end["counters"]["payload_copied"] or None)
    t.ok("every buffer is home", None if end["pool"]["free"] == start["pool"]["free"]
         else f"free: {end['pool']['free']} of {start['pool']['free']}")
    print(f"{t.passed} passed, {t.failed} failed")
    return 1 if t.failed or not t.passed else 0


sys.exit(main())
