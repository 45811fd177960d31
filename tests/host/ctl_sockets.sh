#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Sockets of every kind in a running engine: that `ringside ctl sockets` lists them as they are, all
# pages of them, that `ringside explain` finds the one the engine would, and what --table counts.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
rs_begin ctl_sockets
RINGSIDE=$(rs_program ringside) && OPEN=$(rs_program tests/open_socks) || exit 1
OUT=$RS_TMP/out
ERR=$RS_TMP/err
NAME=${RS_ID}s
MANY=5000

settled()
{
	grep -q ready "$RS_TMP/engine" || rs_gone "$PID"
}

# start PORT SPEC...: an engine with these sockets
start()
{
	local port=$1

	shift
	RS_PREFIXES+=("$NAME")
	rs_spawn PID "$RS_TMP/engine" nsenter "$NS" "$OPEN" "$@" -- --name "$NAME" --port "$port" \
		--ip 10.0.0.1/24 --idle sleep
	rs_wait 60 settled && grep -q ready "$RS_TMP/engine" && return
	cat "$RS_TMP/engine" "$RS_TMP/engine.err"
	exit 1
}

sockets()
{
	"$RINGSIDE" ctl --name "$NAME" sockets "$@" >"$OUT" 2>"$ERR" || cat "$ERR"
}

# json SENTENCE EXPRESSION WANTED OPTION...
json()
{
	local sentence=$1 expression=$2 wanted=$3

	shift 3
	sockets --json "$@"
	is "$sentence" "$(rs_json "$OUT" "($expression)")" "$wanted"
}

# winner WORD...: whom explain finds among the engine's sockets
winner()
{
	"$RINGSIDE" explain --name "$NAME" --json "$@" >"$OUT" 2>"$ERR" || cat "$ERR"
	rs_json "$OUT" 'd["ringside"]["winner"]["name"] if d["ringside"]["winner"] else None'
}

every_kind()
{
	start ring any:9999,reuseport,name=a any:9999,reuseport,name=b \
		any:9999,reuseport,dev=0,name=dev any:9999,reuseport,cpu=0,name=core \
		any:9999,reuseport,peer=10.0.0.9:5000,name=flow 10.0.0.1:9999,reuseport,name=exact \
		'[::]:8888,v6only,name=six' '[::]:7777,name=dual' any:6666,reuseaddr,name=shared \
		any:6666,reuseaddr,name=newer
	json "all are there, by id" '[s["name"] for s in d["sockets"]]' "['a', 'b', 'dev', 'core', \
'flow', 'exact', 'six', 'dual', 'shared', 'newer']"
	json "one is connected, on the address its peer is reached from" \
		'[(s["name"], s["local"], s["peer"], s["peer_port"]) for s in d["sockets"]
			if s["state"] == "ESTAB"]' "[('flow', '10.0.0.1', '10.0.0.9', 5000)]"
	json "families" '[s["name"] for s in d["sockets"] if s["family"] == 6 and s["local"] == "::"]' \
		"['six', 'dual']"
	json "a device" '[(s["name"], s["dev"]) for s in d["sockets"] if s["dev"] is not None]' \
		"[('dev', 0)]"
	json "a preferred core" '[(s["name"], s["core"]) for s in d["sockets"]
		if s["core"] is not None]' "[('core', 0)]"
	json "flags" '[s["flags"] for s in d["sockets"] if s["name"] in ("a", "six", "newer")]' \
		"[['reuseport'], ['v6only'], ['reuseaddr']]"
	json "a group" 'len({(s["group"], s["group_size"]) for s in d["sockets"]
		if s["name"] in ("a", "b", "core")}) == 1 and d["sockets"][0]["group"]' 0
	json "those who share no group" '[s["group"] for s in d["sockets"]
		if s["name"] in ("six", "shared")]' "[None, None]"
	json "totals" 'd["totals"]["open"], d["totals"]["sockets"], d["totals"]["connected"]' \
		"(10, 10, 1)"
	json "one port's" '[s["name"] for s in d["sockets"]]' "['shared', 'newer']" --local 6666
	json "nobody's port" 'd["sockets"]' "[]" --local 6667
	sockets
	ok "as text: connected" grep -qE "^ESTAB +10\.0\.0\.1:9999 +10\.0\.0\.9:5000 +flow " "$OUT"
	ok "as text: IPv6" grep -qE "^UNCONN +\[::\]:8888 +\* +six " "$OUT"
	ok "as text: a group and its size" grep -qE "^UNCONN .* a .* #0 \([0-9]\)$" "$OUT"
	is "as text: columns" "$(awk 'NR <= 11 { print length }' "$OUT" | sort -u | wc -l)" 1
}

