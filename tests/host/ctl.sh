#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# `ringside ctl` and the telemetry commands it asks: that what they say is what happened, that every
# wrong question is answered, that rude clients do no harm, and that stop means stopped.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin ctl
RINGSIDE=$(rs_program ringside) && CLIENT=$(rs_program udp_client) || exit 1
PEER=(python3 "$(dirname "$0")/ctl_peer.py")
NAME=${RS_ID}c
SOCKET=/var/run/dpdk/$NAME/dpdk_telemetry.v2
OUT=$RS_TMP/out
ERR=$RS_TMP/err

# ctl WORD...: both streams to files; its exit status
ctl()
{
	"$RINGSIDE" ctl "$@" >"$OUT" 2>"$ERR"
}

# refused SENTENCE STATUS PATTERN WORD...: one line on stderr that matches, nothing on stdout
refused()
{
	local sentence=$1 status=$2 pattern=$3

	shift 3
	ctl "$@"
	is "$sentence: exit $status" $? "$status"
	is "$sentence: one line" "$(wc -l <"$ERR") $(wc -c <"$OUT")" "1 0"
	ok "$sentence: says $pattern" grep -qE "^ringside: .*$pattern" "$ERR"
}

# answer LINE...: the engine's answers, one a line
answer()
{
	"${PEER[@]}" ask "$SOCKET" "$@"
}

usage()
{
	ctl --help
	is "--help: exit 0" $? 0
	ok "--help: on stdout" grep -q "^Usage: ringside ctl" "$OUT"
	refused "no question" 2 "stats, drops, ports, sockets, ledger, info or stop"
	refused "a misspelt question" 2 "did you mean stats" stast
	refused "a question far from any" 2 "expected stats, drops" zzzzzz
	refused "two questions" 2 "one question at a time" stats ports
	refused "an unknown option" 2 "--nmae: no such option" --nmae x stats
	refused "a value missing" 2 "--name: a value must follow" stats --name
	refused "a path for a name" 2 "--name: '../x'" --name ../x stats
	refused "an interval that is none" 2 "--interval: 'nan'" stats --interval nan
	refused "an interval below the least" 2 "--interval: '0'" stats --interval 0
	refused "a count of none" 2 "--count: '0'" stats --interval 1 --count 0
	refused "a count without an interval" 2 "--count: needs --interval" stats --count 3
	refused "watching ports" 2 "only stats can be watched" ports --interval 1
	refused "a local port of none" 2 "--local: 0 is out of range" sockets --local 0
	refused "a local port for something else" 2 "--local: only for sockets" ports --local 9
	refused "a table of something else" 2 "--table: only for sockets" stats --table
	refused "a table of one port" 2 "expected no --local beside it" sockets --table --local 9
	refused "too long a name" 2 "too long" --name "$(printf '%0200d' 0)" stats
}

# liar KIND STATUS PATTERN [WHAT]: ctl against something that is no engine
liar()
{
	local pid

	rs_spawn pid "$RS_TMP/liar" "${PEER[@]}" serve "$RS_TMP/$1/x/dpdk_telemetry.v2" "$1"
	rs_wait 10 grep -q ready "$RS_TMP/liar" || return 1
	refused "an engine that is $1" "$2" "$3" --dir "$RS_TMP/$1" --name x --timeout 0.3 "${4:-stats}"
	rs_stop "$pid"
}

liars()
{
	liar mute 1 "no answer within 0.3 s"
	liar silent 1 "no answer within 0.3 s"
	liar leave 1 "the engine has ended"
	liar garbage 1 "no JSON"
	liar list 1 "answered something else"
	liar other 1 "answered something else"
	liar empty 1 "keep getting in between"
	liar echo 1 "keep getting in between"
	liar error 1 "planted"
	liar unwilling 1 "planted" stop
	liar counters 1 "counts other things"
	liar null 3 "not ringside"
}

start()
{
	rs_netns NS
	ok "the engine serves" rs_engine c "$NS" --port "tap:$NAME" --ip 10.99.0.2/24 \
		--serve echo:9999 --serve discard:9 --idle sleep "$@" ||
		{ rs_engine_say c; tap_done; }
	nsenter "$NS" ip addr add 10.99.0.1/24 dev "$NAME"
	nsenter "$NS" ip link set "$NAME" up
}

