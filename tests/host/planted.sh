#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# An engine that copies payloads at one place, over a TAP (tests/planted/plant.h). Its answers are
# right and its books balance. But the ledger has one copy more, its custody is broken at that place
# and no other, it ends with 1; and the guard ends it there before any of this. Of its twin without
# the fault nothing of the kind is said. What such a copy costs is slope-planted's to find.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin planted
CLIENT=$(rs_program udp_client) && CTL=$(rs_program ringside) &&
	rs_program recv_worker >/dev/null || exit 1
PLACES="parse lookup service queue tx"
COUNT=300
rs_netns NS
IFACE=${RS_ID}p

# The command; or where datagrams have to be kept the example that does.
program()
{
	case $1-$2 in
	queue-planted) echo "$RS_BUILD/tests/recv_worker-planted" --threads 1 ;;
	queue-clean) echo "$(rs_program recv_worker)" --threads 1 ;;
	*-planted) echo "$RS_BUILD/tests/ringside-planted" run --serve echo:9999 ;;
	*-clean) echo "$CTL" run --serve echo:9999 ;;
	esac
}

serves()
{
	"$CTL" ctl --name "$RS_ID$1" stats >/dev/null 2>&1
}

# start PLACE planted|clean OPTION...
start()
{
	local place=$1 words

	words=$(program "$place" "$2")
	shift 2
	# shellcheck disable=SC2086 # words
	rs_spawn PID "$RS_TMP/engine" nsenter "$NS" env RINGSIDE_PLANT="$place" $words "$@" \
		--name "$RS_ID$place" --port "tap:$IFACE" --ip 10.99.0.2/24 --udp-checksum skip
	RS_PREFIXES+=("$RS_ID$place")
	rs_wait 30 nsenter "$NS" ip addr add 10.99.0.1/24 dev "$IFACE" 2>/dev/null &&
		nsenter "$NS" ip link set "$IFACE" up && rs_wait 30 serves "$place" && return
	rs_stop "$PID"
	cat "$RS_TMP/engine" "$RS_TMP/engine.err"
	return 1
}

# Datagrams through that place: echoes, compared byte by byte; or such as are read and released.
exchange()
{
	if [ "$1" != queue ]; then
		nsenter "$NS" timeout 30 "$CLIENT" --to 10.99.0.2:9999 --count $COUNT --flows 8 \
			--timeout 0.5 --sizes 18,400,1472 >"$RS_TMP/report" 2>&1
		return
	fi
	nsenter "$NS" ping -q -c 1 -W 5 10.99.0.2 >/dev/null &&
		nsenter "$NS" python3 - $COUNT <<-'PY'
			import socket, sys
			s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
			for i in range(int(sys.argv[1])):
			    s.sendto(bytes(18 + i), ("10.99.0.2", 5140))
		PY
}

# Have they all come to an end?
through()
{
	"$CTL" ctl --name "$RS_ID$1" stats --json >"$RS_TMP/stats.json" &&
		[ "$(rs_json "$RS_TMP/stats.json" \
			'd["counters"]["answered"] + d["counters"]["delivered"]')" = $COUNT ]
}

# Of the ledger: where something moved, at how many places all that was looked at, and how many
# copies by the engine a datagram has.
ledger()
{
	"$CTL" ctl --name "$RS_ID$1" ledger --json >"$RS_TMP/ledger.json" 2>/dev/null
	if [ "$1-$2" = queue-planted ]; then
		rs_json "$RS_TMP/ledger.json" '"%s, %s, %.0f copies" % (
			" ".join(p["place"] for p in d["places"] if p.get("moved")) or "nowhere",
			"most" if any(p.get("moved", 0) * 2 > p.get("samples", 0) > 0
				for p in d["places"]) else "few",
			d["sum"]["engine"])'
		return
	fi
	rs_json "$RS_TMP/ledger.json" '"%s, all of %d, %g copies" % (
		" ".join(p["place"] for p in d["places"] if p.get("moved")) or "nowhere",
		sum(p["moved"] == p["samples"] for p in d["places"] if p.get("moved")),
		d["sum"]["engine"])'
}

# watched PLACE planted|clean: under --ledger 1.
watched()
{
	local place=$1 how=$2 want status

	ok "$how, $place: serves" start "$place" "$how" --ledger 1 || return
	ok "$how, $place: every datagram is served" exchange "$place"
	ok "$how, $place: and counted" rs_wait 5 through "$place"
	want="nowhere, all of 0, 0 copies" status=0
	[ "$how" = clean ] || want="$place, all of 1, 1 copies" status=1
	# What a reader gives back while the others are being copied is not copied: most of them are.
	[ "$how-$place" != planted-queue ] || want="queue, most, 1 copies"
	is "$how, $place: where the ledger saw payloads move" "$(ledger "$place" "$how")" "$want"
	"$CTL" ctl --name "$RS_ID$place" ledger >"$RS_TMP/ledger.txt" 2>&1
	is "$how, $place: exit status of ctl ledger" $? $status
	rs_stop "$PID"
	is "$how, $place: exit status of the engine" $? $status
	cat "$RS_TMP/engine" "$RS_TMP/engine.err" >"$RS_TMP/said"
	ok "$how, $place: the books balance" grep -q "books.*balance" "$RS_TMP/said"
	if [ "$how" = planted ]; then
		ok "$place: ctl says where" grep -q "custody broken at $place" "$RS_TMP/ledger.txt"
		ok "$place: so does the engine at its end" grep -q "custody broken at $place" "$RS_TMP/said"
	else
		is "$place: nobody speaks of custody broken" \
			"$(cat "$RS_TMP/ledger.txt" "$RS_TMP/said" | grep -c 'custody broken')" 0
	fi
}

# guarded PLACE planted|clean
guarded()
{
	local place=$1 how=$2

	ok "$how, $place: serves under the guard" start "$place" "$how" --guard || return
	if [ "$how" = clean ]; then
		ok "clean, $place: every datagram is served" exchange "$place"
		ok "clean, $place: and counted" rs_wait 5 through "$place"
		rs_stop "$PID"
		is "clean, $place: exit status of the engine" $? 0
		return
	fi
	exchange "$place"
	ok "planted, $place: the guard ends it" rs_wait 10 rs_gone "$PID"
	rs_stop "$PID"
	is "planted, $place: with 1" $? 1
	is "planted, $place: and names the place" \
		"$(sed -n 's/^ringside: guard: \(stage [a-z]* read\) byte .*/\1/p' "$RS_TMP/engine.err")" \
		"stage $place read"
}

for place in $PLACES; do
	guarded "$place" planted
	watched "$place" planted
done
for place in service queue; do
	guarded "$place" clean
	watched "$place" clean
done
tap_done
