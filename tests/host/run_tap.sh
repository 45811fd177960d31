#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The engine on a TAP interface with one and with two queues, the kernel as its peer: ping, a
# verifying client over many flows, and the end of it under full load.
# RINGSIDE_LONG=1: a million datagrams instead of a hundred thousand.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin tap
CLIENT=$(rs_program udp_client) && rs_program ringside >/dev/null || exit 1
COUNT=100000
[ "${RINGSIDE_LONG:-0}" = 0 ] || COUNT=1000000

in_ns()
{
	nsenter "$NS" "$@"
}

# The engine has taken all that the kernel has sent, and none was dropped on the way.
all_taken()
{
	[ "$(rs_told tap 'd["books"]["received"]') 0" = "$(rs_sent "$NS" "$IFACE")" ]
}

client_busy()
{
	[ "$(rs_told tap 'd["books"]["answered"]')" -gt "$1" ]
}

# Every queue that the engine opened has had frames.
queues_served()
{
	rs_ask tap ports "$RS_TMP/ports" &&
		rs_json "$RS_TMP/ports" '"%d %s" % (len(d["ports"][0]["queues"]),
			all(q["rx_frames"] > 0 for q in d["ports"][0]["queues"]))'
}

start()
{
	rs_netns NS
	IFACE=${RS_ID}t$1
	ok "$1 queue(s): serves" rs_engine tap "$NS" --port "tap:$IFACE" --ip 10.99.0.2/24 \
		--serve echo:9999 --queues "$1" --cores "$2" || { rs_engine_say tap; tap_done; }
	nsenter "$NS" ip addr add 10.99.0.1/24 dev "$IFACE"
	nsenter "$NS" ip link set "$IFACE" up
}

exchange()
{
	in_ns ping -q -c 3 -i 0.2 -W 2 10.99.0.2 >"$RS_TMP/ping"
	is "$1 queue(s): answers ping" $? 0
	in_ns ping -q -c 2 -i 0.2 -W 2 -s 1472 10.99.0.2 >"$RS_TMP/ping"
	is "$1 queue(s): answers the largest ping" $? 0
	in_ns "$CLIENT" --to 10.99.0.2:9999 --count $COUNT --flows 256 \
		--sizes 0,1,17,18,19,64,512,1471,1472 --json >"$RS_TMP/report"
	is "$1 queue(s): $COUNT datagrams of nine sizes over 256 flows come back intact" $? 0
	is "$1 queue(s): nobody polls in vain" "$(queues_served)" "$1 True"
}

books()
{
	ok "$1 queue(s): all that the kernel sent was received, and it dropped nothing" \
		rs_wait 5 all_taken
	is "$1 queue(s): the books balance" "$(rs_told tap 'd["books"]["balanced"]')" True
	is "$1 queue(s): every datagram is in answered" "$(rs_told tap 'd["counters"]["answered"]')" \
		$COUNT
	is "$1 queue(s): nothing was dropped" "$(rs_told tap 'd["drops"]')" "{}"
	is "$1 queue(s): no payload was copied" "$(rs_told tap 'd["counters"]["payload_copied"]')" 0
}

# SIGTERM while the client keeps its window full.
stop_under_load()
{
	local pid before

	before=$(rs_told tap 'd["books"]["answered"]')
	rs_spawn pid "$RS_TMP/load" nsenter "$NS" "$CLIENT" --to 10.99.0.2:9999 \
		--count 100000000 --flows 256 --timeout 0.2
	ok "$1 queue(s): is under load" rs_wait 10 client_busy $((before + 2000))
	rs_engine_stop tap
	is "$1 queue(s): SIGTERM under load: exit 0" $? 0
	rs_stop "$pid"
	ok "$1 queue(s): says that the books balance" \
		grep -q "books.*balance" "$RS_TMP/engine.tap"
	in_ns ip link show "$IFACE" >/dev/null 2>&1
	is "$1 queue(s): the interface is gone" $? 1
	ok "$1 queue(s): no file is left" rs_engine_traces tap
}

for queues in 1 2; do
	[ "$queues" -le "$(nproc)" ] || break
	start $queues "$(seq -s, 0 $((queues - 1)))"
	exchange $queues
	books $queues
	stop_under_load $queues
done
tap_done