# 5000 echoes, 300 datagrams to a port on which nothing is open
traffic()
{
	nsenter "$NS" "$CLIENT" --to 10.99.0.2:9999 --count 5000 --flows 64 >/dev/null 2>&1
	is "5000 datagrams are answered" $? 0
	nsenter "$NS" python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(300):
	s.sendto(b"nobody there", ("10.99.0.2", 4))'
	ok "300 more find nobody" rs_wait 10 counted 'd["drops"].get("udp_no_socket")' 300
}

counted()
{
	[ "$(rs_told c "$1")" = "$2" ]
}

# json WHAT EXPRESSION WANTED SENTENCE
json()
{
	# shellcheck disable=SC2086 # a question and its options
	ctl --name "$NAME" $1 --json || return 1
	is "$1: $4" "$(rs_json "$OUT" "($2)")" "$3"
}

answers_json()
{
	local what

	for what in stats drops ports sockets info; do
		ctl --json --name "$NAME" $what
		is "$what --json: exit 0" $? 0
		is "$what --json: an object with schema and name" \
			"$(rs_json "$OUT" '(d["schema"], d["name"])')" "(1, '$NAME')"
	done
	json stats 'd["books"]["balanced"], d["books"]["gap"]' "(True, 0)" "balanced"
	json stats 'd["counters"]["answered"]' 5000 "what the client got"
	json stats 'd["drops"]["udp_no_socket"]' 300 "what found nobody"
	json stats 'all(d["drops"].values())' True "only drops that happened"
	json stats 'all(sum(w["counters"][k] for w in d["per_worker"]) == n
		for k, n in d["counters"].items())' True "workers add up to the sum"
	json stats 'abs(d["cycles_per_packet"] * d["counters"]["rx_frames"] / d["busy_cycles"] - 1) <
		1e-9' True "the cost is cycles over frames"
	json stats '0 < d["pool"]["free"] <= d["pool"]["size"]' True "buffers"
	json drops '[(x["frames"], x["what"]) for x in d["drops"] if x["counter"] == "udp_no_socket"]' \
		"[(300, 'UDP to a port on which nothing is open')]" "reason and sentence"
	json drops 'sum(x["frames"] for x in d["drops"]) == d["total"]' True "add up to the total"
	json sockets '[(s["name"], s["local"], s["port"], s["rx"], s["answered"]) for s in
		d["sockets"]]' "[('echo', '0.0.0.0', 9999, 5000, 5000), ('discard', '0.0.0.0', 9, 0, 0)]" \
		"both, with their counts"
	json sockets 'all(sum(w["rx"] for w in s["per_worker"]) == s["rx"] for s in d["sockets"])' \
		True "workers add up to the socket"
	json sockets '[(s["state"], s["peer"], s["dev"], s["core"], s["group"], s["queue_limit"],
		s["flags"]) for s in d["sockets"]]' \
		"[('UNCONN', None, None, None, None, None, []), ('UNCONN', None, None, None, None, None, ['silent'])]" \
		"what they are"
	json sockets 'd["totals"]' "{'open': 2, 'sockets': 2, 'connected': 0, 'rx': 5000, \
'answered': 5000, 'delivered': 0, 'dropped': 0}" "totals"
	json "sockets --local 9" '[s["name"] for s in d["sockets"]], d["totals"]["open"]' \
		"(['discard'], 2)" "one port's"
	json "sockets --local 8" 'd["sockets"], d["totals"]["sockets"]' "([], 0)" "nobody's port"
	json "sockets --table" 'd["open"], d["ports"], d["ports_direct"], d["most_on_a_port"]' \
		"(2, 2, 2, 1)" "the port directory"
	json "sockets --table" '[(t["entries"], sum(t["fill"]) == t["buckets"], t["hash"] in
		("AES-128", "SipHash-1-3")) for t in (d["connected_v4"], d["connected_v6"])]' \
		"[(0, True, True), (0, True, True)]" "the tables of connected sockets"
	json ports 'd["ports"][0]["driver"], d["ports"][0]["spec"]' "('net_tap', 'tap:$NAME')" "device"
	json ports 'len(d["ports"][0]["queues"])' "$WORKERS" "a queue for each worker"
	json ports 'round(sum(q["share"] for q in d["ports"][0]["queues"]), 6)' 1.0 "shares add up"
	json ports 'sum(q["rx_frames"] for q in d["ports"][0]["queues"]) >= 5300' True "frames"
	json ports '{k: d["ports"][0]["copies"][k] for k in ("rx", "tx", "engine")}' \
		"{'rx': 1, 'tx': 1, 'engine': 0.0}" "tap copies, the engine does not"
	json ports 'all(isinstance(d["ports"][0][k], int) for k in ("imissed", "rx_nombuf", "mtu"))' \
		True "what the device counts"
	json info 'd["pid"] == '"${RS_ENGINE_PID[c]}" True "its process"
}

