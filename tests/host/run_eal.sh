#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The same engine started with EAL's own words in front of "--".
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
[ "$(nproc)" -ge 2 ] || skip "needs two CPUs: -l 0,1"
rs_begin eal
CLIENT=$(rs_program udp_client) && rs_program ringside >/dev/null || exit 1
rs_netns NS
IFACE=${RS_ID}e

ok "serves with -l 0,1 --no-pci --vdev=net_tap0" rs_engine_raw eal "$NS" -l 0,1 --no-pci --no-huge \
	"--file-prefix=${RS_ID}eal" "--vdev=net_tap0,iface=$IFACE" -- --ip 10.99.0.2/24 \
	--serve echo:9999 || { rs_engine_say eal; tap_done; }
nsenter "$NS" ip addr add 10.99.0.1/24 dev "$IFACE"
nsenter "$NS" ip link set "$IFACE" up
nsenter "$NS" ping -q -c 2 -i 0.2 -W 2 10.99.0.2 >/dev/null
is "answers ping" $? 0
nsenter "$NS" "$CLIENT" --to 10.99.0.2:9999 --count 20000 >"$RS_TMP/report" 2>&1
is "20000 datagrams come back intact" $? 0
is "ctl finds it by its file prefix; the books balance" \
	"$(rs_told eal 'd["books"]["balanced"]')" True
is "every datagram is in answered" "$(rs_told eal 'd["counters"]["answered"]')" 20000
rs_engine_stop eal
is "SIGTERM: exit 0" $? 0
nsenter "$NS" ip link show "$IFACE" >/dev/null 2>&1
is "the interface is gone" $? 1
ok "no file is left" rs_engine_traces eal

# words that EAL does not take: its own complaint, then ours, and not the whole of its manual
RS_PREFIXES+=("${RS_ID}bad")
for words in "--no-huge --in-memory" "-l 0,999" "--vdev=net_nonesuch0"; do
	# shellcheck disable=SC2086 # words
	timeout 20 nsenter "$NS" "$(rs_program ringside)" run $words --no-pci \
		"--file-prefix=${RS_ID}bad" -- --ip 10.99.0.2/24 >"$RS_TMP/out" 2>"$RS_TMP/err"
	status=$?
	ok "$words: exit 2 or 3, was $status" [ $status = 2 -o $status = 3 ]
	is "$words: the last line is ours" "$(tail -n 1 "$RS_TMP/err" | cut -d: -f1)" ringside
	ok "$words: no more than ten lines" [ "$(cat "$RS_TMP/out" "$RS_TMP/err" | wc -l)" -le 10 ]
	ok "$words: nothing left" rs_engine_traces bad
done
tap_done
