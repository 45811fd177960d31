#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# `ringside ctl ledger` beside the kernel's own counts of what it sent and got: frames and bytes to
# the last one, copies of the driver, none of the engine but those it declares, and every watched
# payload at one address.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin ledger
RINGSIDE=$(rs_program ringside) && CLIENT=$(rs_program udp_client) || exit 1
COUNT=3000
LEDGER=$RS_TMP/ledger
IFACE=${RS_ID}l

# told EXPRESSION: over the ledger's JSON; place("parse") is that place, place("driver_tx") of port 0
told()
{
	rs_json "$LEDGER" "(lambda place: ($1))(lambda name:
		[p for p in d['places'] if p['place'] == name][0])"
}

ask()
{
	rs_ask l ledger "$LEDGER"
}

# taken NS IFACE: all that the kernel sent has been received, and what was answered has left
taken()
{
	ask && [ "$(told 'place("driver_rx")["frames"]') 0" = "$(rs_sent "$1" "$2")" ]
}

# kernel NS IFACE COLUMN: a counter of the kernel's
declare -A COLUMN=([rx_bytes]=2 [rx_packets]=3 [tx_bytes]=10)
kernel()
{
	nsenter "$1" awk -v name="$2:" -v column="${COLUMN[$3]}" '$1 == name { print $column }' \
		/proc/net/dev
}

# exchange WHAT NS IFACE COPIES: COUNT datagrams, and what the ledger makes of them
exchange()
{
	local what=$1 ns=$2 iface=$3 copies=$4

	nsenter "$ns" "$CLIENT" --to 10.99.0.2:9999 --count $COUNT --flows 16 --window 64 \
		--sizes 18,64,512,1400 >"$RS_TMP/report" 2>&1
	is "$what: $COUNT datagrams come back" $? 0 || cat "$RS_TMP/report"
	ok "$what: every frame the kernel sent is in driver_rx" rs_wait 5 taken "$ns" "$iface"
	is "$what: every byte, too" "$(told 'place("driver_rx")["bytes"]')" \
		$(($(kernel "$ns" "$iface" tx_bytes) * copies))
	is "$what: driver_tx has what the kernel got" \
		"$(told 'place("driver_tx")["frames"], place("driver_tx")["bytes"]')" \
		"($(kernel "$ns" "$iface" rx_packets), $(($(kernel "$ns" "$iface" rx_bytes) * copies)))"
	is "$what: the driver copies each frame $copies times, in and out" \
		"$(told '[(p["copies_per_frame"], p["copies"] == p["frames"] * p["copies_per_frame"],
			p["dma"], p["remaps"]) for p in d["places"] if p["driver"]]')" \
		"[($copies, True, 0, 0), ($copies, True, 0, 0)]"
	is "$what: the engine copies none" \
		"$(told '[p["copies_per_frame"] for p in d["places"] if not p["driver"]]')" \
		"[0, 0, 0, 0, 0]"
	is "$what: parse had every frame, look-up and service every datagram" \
		"$(told 'place("parse")["frames"] == place("driver_rx")["frames"],
			place("lookup")["frames"], place("service")["frames"],
			place("queue")["frames"], place("tx")["frames"] == place("driver_tx")["frames"]')" \
		"(True, $COUNT, $COUNT, 0, True)"
	is "$what: the sum" "$(told '[d["sum"][k] for k in ("driver_rx", "engine", "driver_tx")]')" \
		"[$copies, 0, $copies]"
}

# every WHAT: all were watched
every()
{
	is "$1: every frame was watched" "$(told 'd["samples"] == place("driver_rx")["frames"]')" True
	is "$1: every datagram was compared at every place" \
		"$(told '[place(p)["samples"] for p in ("lookup", "service", "tx")]')" \
		"[$COUNT, $COUNT, $COUNT]"
	is "$1: none was moved" "$(told '[p["moved"] + p["remapped"] for p in d["places"]
		if not p["driver"]]')" "[0, 0, 0, 0, 0]"
	is "$1: the last sixteen left a trail" "$(told 'len(d["trails"])')" 16
	is "$1: each payload at one address, in one buffer" "$(told 'all(len({(n["mbuf"],
		n["payload"]) for n in t["places"]}) == 1 for t in d["trails"])')" True
	is "$1: all the way" "$(told '[n["place"] for t in d["trails"] if t["end"] == "sent"
		for n in t["places"]][:6]')" \
		"['driver_rx', 'parse', 'lookup', 'service', 'tx', 'driver_tx']"
	is "$1: in memory of DPDK's, in the engine's pool" "$(told 'all(t["memory"]["dpdk"] and
		t["memory"]["zone"].startswith("MP_rsd_pool") and t["pool"] == "rsd_pool"
		for t in d["trails"])')" True
}

tap_start()
{
	rs_netns NS
	ok "$1: serves" rs_engine l "$NS" --port "tap:$IFACE" --ip 10.99.0.2/24 --cores 0 \
		--serve echo:9999 --serve discard:9,share=reuseaddr \
		--serve discard:9,share=reuseaddr "${@:2}" || { rs_engine_say l; tap_done; }
	nsenter "$NS" ip addr add 10.99.0.1/24 brd 10.99.0.255 dev "$IFACE"
	nsenter "$NS" ip link set "$IFACE" up
}