answers_text()
{
	ctl --name "$NAME" stats
	is "stats: exit 0" $? 0
	ok "stats: the books, with separators" grep -qE "^books: balanced, 5,[0-9]{3} in = 5," "$OUT"
	ok "stats: the reason, with its sentence" grep -qE " 300  udp_no_socket +UDP to a port" "$OUT"
	ok "stats: the cost" grep -qE "^cycles per packet +[0-9,]+\.[0-9]  the workers' bill" "$OUT"
	ctl drops --name "$NAME"
	ok "drops: the reason, with its sentence" grep -qE " 300  udp_no_socket +UDP to a port" "$OUT"
	ctl sockets --name="$NAME"
	ok "sockets: like ss" grep -qE \
		"^UNCONN +0\.0\.0\.0:9999 +\* +echo +\* +\* +5,000 +5,000 +0 +0 +- +-$" "$OUT"
	ok "sockets: a sum" grep -qE "^2 sockets, 0 connected; 5,000 received, 5,000 answered," "$OUT"
	ctl --name "$NAME" sockets --local 9
	is "sockets of a port: a heading, a socket, a sum" "$(wc -l <"$OUT")" 3
	ctl --name "$NAME" sockets --table
	ok "sockets --table: the directory" grep -qE "^port directory +2 of 65,535 ports" "$OUT"
	"$RINGSIDE" explain --name "$NAME" 10.99.0.2:9999 >"$OUT" 2>"$ERR"
	is "explain: asks the engine" $? 0
	ok "explain: the winner" grep -qE "^   #0 0\.0\.0\.0:9999 echo$" "$OUT"
	ctl --name "$NAME" ports
	ok "ports: copies by driver and engine" grep -q "1 in, 1 out; engine: 0 payload" "$OUT"
	is "ports: no promise that tap cannot keep" "$(grep -ciE 'zero.?copy' "$OUT")" 0
	ctl --name "$NAME" info
	ok "info: the version" grep -qE "^version +[0-9]+\.[0-9]+\.[0-9]+$" "$OUT"
	ctl --name "$NAME" stats --interval 0.2 --count 3
	is "watching: exit 0" $? 0
	is "watching: a heading and three lines" "$(wc -l <"$OUT")" 4
	ctl --name "$NAME" stats --interval 0.2 --count 2 --json
	is "watching: an object a line" "$(python3 -c 'import json, sys
print([json.loads(l)["balanced"] for l in sys.stdin])' <"$OUT")" "[True, True]"
	"$RINGSIDE" ctl --name "$NAME" stats --json >/dev/full 2>"$ERR"
	is "an answer that cannot be written: exit 1" $? 1
}

# every command with every wrong or odd parameter: JSON under its own name, and an error or an answer
questions()
{
	local cmd param lines=()

	for cmd in info stats drops ports sockets table stop; do
		for param in 9999999 z -1 0x0 "$(printf '9%0900d' 0)" '\\xff\\xfe\\x01' '0,0' ' 0'; do
			lines+=("/ringside/$cmd,$param")
		done
	done
	answer "${lines[@]}" >"$OUT"
	is "56 wrong parameters: 56 errors, told in JSON" "$(python3 -c 'import json, sys
print(sum("error" in v for l in sys.stdin for k, v in json.loads(l).items()))' <"$OUT")" 56
	answer /ringside/stats /ringside/stats, /ringside/stats,0 /ringside/ports /ringside/ports,0 \
		/ringside/sockets /ringside/sockets,0 /ringside/sockets,4095 /ringside/sockets,0,9 \
		/ringside/table /ringside/drops /ringside/info >"$OUT"
	is "12 right ones: 12 answers" "$(python3 -c 'import json, sys
print(sum(v["schema"] == 1 and "error" not in v for l in sys.stdin
	for v in json.loads(l).values()))' <"$OUT")" 12
	answer /ringside/nothing /ringside "/ringside/$(printf '%0300d' 1)" ,,, / >"$OUT"
	is "unknown, long and empty commands are answered" "$(wc -l <"$OUT")" 5
}