explained()
{
	is "explain: the connected one" "$(winner 10.0.0.1:9999 10.0.0.9:5000)" flow
	is "explain: exactly that address" "$(winner 10.0.0.1:9999 10.0.0.9:5001)" exact
	is "explain: a group that leads decides before an older one with the device" \
		"$(winner 10.0.0.2:9999 10.0.0.9:5001 --dev 0)" None
	is "explain: a group's member is the engine's secret" "$(winner 10.0.0.2:9999 10.0.0.9:5)" None
	is "explain: and says of which group" \
		"$(rs_json "$OUT" '(d["ringside"]["choice"]["index"],
			sorted(d["ringside"]["choice"]["members"]))')" "(None, [0, 1, 3])"
	is "explain: the newest" "$(winner 10.0.0.1:6666)" newer
	is "explain: a dual socket" "$(winner 10.0.0.1:7777)" dual
	is "explain: IPv6 only" "$(winner 10.0.0.1:8888)" None
	is "explain: another port" "$(winner 10.0.0.1:5)" None
}

pages()
{
	start ring many=$MANY any:9999,name=last
	json "$MANY connected and one more, each once and in order" \
		'len(d["sockets"]), [s["id"] for s in d["sockets"]] == list(range(len(d["sockets"]))),
		len({(s["peer"], s["peer_port"]) for s in d["sockets"]})' \
		"($((MANY + 1)), True, $((MANY + 1)))"
	json "their sum" 'd["totals"]["connected"]' $MANY
	json "the one on another port" '[s["name"] for s in d["sockets"]]' "['last']" --local 9999
	json "the tables: what is in them" '(lambda t: (t["entries"], sum(t["lines"]),
		sum(i * n for i, n in enumerate(t["fill"]))))(d["connected_v4"])' \
		"($MANY, $MANY, $MANY)" --table
	json "the tables: grown, not too full, not too empty" \
		'd["grown"] > 0 and 0.3 < d["connected_v4"]["occupancy"] <= 0.9' True --table
	json "the tables: the other is empty" 'd["connected_v6"]["entries"]' 0 --table
	json "the ports" 'd["ports"], d["open"]' "(2, $((MANY + 1)))" --table
	sockets --table
	ok "as text: bars" grep -qE "^ +1 line\(s\) +[0-9,]+ +[0-9.]+ %  #+$" "$OUT"
	is "explain: one of them" "$(winner 10.0.0.1:1000 10.1.0.0:1000)" many
	is "explain: none of them" "$(winner 10.0.0.1:1000 10.1.0.0:999)" None
}

# 70 datagrams to a queue of 64 that nobody reads
queued()
{
	[ -c /dev/net/tun ] || return 0
	start "tap:${RS_ID}q" queue=64 any:9999
	nsenter "$NS" ip addr add 10.0.0.9/24 dev "${RS_ID}q"
	nsenter "$NS" ip link set "${RS_ID}q" up
	nsenter "$NS" python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(70):
	s.sendto(b"wait", ("10.0.0.1", 4444))'
	ok "70 datagrams come" rs_wait 10 came 70
	json "a queue: what waits, what may, what found it full" '[(s["queue_fill"], s["queue_limit"],
		s["queue_full"], s["held"], s["dropped"]) for s in d["sockets"]]' \
		"[(64, 64, 6, 64, 6), (None, None, None, 0, 0)]"
	sockets
	ok "a queue, as text" grep -qE "^UNCONN .* queue .* 70 +0 +0 +6 +64/64 +-$" "$OUT"
	rs_stop "$PID"
	is "the engine ends well, with a full queue" $? 0
}

came()
{
	sockets --json --local 4444
	[ "$(rs_json "$OUT" 'd["totals"]["rx"]')" = "$1" ]
}

rs_netns NS
every_kind
explained
rs_stop "$PID"
is "the engine ends well" $? 0
pages
rs_stop "$PID"
is "the engine ends well, with many" $? 0
queued
tap_done
