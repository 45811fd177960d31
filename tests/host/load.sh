#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Does `ringside load` tell what happened? Over kernel sockets against servers that lie, against the
# kernel's own echo and beside sockperf; over a DPDK port against the engine; and sockperf's client
# against the engine's sockperf service.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
rs_begin load
RINGSIDE=$(rs_program ringside) && RESPONDER=$(rs_program kernel_responder) || exit 1
rs_netns NS
rs_netns PEER
rs_veth "$NS" vload "$PEER" vload || exit 1
nsenter "$NS" ip addr add 10.97.0.1/24 dev vload
nsenter "$PEER" ip addr add 10.97.0.2/24 dev vload
TO=10.97.0.2:9999

# load OPTION...: its report to $RS_TMP/report
load()
{
	timeout 60 nsenter "$NS" "$RINGSIDE" load "$@" --json >"$RS_TMP/report" 2>"$RS_TMP/report.err"
}

told()
{
	rs_json "$RS_TMP/report" "$1"
}

counts()
{
	told '" ".join(str(d[k]) for k in ("sent", "answered", "lost", "duplicates", "reordered"))'
}

holds()
{
	[ "$(told "$1")" = True ]
}

# -- a server that lies about every thousandth ----------------------------------------------------

# lie KIND COUNT OPTION...: warm-up would count, too; a hello comes before everything
lie()
{
	local pid status

	rs_spawn pid "$RS_TMP/liar" nsenter "$PEER" python3 "$(dirname "$0")/liar.py" 10.97.0.2 9999 \
		"$1" 1000
	rs_wait 10 grep -q ready "$RS_TMP/liar" || return 1
	load $TO --count "$2" --rate 8000 --warmup 0 "${@:3}"
	status=$?
	rs_stop "$pid"
	return $status
}

ok "an honest server: exit 0" lie honest 4000
is "an honest server: nothing to tell" "$(counts)" "4000 4000 0 0 0"
is "what is told has a schema" "$(told 'd["schema"]')" 1
ok "both bills are told, and the system's is the larger" holds 'd["system_ns"] >= d["cpu_ns"] > 0'
ok "every answer has a latency" holds 'd["latency_ns"]["count"] == 4000'
ok "the quantiles are in order" holds 'sorted(d["latency_ns"][q] for q in
	("min", "p50", "p90", "p99", "p99.9", "p99.99", "max")) == [d["latency_ns"][q] for q in
	("min", "p50", "p90", "p99", "p99.9", "p99.99", "max")] and d["latency_ns"]["min"] > 1000'
ok "it kept to its rate" holds 'd["kept_up"] and d["send_ns"] >= 499000000'
lie drop 5000
is "every thousandth dropped is told" "$(counts)" "5000 4995 5 0 0"
is "as a share, too" "$(told 'd["loss"]')" 0.001
lie twice 5000
is "every thousandth doubled is told" "$(counts)" "5000 5000 0 5 0"
lie late 5050
is "every thousandth out of order is told" "$(counts)" "5050 5050 0 0 5"
lie flip 5000
is "a changed byte is no answer" "$(counts) $(told 'd["corrupt"]')" "5000 4995 5 0 0 5"
lie cut 5000
is "a byte missing is no answer" "$(counts) $(told 'd["wrong"]')" "5000 4995 5 0 0 5"
lie drop 5000 --flows 4 --per-flow
is "loss is told by flow" \
	"$(told 'sum(f["sent"] - f["answered"] for f in d["per_flow"]), len(d["per_flow"])')" "(5, 4)"
lie drop 5000 --outstanding 32 --rate 8000
is "what is lost does not stop a closed loop" "$(counts)" "5000 4995 5 0 0"
lie drop 2000 --size 7
is "payloads without room for a number are counted" "$(counts)" "2000 1998 2 0 0"

# -- the kernel's echo ----------------------------------------------------------------------------

rs_spawn pid "$RS_TMP/responder" nsenter "$PEER" "$RESPONDER" --mode recvfrom --bind $TO
rs_wait 10 grep -q ready "$RS_TMP/responder.err"
ok "a mix of sizes over many flows: exit 0" load $TO --count 20000 --outstanding 64 --flows 50 \
	--size 0:1,17:1,18:2,64:7,512:4,1472:1
