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
rs_program udp_responder >/dev/null && rs_program rx_count >/dev/null || exit 1
CTL=$(rs_program ringside) || exit 1
rs_netns NS
IFACE=${RS_ID}x

# example NAME OPTIONS...: starts it and waits until its interface can be given an address.
example()
{
	local name=$1

	shift
	rs_spawn PID "$RS_TMP/$name" nsenter "$NS" "$(rs_program "$name")" --name "$RS_ID$name" \
		--port "tap:$IFACE" --ip 10.99.0.2/24 "$@"
	RS_PREFIXES+=("$RS_ID$name")
	rs_wait 20 nsenter "$NS" ip addr add 10.99.0.1/24 dev "$IFACE" 2>/dev/null &&
		rs_wait 20 "$CTL" ctl --name "$RS_ID$name" stats >/dev/null 2>&1
}

# ask TEXT: what the service on port 7777 makes of it.
ask()
{
	nsenter "$NS" python3 - "$1" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(5)
		s.sendto(sys.argv[1].encode(), ("10.99.0.2", 7777))
		print(s.recv(2000).decode())
	PY
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
# Fewer than the kernel's queue in front of the TAP holds, and none before the engine's MAC is known: the
# kernel keeps but a few for a neighbour it has yet to find. So it has no reason to drop any.
nsenter "$NS" ping -q -c 1 -W 5 10.99.0.2 >/dev/null
is "rx_count: answers ping" $? 0
sent=400
is "rx_count: answers nothing" "$(nsenter "$NS" python3 - $sent <<-'PY'
	import socket, sys
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	for i in range(int(sys.argv[1])):
	    s.sendto(bytes(i), ("10.99.0.2", 9))
	s.settimeout(0.5)
	try:
	    print(s.recv(2000))
	except TimeoutError:
	    print("silence")
PY
)" silence
counted()
{
	"$CTL" ctl --name "${RS_ID}rx_count" stats --json >"$RS_TMP/stats.json" &&
		[ "$(rs_json "$RS_TMP/stats.json" 'd["counters"]["delivered"]')" = "$sent" ]
}
ok "rx_count: all $sent datagrams are counted as delivered" rs_wait 5 counted
ok "rx_count: prints what it counts" rs_wait 5 grep -qE '^[0-9]+ datagrams/s' "$RS_TMP/rx_count"
rs_stop "$PID" 10
is "rx_count: SIGTERM: exit 0" $? 0

"$(rs_program udp_responder)" --ip 10.99.0.2/24 --serve echo:7 --name "${RS_ID}serve" --port null \
	>"$RS_TMP/serve" 2>&1
is "udp_responder: refuses --serve, which it does not offer" $? 2
tap_done
