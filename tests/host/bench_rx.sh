#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The receivers that the engine is compared with, each between two namespaces: does it answer everything, see
# every payload, count what it did, and count its system calls as strace does? Do planted faults cost what they
# should?
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
command -v ethtool >/dev/null || skip "needs ethtool"
rs_begin bench_rx
CLIENT=$(rs_program udp_client) && RINGSIDE=$(rs_program ringside) || exit 1
COUNT=7000
TRACED=500
SUNK=2000
SPUN=5000
ADDR=10.98.0.2 PORT=9999
OTHER_MAC=02:00:00:00:99:02
CALLS=recvfrom,recvmmsg,sendto,sendmmsg,poll,io_uring_enter
rs_netns CLIENT_NS
rs_netns SERVER_NS

"$RINGSIDE" bench-rx --list >"$RS_TMP/list" || exit 1
mapfile -t NAMES < <(rs_json "$RS_TMP/list" '"\n".join(r["name"] for r in d["receivers"])')

# about NAME FIELD: what its row says; empty when it says nothing
about()
{
	rs_json "$RS_TMP/list" "next(r for r in d['receivers'] if r['name'] == '$1').get('$2', '')"
}

# A cable for one receiver: what an earlier one did to its cable is gone with it.
cable()
{
	nsenter "$CLIENT_NS" ip link del veth0 2>/dev/null
	rs_veth "$CLIENT_NS" veth0 "$SERVER_NS" veth0 || return 1
	nsenter "$CLIENT_NS" ip addr add 10.98.0.1/24 dev veth0
	nsenter "$SERVER_NS" ip addr add $ADDR/24 dev veth0
	[ "$(about "$1" needs_sums)" != True ] ||
		nsenter "$CLIENT_NS" ethtool -K veth0 tx off >"$RS_TMP/ethtool" 2>&1 || return 1
	[ "$(about "$1" needs_other_mac)" != True ] ||
		nsenter "$CLIENT_NS" ip neigh replace $ADDR lladdr $OTHER_MAC dev veth0 || return 1
	PEER=
	if [ "$(about "$1" needs_peer_xdp)" = True ]; then
		child PEER peer "$CLIENT_NS" "" peer-xdp --dev veth0 && said peer ready
	fi
}

# child VAR TAG NS WRAPPER WORDS...: a receiver's process, its lines in $RS_TMP/TAG; a pipe to it is held open
child()
{
	local var=$1 tag=$2 ns=$3 wrapper=$4 fd

	shift 4
	rm -f "$RS_TMP/$tag.in"
	mkfifo "$RS_TMP/$tag.in" || return 1
	# shellcheck disable=SC2016 # expanded by the inner shell
	rs_spawn "$var" "$RS_TMP/$tag" sh -c 'in=$1; shift; exec "$@" <"$in"' sh "$RS_TMP/$tag.in" \
		nsenter "$ns" $wrapper "$RINGSIDE" bench-rx "$@"
	exec {fd}>"$RS_TMP/$tag.in"
	printf -v "$tag"_pipe %s "$fd"
}

# said TAG EVENT: it wrote such a line; the last one is in $RS_TMP/TAG.line
said()
{
	rs_wait 10 grep -q "\"event\":\"\($2\|cannot\|failed\)\"" "$RS_TMP/$1"
	tail -n 1 "$RS_TMP/$1" >"$RS_TMP/$1.line"
	grep -q "\"event\":\"$2\"" "$RS_TMP/$1.line"
}

# over PID TAG: tell it to stop; its exit status
over()
{
	local pipe=$2_pipe fd status

	fd=${!pipe}
	echo stop >&"$fd"
	rs_wait 10 rs_gone "$1"
	exec {fd}>&-
	rs_stop "$1"
	status=$?
	tail -n 1 "$RS_TMP/$2" >"$RS_TMP/$2.line"
	return $status
}

count()
{
	rs_json "$RS_TMP/rx.line" "d['$1']"
}

# send N: datagrams of 64 bytes; the last byte of number i is i modulo 256
send()
{
	nsenter "$CLIENT_NS" python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(int(sys.argv[3])):
    s.sendto(bytes(63) + bytes([i & 255]), (sys.argv[1], int(sys.argv[2])))' $ADDR $PORT "$1"
}

# seen N: so many datagrams were, by now
seen()
{
	echo mark >&"$rx_pipe"
	rs_wait 1 said rx mark
	[ "$(count datagrams)" -ge "$1" ]
}

exchange()
{
	nsenter "$CLIENT_NS" "$CLIENT" --to $ADDR:$PORT --flows 16 --json "$@" >"$RS_TMP/report" 2>&1
}

echoes()
{
	child RX rx "$SERVER_NS" "" "$1" --dev veth0 --addr $ADDR --port $PORT && said rx ready ||
		{ ok "$1: starts" false; cat "$RS_TMP/rx" "$RS_TMP/rx.err"; over "$RX" rx; return; }
	exchange --count $COUNT --window 64 --sizes 0,1,17,18,64,512,1472
	is "$1: $COUNT datagrams come back intact" $? 0 || cat "$RS_TMP/report"
	over "$RX" rx
	is "$1: ends with 0" $? 0
	is "$1: saw each once, and answered it" "$(count datagrams) $(count answered)" "$COUNT $COUNT"
	is "$1: left nothing unsent, refused nothing" "$(count unsent) $(count refused)" "0 0"
	is "$1: counted the bytes" "$(count bytes)" \
		"$(python3 -c "s = (0, 1, 17, 18, 64, 512, 1472)
print(sum(s[i % len(s)] for i in range($COUNT)))")"
	PORT=$((PORT + 1))
}

