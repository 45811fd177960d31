#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The engine under the guard: echo over a TAP, by two cores, and over shared memory with another
# process, every byte checked by `ringside load`; a service that reads dies with its stage's name.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin guard
RINGSIDE=$(rs_program ringside) || exit 1
rs_netns NS
IFACE=${RS_ID}g
SIZES=0:1,1:1,17:1,64:4,1472:2
GUARD=(--guard --udp-checksum skip --idle sleep --ip 10.99.0.2/24)

# report OPTION...: of load, to $RS_TMP/report. The shortest have no number: a late answer of a warm-up
# would be taken for one of theirs.
report()
{
	timeout 60 nsenter "$NS" "$RINGSIDE" load 10.99.0.2:9999 "$@" --warmup 0 --json \
		>"$RS_TMP/report" 2>"$RS_TMP/report.err"
}

told()
{
	rs_json "$RS_TMP/report" 'd["sent"], d["answered"], d["lost"], d["corrupt"], d["wrong"]'
}

# What the guard says at the end: so many were closed, at least.
closed()
{
	local nb

	nb=$(sed -n 's/^ringside: guard: \([0-9]*\) payloads were closed and none was touched;.*/\1/p' \
		"$RS_TMP/engine.$1")
	[ "${nb:-0}" -ge "$2" ] || rs_engine_say "$1"
	[ "${nb:-0}" -ge "$2" ]
}

ends_well()
{
	rs_engine_stop "$2"
	is "$1: exit 0" $? 0 || rs_engine_say "$2"
	ok "$1: every payload was closed" closed "$2" "$3"
}

tap_up()
{
	nsenter "$NS" ip addr add 10.99.0.1/24 dev "$IFACE"
	nsenter "$NS" ip link set "$IFACE" up
}

over_tap()
{
	ok "TAP: serves" rs_engine tap "$NS" --port "tap:$IFACE" "${GUARD[@]}" --serve echo:9999
	tap_up
	nsenter "$NS" ping -q -c 2 -i 0.2 -W 2 10.99.0.2 >"$RS_TMP/ping"
	is "TAP: answers a ping" $? 0 || cat "$RS_TMP/ping"
	ok "TAP: load: exit 0" report --count 3000 --outstanding 16 --size $SIZES
	is "TAP: all answered, byte for byte" "$(told)" "(3000, 3000, 0, 0, 0)"
	is "TAP: the books balance" "$(rs_told tap 'd["books"]["balanced"]')" True
	is "TAP: no payload was copied" "$(rs_told tap 'd["counters"]["payload_copied"]')" 0
	ends_well TAP tap 3000
}

by_two_cores()
{
	ok "two cores: serve" rs_engine two "$NS" --port "tap:$IFACE" "${GUARD[@]}" --queues 2 \
		--cores 0,1 --serve echo:9999
	tap_up
	ok "two cores: load: exit 0" report --count 3000 --outstanding 32 --flows 32 --size $SIZES
	is "two cores: all answered, byte for byte" "$(told)" "(3000, 3000, 0, 0, 0)"
	ends_well "two cores" two 3000
}

# The other end's process maps the same pages, and its own view of them is always open.
over_shared_memory()
{
	local pid

	rs_spawn pid "$RS_TMP/peer" nsenter "$NS" "$RINGSIDE" load 10.99.0.2:9999 \
		--port "vhost:$RS_TMP/nic" --ip 10.99.0.1/24 --cores 0 --count 5000 --outstanding 32 \
		--size $SIZES --warmup 0 --json
	rs_wait 10 [ -S "$RS_TMP/nic" ]
	ok "virtio-user: serves" rs_engine nic "$NS" --port "virtio-user:$RS_TMP/nic" --cores 1 \
		"${GUARD[@]}" --serve echo:9999
	rs_wait 30 rs_gone "$pid"
	rs_stop "$pid"
	is "virtio-user: load: exit 0" $? 0 || cat "$RS_TMP/peer.err"
	# With it is what it says of its port, before the object.
	sed -n '/^{/,$p' "$RS_TMP/peer" >"$RS_TMP/report"
	is "virtio-user: all answered, byte for byte" "$(told)" "(5000, 5000, 0, 0, 0)"
	ends_well virtio-user nic 5000
}

# A message of sockperf's, long enough for the service to look at its flags.
ask_sockperf()
{
	nsenter "$NS" python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(bytes(9) + bytes([3]) + bytes(90), ("10.99.0.2", 9998))'
}

a_service_that_reads()
{
	local want="stage service read byte 9 of the payload of packet 0 of the burst \(100 bytes, page \
0x[0-9a-f]+, port 0 queue 0, worker 0\)"

	ok "sockperf: serves" rs_engine reads "$NS" --port "tap:$IFACE" "${GUARD[@]}" \
		--serve echo:9999 --serve sockperf:9998
	tap_up
	ok "sockperf: the echo beside it: exit 0" report --count 100 --outstanding 4 --size 100
	ask_sockperf
	rs_wait 10 rs_gone "${RS_ENGINE_PID[reads]}"
	rs_engine_stop reads
	is "sockperf: dies: exit 1" $? 1 || rs_engine_say reads
	ok "sockperf: says where" grep -qE "^ringside: guard: $want\$" "$RS_TMP/engine.reads.err" ||
		rs_engine_say reads
	ok "sockperf: what is left of it is in nobody's way" rs_engine reads "$NS" \
		--port "tap:$IFACE" "${GUARD[@]}"
	rs_engine_stop reads
	is "sockperf: the next one ends with 0" $? 0
}

# refused SENTENCE PATTERN OPTION...: exit 2, one line
refused()
{
	local sentence=$1 pattern=$2

	shift 2
	RS_PREFIXES+=("${RS_ID}refused")
	timeout 20 nsenter "$NS" "$RINGSIDE" run --name "${RS_ID}refused" "$@" --guard \
		--ip 10.99.0.2/24 >"$RS_TMP/out" 2>"$RS_TMP/err"
	is "$sentence: exit 2" $? 2
	is "$sentence: one line" "$(wc -l <"$RS_TMP/err")" 1
	ok "$sentence: says why" grep -qE "^ringside: --guard: $pattern" "$RS_TMP/err" ||
		cat "$RS_TMP/err"
}

over_tap
by_two_cores
over_shared_memory
a_service_that_reads
refused "checksums verified" "to verify .*expected --udp-checksum skip" --port ring
refused "checksums offloaded to a driver that sums on the CPU" \
	"port 0 \(tap:$IFACE\) has no hardware.*expected --udp-checksum skip" \
	--udp-checksum offload --port "tap:$IFACE"
rs_netns PEER
if rs_veth "$NS" "${RS_ID}a" "$PEER" "${RS_ID}b"; then
	refused "a port with memory of its own" "port 0 \(afxdp:.*expected another kind of port" \
		--udp-checksum skip --port "afxdp:${RS_ID}a"
fi
tap_done