is "a mix of sizes over many flows: all answered" "$(counts)" "20000 20000 0 0 0"
ok "two threads: exit 0" load $TO --count 5000 --rate 5000 --threads 2
is "two threads: all answered" "$(counts)" "5000 5000 0 0 0"
ok "jumbo payloads: exit 0" load $TO --count 500 --outstanding 4 --size 65507
is "jumbo payloads: all answered" "$(counts)" "500 500 0 0 0"
ok "a search for the zero-loss rate: exit 0" load $TO --search ndr --for 0.1 --precision 20 --quiet
ok "a search for the zero-loss rate: a rate, and the steps to it" holds \
	'(d["search"]["rate"] > 100 and d["search"]["settled"] and d["lost"] == 0 and
	len(d["search"]["steps"]) > (d["search"]["lost_from"] > 0))' ||
	told 'd["search"], d["lost"]'
ok "a search for 0.5 %: exit 0" load $TO --search pdr --for 0.1 --precision 20 --quiet
ok "a search for 0.5 %: a rate" holds 'd["search"]["limit"] == 0.005 and d["loss"] <= 0.005'

rs_spawn CTRLC "$RS_TMP/ctrlc" nsenter "$NS" "$RINGSIDE" load $TO --rate 1000 --for 60 --json
sleep 1.5
rs_stop "$CTRLC" 5
is "a signal ends it with what it has: exit 0" $? 0
ok "a signal ends it with what it has: told" [ "$(rs_json "$RS_TMP/ctrlc" \
	'0 < d["sent"] < 60000 and d["lost"] <= d["sent"] // 10')" = True ]
ok "a table for people" nsenter "$NS" "$RINGSIDE" load $TO --count 100 --latency --per-flow \
	>"$RS_TMP/table" 2>/dev/null
ok "a table for people: with quantiles" grep -qE 'p50 +p90 +p99 +p99.9 +p99.99 +max' "$RS_TMP/table"
is "progress goes to stderr" "$(timeout 20 nsenter "$NS" "$RINGSIDE" load $TO --for 1 --rate 1000 \
	--progress 2>&1 >/dev/null | grep -c 'answered')" 1
rs_stop "$pid"

load $TO
is "nobody there: exit 1" $? 1
is "nobody there: one line" "$(wc -l <"$RS_TMP/report.err")" 1
ok "nobody there: says so" grep -q "nobody listens on that port" "$RS_TMP/report.err"

# -- beside sockperf ------------------------------------------------------------------------------

# Half a round trip in us, as sockperf counts.
sockperf_p50()
{
	sed -n 's/.*percentile 50.000 = *\([0-9.]*\).*/\1/p' "$1"
}

if command -v sockperf >/dev/null && [ "$(nproc)" -ge 2 ]; then
	rs_spawn pid "$RS_TMP/sockperf" nsenter "$PEER" taskset -c 1 sockperf server --nonblocked \
		-i 10.97.0.2 -p 9998
	rs_wait 5 grep -q "to block on socket" "$RS_TMP/sockperf"
	ok "sockperf: its own client: exit 0" timeout 20 nsenter "$NS" taskset -c 0 sockperf ping-pong \
		--nonblocked -i 10.97.0.2 -p 9998 -t 1 >"$RS_TMP/pp" 2>&1
	rs_stop "$pid"
	rs_spawn pid "$RS_TMP/responder" nsenter "$PEER" taskset -c 1 "$RESPONDER" --mode recvfrom \
		--bind $TO
	rs_wait 10 grep -q ready "$RS_TMP/responder.err"
	ok "ping-pong: exit 0" load $TO --pingpong --nonblock --size 14 --for 1 --cores 0
	rs_stop "$pid"
	# How near they are is for tests/perf/pingpong and a quiet machine; here, that both are times.
	ok "sockperf and ping-pong: both tell a time between 1 us and 1 s" python3 -c 'import sys
sys.exit(not all(1 <= float(v) <= 1e6 for v in sys.argv[1:]))' "$(sockperf_p50 "$RS_TMP/pp")" \
		"$(told 'd["latency_ns"].get("p50", 0) / 2000 or d["send_ns"] / d["sent"] / 2000')"
fi

# -- over a DPDK port -----------------------------------------------------------------------------