tools()
{
	command -v dpdk-telemetry.py >/dev/null || return 0
	printf '/ringside/stats\n/help,/ringside/stop\n/ringside/sockets,0\n' |
		dpdk-telemetry.py -f "$NAME" >"$OUT" 2>&1
	is "dpdk-telemetry.py can ask" "$(python3 -c 'import json, sys
a = [json.loads(l) for l in sys.stdin]
print(a[0]["/ringside/stats"]["books"]["balanced"], "stop" in a[1]["/help"]["/ringside/stop"],
	a[2]["/ringside/sockets"]["total"])' <"$OUT")" "1 True 2"
	is "and finds all eight commands" "$(echo / | dpdk-telemetry.py -f "$NAME" |
		grep -o '/ringside/[a-z]*' | wc -l)" 8
}

rude_clients()
{
	local pid pids=() i

	rs_spawn pid "$RS_TMP/hold" "${PEER[@]}" hold "$SOCKET" 10
	rs_wait 10 grep -q ready "$RS_TMP/hold"
	refused "ten idle clients" 1 "10 telemetry clients at a time" --name "$NAME" stats
	nsenter "$NS" ping -q -c 1 -W 2 10.99.0.2 >/dev/null
	is "ten idle clients: the engine goes on" $? 0
	rs_stop "$pid"
	ok "after they left: an answer" ctl --name "$NAME" stats
	"${PEER[@]}" slam "$SOCKET" 1000
	ok "1000 clients that left without reading: an answer" ctl --name "$NAME" stats
	for i in 1023 1024 100000 1000000; do
		is "a line of $i bytes: the next is answered" \
			"$("${PEER[@]}" flood "$SOCKET" $i 2>/dev/null | grep -c '"pid"')" 1
	done
	for i in 1 2 3 4 5 6; do
		(for _ in 1 2 3 4 5 6 7 8 9 10; do
			"$RINGSIDE" ctl --name "$NAME" stats --json | python3 -c 'import json, sys
assert json.load(sys.stdin)["books"]["balanced"]' || exit 1
		done) >/dev/null 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
		is "six at a time: ten right answers" $? 0
	done
}

hang()
{
	local begun=$SECONDS

	kill -STOP "${RS_ENGINE_PID[c]}"
	refused "an engine that hangs" 1 "no answer within 0.5 s" --name "$NAME" --timeout 0.5 stats
	refused "stopping one that hangs" 1 "no answer within 0.5 s" --name "$NAME" --timeout 0.5 stop
	ok "an engine that hangs: no long wait" [ $((SECONDS - begun)) -lt 5 ]
	kill -CONT "${RS_ENGINE_PID[c]}"
	ok "an engine that goes on: an answer" rs_wait 10 ctl --name "$NAME" info
}

stops()
{
	refused "another name: lists what runs" 3 "running:.* ?$NAME" --name "$NAME.not" stats
	setpriv --reuid 65534 --clear-groups "$RINGSIDE" --version >/dev/null 2>&1 &&
		ok "not root: says how" not_root
	ctl --name "$NAME" stop
	is "stop: exit 0" $? 0
	is "stop: says so" "$(cat "$OUT")" stopped
	is "stop: nothing runs any more" "$(ps -o stat= -p "${RS_ENGINE_PID[c]}" | tr -d 'Zs+ ')" ""
	wait "${RS_ENGINE_PID[c]}"
	is "stop: the engine ends with 0" $? 0
	ok "stop: no file is left" rs_engine_traces c
	refused "asked again" 3 "no engine named $NAME" --name "$NAME" stats
}

not_root()
{
	setpriv --reuid 65534 --clear-groups "$RINGSIDE" ctl --dir /var/run/dpdk --name "$NAME" stats \
		>"$OUT" 2>"$ERR"
	[ $? = 3 ] && grep -q "sudo ringside ctl" "$ERR"
}

killed()
{
	start
	kill -KILL "${RS_ENGINE_PID[c]}"
	wait "${RS_ENGINE_PID[c]}" 2>/dev/null
	refused "an engine that was killed" 3 "no engine named $NAME" --name "$NAME" stats
}

usage
liars
WORKERS=$(($(nproc) > 1 ? 2 : 1))
start --queues $WORKERS --cores "$(seq -s, 0 $((WORKERS - 1)))"
traffic
answers_json
answers_text
questions
tools
rude_clients
hang
stops
killed
tap_done
