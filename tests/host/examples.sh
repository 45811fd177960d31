#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The examples do what their first comment says, on a TAP.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin examples
for name in udp_responder rx_count recv_worker hold_and_answer; do
	rs_program $name >/dev/null || exit 1
done
CTL=$(rs_program ringside) || exit 1
rs_netns NS
IFACE=${RS_ID}x

# example NAME OPTIONS...: starts it and waits until its interface can be given an address.
example()
{
	local name=$1

	shift
	rs_spawn PID "$RS_TMP/$name" nsenter "$NS" "$(rs_program "$name")" "$@" \
		--name "$RS_ID$name" --port "tap:$IFACE" --ip 10.99.0.2/24
	RS_PREFIXES+=("$RS_ID$name")
	rs_wait 20 nsenter "$NS" ip addr add 10.99.0.1/24 dev "$IFACE" 2>/dev/null &&
		rs_wait 20 "$CTL" ctl --name "$RS_ID$name" stats >/dev/null 2>&1
}

# ask TEXT [PORT]: what the service there makes of it.
ask()
{
	nsenter "$NS" python3 - "$1" "${2:-7777}" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(5)
		s.sendto(sys.argv[1].encode(), ("10.99.0.2", int(sys.argv[2])))
		print(s.recv(2000).decode())
	PY
}

# flood N PORT: N datagrams, and what comes back. Not more than the kernel's queue in front of the TAP
# holds, and none before the engine's MAC is known: the kernel keeps but a few for a neighbour it has
# yet to find. So it has no reason to drop any.
flood()
{
	nsenter "$NS" ping -q -c 1 -W 5 10.99.0.2 >/dev/null || echo "no answer to ping"
	nsenter "$NS" python3 - "$1" "$2" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for i in range(int(sys.argv[1])):
		    s.sendto(bytes(i), ("10.99.0.2", int(sys.argv[2])))
		s.settimeout(0.5)
		try:
		    print(s.recv(2000))
		except TimeoutError:
		    print("silence")
	PY
}

# counted NAME: does it count as delivered all that was sent?
counted()
{
	"$CTL" ctl --name "$RS_ID$1" stats --json >"$RS_TMP/stats.json" &&
		[ "$(rs_json "$RS_TMP/stats.json" 'd["counters"]["delivered"]')" = "$sent" ]
}

ok "udp_responder: serves" example udp_responder
is "udp_responder: answers in upper case" "$(ask 'hello, Ringside 42')" "HELLO, RINGSIDE 42"
is "udp_responder: a long payload, too" "$(ask "$(printf 'abc%.0s' {1..490})")" \
	"$(printf 'ABC%.0s' {1..490})"
"$CTL" ctl --name "${RS_ID}udp_responder" stats --json >"$RS_TMP/stats.json"
is "udp_responder: books balance" "$(rs_json "$RS_TMP/stats.json" 'd["books"]["balanced"]')" True
is "udp_responder: two answers counted" \
	"$(rs_json "$RS_TMP/stats.json" 'd["counters"]["answered"]')" 2
rs_stop "$PID" 10
is "udp_responder: SIGTERM: exit 0" $? 0
nsenter "$NS" ip link show "$IFACE" >/dev/null 2>&1
is "udp_responder: its interface is gone" $? 1

ok "rx_count: serves" example rx_count
sent=400
is "rx_count: answers nothing" "$(flood $sent 9)" silence
ok "rx_count: all $sent datagrams are counted as delivered" rs_wait 5 counted rx_count
ok "rx_count: prints what it counts" rs_wait 5 grep -qE '^[0-9]+ datagrams/s' "$RS_TMP/rx_count"
rs_stop "$PID" 10
is "rx_count: SIGTERM: exit 0" $? 0

ok "recv_worker: serves" example recv_worker --threads 2
is "recv_worker: answers nothing" "$(flood $sent 5140)" silence
ok "recv_worker: all $sent datagrams are read" rs_wait 5 counted recv_worker
"$CTL" ctl --name "${RS_ID}recv_worker" stats --json >"$RS_TMP/stats.json"
is "recv_worker: none is held any more" "$(rs_json "$RS_TMP/stats.json" 'd["books"]["held"]')" 0
is "recv_worker: nothing was refused" \
	"$(rs_json "$RS_TMP/stats.json" 'd["counters"]["sock_queue_full"]')" 0
rs_stop "$PID" 10
is "recv_worker: SIGTERM: exit 0" $? 0
is "recv_worker: its threads read them all" \
	"$(awk '/^thread:/ { n += $2; t++ } END { print t, n }' "$RS_TMP/recv_worker")" "2 $sent"
is "recv_worker: they slept" "$(grep -c '^thread:.*slept [1-9]' "$RS_TMP/recv_worker")" 2

ok "hold_and_answer: serves" example hold_and_answer
is "hold_and_answer: looks it up" "$(ask colour 7070)" blue
is "hold_and_answer: another" "$(ask answer 7070)" 42
is "hold_and_answer: from memory of its own" "$(ask motto 7070)" \
	"What is sent from where it lies needs no copy, only patience."
is "hold_and_answer: knows no more" "$(ask nonsense 7070 2>/dev/null)" ""
"$CTL" ctl --name "${RS_ID}hold_and_answer" stats --json >"$RS_TMP/stats.json"
is "hold_and_answer: four were held" "$(rs_json "$RS_TMP/stats.json" 'd["counters"]["held_in"]')" 4
is "hold_and_answer: none is any more" "$(rs_json "$RS_TMP/stats.json" 'd["books"]["held"]')" 0
rs_stop "$PID" 10
is "hold_and_answer: SIGTERM: exit 0" $? 0
ok "hold_and_answer: its memory came back" grep -q '^the motto is ours again' "$RS_TMP/hold_and_answer"

"$(rs_program udp_responder)" --ip 10.99.0.2/24 --serve echo:7 --name "${RS_ID}serve" --port null \
	>"$RS_TMP/serve" 2>&1
is "udp_responder: refuses --serve, which it does not offer" $? 2
tap_done