# port OPTION...: against the engine on the other side of a shared-memory NIC
port()
{
	load 10.99.0.2:9999 --port "virtio-user:$RS_TMP/nic" --ip 10.99.0.1/24 --cores 0 "$@"
}

rs_engine nic "$NS" --port "vhost:$RS_TMP/nic" --ip 10.99.0.2/24 --serve echo:9999 \
	--serve sockperf:9998 --serve discard:9 || { rs_engine_say nic; exit 1; }
ok "over a port: exit 0" port --count 20000 --outstanding 64 --size imix --flows 1000
is "over a port: all answered, sums right" "$(counts) $(told 'd["bad_checksum"]')" \
	"20000 20000 0 0 0 0"
ok "over a port: short payloads: exit 0" port --count 5000 --outstanding 16 \
	--size 0:1,7:1,8:1,17:1,18:1,19:1,22:1,1472:1
is "over a port: short payloads: all answered" "$(counts)" "5000 5000 0 0 0"
ok "over a port: by rate: exit 0" port --rate 2000 --for 1
is "over a port: by rate: all sent" "$(told 'd["sent"], d["lost"]')" "(2000, 0)"
rs_ask nic stats "$RS_TMP/nic.stats"
is "over a port: the engine's books balance" \
	"$(rs_json "$RS_TMP/nic.stats" 'd["books"]["balanced"]')" True
is "over a port: the engine threw nothing away for its sum" \
	"$(rs_json "$RS_TMP/nic.stats" 'd["drops"].get("udp_csum", 0) + d["drops"].get("ip4_csum", 0)')" 0
load 10.99.0.77:9 --port "virtio-user:$RS_TMP/nic" --ip 10.99.0.1/24
is "over a port: nobody has that address: exit 1" $? 1
ok "over a port: nobody has that address: says so" grep -q "nobody answers ARP for 10.99.0.77" \
	"$RS_TMP/report.err"
rs_engine_stop nic
is "over a port: the engine ends with 0" $? 0
ok "over a port: no file is left" [ -z "$(ls -d /var/run/dpdk/load* 2>/dev/null)" ]

refused_one()
{
	[ "$(rs_told tap 'd["drops"].get("svc_drop", 0)')" = 1 ]
}

# -- sockperf's client against the engine ---------------------------------------------------------

if command -v sockperf >/dev/null && [ -c /dev/net/tun ]; then
	IFACE=${RS_ID}l
	rs_engine tap "$NS" --port "tap:$IFACE" --ip 10.98.0.2/24 --serve sockperf:9998 ||
		{ rs_engine_say tap; exit 1; }
	nsenter "$NS" ip addr add 10.98.0.1/24 dev "$IFACE"
	nsenter "$NS" ip link set "$IFACE" up
	for how in "ping-pong --nonblocked" "under-load --mps 500 --reply-every 1"; do
		# shellcheck disable=SC2086 # words
		ok "sockperf $how: exit 0" timeout 20 nsenter "$NS" sockperf $how -i 10.98.0.2 -p 9998 \
			-t 1 -m 100 >"$RS_TMP/sp" 2>&1
		ok "sockperf $how: tells a latency" grep -q "percentile 50.000" "$RS_TMP/sp" ||
			tail -n 5 "$RS_TMP/sp"
		ok "sockperf $how: nothing dropped, doubled or out of order" grep -q \
			"dropped messages = 0; # duplicated messages = 0; # out-of-order messages = 0" \
			"$RS_TMP/sp"
	done
	ok "sockperf throughput: exit 0" timeout 20 nsenter "$NS" sockperf throughput --mps 500 \
		-i 10.98.0.2 -p 9998 -t 1 -m 1000 >"$RS_TMP/sp" 2>&1
	ok "sockperf throughput: tells a rate" grep -q "Message Rate is" "$RS_TMP/sp"
	is "what wants no answer gets none" \
		"$(rs_told tap 'd["counters"]["delivered"] >= 100 and d["books"]["balanced"]')" True
	# too short for a message, and an answer of another server's
	nsenter "$NS" python3 - <<-'PY'
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.connect(("10.98.0.2", 9998))
		s.send(bytes(13))
		s.send(bytes(9) + bytes([2]) + bytes(4))
	PY
	ok "a message that is too short is refused" rs_wait 5 refused_one
	rs_engine_stop tap
	is "the engine ends with 0" $? 0
fi
tap_done