# The engine's only copies: of what is for several.
group_copies()
{
	nsenter "$NS" python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for i in range(5):
    s.sendto(bytes(100), ("10.99.0.255", 9))'
	rs_wait 5 taken "$NS" "$IFACE"
	is "copies for further receivers are declared, at the look-up" \
		"$(told 'place("lookup")["copies"], place("lookup")["bytes"]')" "(5, 500)"
	is "and nowhere else" "$(told 'sum(p["copies"] for p in d["places"]
		if not p["driver"])')" 5
	is "they are no part of a datagram that is answered" "$(told 'd["sum"]["engine"]')" 0
}

text()
{
	"$RINGSIDE" ctl --name "${RS_ID}l" ledger >"$RS_TMP/text"
	is "text: exit 0" $? 0
	ok "text: the sum" grep -qF "a datagram answered on port 0: 1 + 0 + 1 copies" "$RS_TMP/text"
	ok "text: a trail" grep -qE "service +[0-9]+ ns +mbuf 0x.* the same" "$RS_TMP/text"
	"$RINGSIDE" ctl --name "${RS_ID}l" --openmetrics ledger >"$RS_TMP/metrics"
	is "OpenMetrics: ends as it should" "$(tail -1 "$RS_TMP/metrics")" "# EOF"
	ok "OpenMetrics: the driver's copies" grep -qE '^ringside_place_copies_total\{name="[^"]*",place="driver_rx",port="0",driver="net_tap"\} '"$(told 'place("driver_rx")["frames"]')"'$' "$RS_TMP/metrics"
	is "OpenMetrics: every line is one" "$(grep -cvE '^(# (TYPE|HELP) ringside_[a-z_]+ .+|# EOF|ringside_[a-z_]+\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\} [0-9]+)$' "$RS_TMP/metrics")" 0
	"$RINGSIDE" ctl --name "${RS_ID}l" --openmetrics stats >"$RS_TMP/wrong" 2>&1
	is "OpenMetrics of something else: exit 2" $? 2
}

# leave WHAT COPIES: what it says at the end
leave()
{
	rs_engine_stop l
	is "$1: exit 0" $? 0 || rs_engine_say l
	ok "$1: says it at the end" grep -qE \
		"^ringside: copies of a datagram answered on port 0 \(net_[a-z_]+\): $2 \+ 0 \+ $2 " \
		"$RS_TMP/engine.l"
}

tap_start "tap" --ledger 1
exchange "tap" "$NS" "$IFACE" 1
every "tap"
text
group_copies
leave "tap" 1
ok "tap: says that nothing moved" grep -q "no payload was seen to move" "$RS_TMP/engine.l"

tap_start "tap, nothing watched"
exchange "tap, nothing watched" "$NS" "$IFACE" 1
is "tap, nothing watched: no samples, no trails" \
	"$(told 'd["sample_every"], d["samples"], d["trails"]')" "(0, 0, [])"
"$RINGSIDE" ctl --name "${RS_ID}l" ledger >"$RS_TMP/text"
ok "tap, nothing watched: says how to" grep -qF -- "--ledger 1024" "$RS_TMP/text"
leave "tap, nothing watched" 1

rs_netns NS
rs_netns FAR
rs_veth "$NS" veth0 "$FAR" veth0
nsenter "$NS" ip addr add 10.99.0.1/24 dev veth0
ok "af_packet: serves" rs_engine l "$FAR" --port afpacket:veth0 --ip 10.99.0.2/24 --cores 0 \
	--serve echo:9999 --ledger 1 || { rs_engine_say l; tap_done; }
exchange "af_packet" "$NS" veth0 2
every "af_packet"
leave "af_packet" 2

# 40 frames of a file, for nobody here: they come as far as parse.
python3 -c 'import struct, sys
frames = [bytes(12) + b"\x08\x00" + bytes(46 + i) for i in range(40)]
out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
for f in frames:
    out += struct.pack("<IIII", 0, 0, len(f), len(f)) + f
open(sys.argv[1], "wb").write(out)' "$RS_TMP/in.pcap"
file_read()
{
	ask && [ "$(told 'place("parse")["frames"]')" = 40 ]
}
ok "pcap: serves" rs_engine l "$NS" --port "pcap:$RS_TMP/in.pcap,$RS_TMP/out.pcap" \
	--ip 10.99.0.2/24 --cores 0 --ledger 1 || { rs_engine_say l; tap_done; }
ok "pcap: every frame of the file was received" rs_wait 5 file_read
is "pcap: and no datagram was among them" \
	"$(told 'place("lookup")["frames"], place("service")["frames"], d["samples"]')" "(0, 0, 40)"
is "pcap: bytes of the file times its copies" "$(told 'place("driver_rx")["bytes"] ==
	place("driver_rx")["copies_per_frame"] * sum(60 + i for i in range(40))')" True
is "pcap: their trails end at the first stage" \
	"$(told '{(t["end"], len(t["places"])) for t in d["trails"]}')" "{('left', 1)}"
rs_engine_stop l
is "pcap: exit 0" $? 0 || rs_engine_say l
ok "ring: serves" rs_engine l "$NS" --port ring --ip 10.99.0.2/24 --cores 0
ask
is "ring: nobody copies" "$(told '[d["sum"][k] for k in ("driver_rx", "engine", "driver_tx")]')" \
	"[0, 0, 0]"
rs_engine_stop l
is "ring: exit 0" $? 0 || rs_engine_say l
tap_done