# What the kernel reports of MSG_ZEROCOPY: on veth it copied after all.
completes()
{
	is "$1: every answer is reported as sent, and as copied" \
		"$(count completions) $(count copied)" "$COUNT $COUNT"
}

receives()
{
	child RX rx "$SERVER_NS" "" "$1" --dev veth0 --addr $ADDR --port $PORT --workload rx &&
		said rx ready || { ok "$1, rx: starts" false; cat "$RS_TMP/rx"; return; }
	send $SUNK
	ok "$1, rx: sees all" rs_wait 10 seen $SUNK
	over "$RX" rx
	is "$1, rx: each once, and their last bytes" "$(count datagrams) $(count last_bytes)" \
		"$SUNK $(python3 -c "print(sum(i & 255 for i in range($SUNK)))")"
	is "$1, rx: sends nothing" "$(count answered)" 0
	PORT=$((PORT + 1))
}

# The sums of strace, for the calls that are counted, as NAME=N; in the order of the report.
straced()
{
	awk -v names=$CALLS '$1 ~ /^[0-9.]+$/ && index("," names ",", "," $NF ",") {print $NF "=" $4}' "$1" | sort
}

counts_calls()
{
	child RX rx "$SERVER_NS" "strace -f -c -e trace=$CALLS -o $RS_TMP/strace" "$1" \
		--dev veth0 --addr $ADDR --port $PORT && said rx ready ||
		{ ok "$1: starts under strace" false; return; }
	exchange --count $TRACED --window 16 --sizes 64
	over "$RX" rx
	rs_json "$RS_TMP/rx.line" '"\n".join(sorted(f"{k}={n}" for k, n in d["calls"].items()))' \
		>"$RS_TMP/counted"
	straced "$RS_TMP/strace" >"$RS_TMP/straced"
	ok "$1: counts its system calls as strace does: $(tr '\n' ' ' <"$RS_TMP/counted")" \
		cmp -s "$RS_TMP/counted" "$RS_TMP/straced" || cat "$RS_TMP/strace"
	PORT=$((PORT + 1))
}

# cost NAME OPTION...: CPU time of the receiver in ns a datagram
cost()
{
	child RX rx "$SERVER_NS" "" "$1" --dev veth0 --addr $ADDR --port $PORT "${@:2}" && said rx ready
	exchange --count $SPUN --window 16 --sizes 64
	over "$RX" rx
	PORT=$((PORT + 1))
	rs_json "$RS_TMP/rx.line" "d['cpu_ns'] // d['datagrams']"
}

# The clock that is spun by runs on while others run on this CPU, so a spin may be a little short; and
# who is often interrupted pays for that, too. So a quiet moment is looked for, up to five times.
spin_is_told()
{
	local without with

	without=$(cost "$1")
	with=$(cost "$1" --plant-spin 20000)
	echo "# $1: $without ns without, $with with 20 us planted"
	[ $((with - without)) -ge 16000 ] && [ $((with - without)) -le 26000 ]
}

planted()
{
	local with told=false

	for _ in 1 2 3 4 5; do
		spin_is_told "$1" && told=true && break
	done
	ok "$1: 20 us planted are 16 to 26 us more" $told
	with=$(cost "$1" --plant-copy 1)
	ok "$1: answers with a planted copy" [ "$with" -gt 0 ]
}

# refuses WHAT STATUS WORDS...: with one line, and this exit status
refuses()
{
	nsenter "$SERVER_NS" "$RINGSIDE" bench-rx "${@:3}" >"$RS_TMP/refused" 2>&1 </dev/null
	is "$1: exit $2" $? "$2"
	is "$1: one line" "$(wc -l <"$RS_TMP/refused")" 1
}

for name in "${NAMES[@]}"; do
	why=$(about "$name" why)
	if [ -n "$why" ]; then
		echo "# $name: $why"
		continue
	fi
	cable "$name" || { ok "$name: a cable" false; continue; }
	echoes "$name"
	[ "$name" != msg-zerocopy ] || completes "$name"
	[ "$(about "$name" echo_only)" = True ] || receives "$name"
	if ! command -v strace >/dev/null; then
		echo "# $name: no strace here, system calls are not compared"
	elif [ "${name#*-spin}" = "$name" ] && [ "${name#*-busy}" = "$name" ]; then
		counts_calls "$name"
	fi
	[ -z "$PEER" ] || over "$PEER" peer
done

cable recvfrom
planted recvfrom
AT="--dev veth0 --addr $ADDR --port 9"
refuses "no such receiver" 2 recvfron $AT
refuses "no such interface" 2 recvfrom --dev veth9 --addr $ADDR --port 9
refuses "no port" 2 recvfrom --dev veth0 --addr $ADDR
refuses "no such workload" 2 recvfrom $AT --workload sink
refuses "an address of somebody else" 3 recvfrom --dev veth0 --addr 10.98.0.77 --port 9
is "an address of somebody else: and why" "$(rs_json "$RS_TMP/refused" 'd["why"]')" \
	"bind to port 9: Cannot assign requested address"
refuses "receiving only, by a way to send" 3 msg-zerocopy $AT --workload rx
[ -n "$(about xdp_tx why)" ] || refuses "a fault in the kernel" 3 xdp_tx $AT --plant-spin 1
tap_done
