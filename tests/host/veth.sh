# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Sourced by run_afpacket.sh and run_afxdp.sh: the engine on one end of a veth, the kernel's client on
# the other.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
command -v ethtool >/dev/null || skip "needs ethtool"
COUNT=100000
[ "${RINGSIDE_LONG:-0}" = 0 ] || COUNT=1000000

# veth_start WHAT PORT QUEUES on|off: a cable, the client's transmit checksum offload on or off, and the
# engine at the far end
veth_start()
{
	WHAT="$1, $3 queue(s), client's checksum offload $4"
	rs_netns CLIENT_NS
	rs_netns ENGINE_NS
	rs_veth "$CLIENT_NS" veth0 "$ENGINE_NS" veth0
	nsenter "$CLIENT_NS" ip addr add 10.99.0.1/24 dev veth0
	nsenter "$CLIENT_NS" ethtool -K veth0 tx "$4" >"$RS_TMP/ethtool" 2>&1 ||
		skip "ethtool -K veth0 tx $4 is refused"
	ok "$WHAT: serves" rs_engine veth "$ENGINE_NS" --port "$2" --ip 10.99.0.2/24 \
		--serve echo:9999 --queues "$3" --cores "$(seq -s, 0 $(($3 - 1)))" ||
		{ rs_engine_say veth; return 1; }
}

veth_all_taken()
{
	[ "$(rs_told veth 'd["books"]["received"]') 0" = "$(rs_sent "$CLIENT_NS" veth0)" ]
}

veth_exchange()
{
	nsenter "$CLIENT_NS" ping -q -c 2 -i 0.2 -W 2 10.99.0.2 >"$RS_TMP/ping"
	is "$WHAT: answers ping" $? 0
	nsenter "$CLIENT_NS" "$CLIENT" --to 10.99.0.2:9999 --count $COUNT --flows 256 --window 128 \
		--sizes 0,1,17,18,64,512,1472 >"$RS_TMP/report" 2>&1
	is "$WHAT: $COUNT datagrams come back intact" $? 0 || cat "$RS_TMP/report"
	ok "$WHAT: all that the client's kernel sent was received" rs_wait 5 veth_all_taken
	is "$WHAT: the books balance" "$(rs_told veth 'd["books"]["balanced"]')" True
	is "$WHAT: every datagram is in answered" "$(rs_told veth 'd["counters"]["answered"]')" $COUNT
	is "$WHAT: nothing was dropped" "$(rs_told veth 'd["drops"]')" "{}"
}

# veth_checksums on|off: with offload on, sums are left to a NIC that is not there. One in 65536 of
# those is right by chance and needs no completion.
veth_checksums()
{
	local partial

	partial=$(rs_told veth 'd["counters"]["udp_csum_partial"]')
	if [ "$1" = off ]; then
		is "$WHAT: no sum had to be completed" "$partial" 0
	else
		ok "$WHAT: sums completed here: $partial" \
			[ "$partial" -le $COUNT -a "$partial" -ge $((COUNT - COUNT / 1000)) ]
	fi
	is "$WHAT: every sum was looked at" "$(rs_told veth 'd["counters"]["udp_csum_verified"]')" \
		$COUNT
}

veth_queues()
{
	rs_ask veth ports "$RS_TMP/ports"
	is "$WHAT: every queue has had frames" "$(rs_json "$RS_TMP/ports" '"%d %s" % (
		len(d["ports"][0]["queues"]),
		all(q["rx_frames"] > 0 for q in d["ports"][0]["queues"]))')" "$1 True"
}

veth_stop()
{
	rs_engine_stop veth
	is "$WHAT: SIGTERM: exit 0" $? 0 || rs_engine_say veth
	nsenter "$ENGINE_NS" ip link show veth0 >/dev/null
	is "$WHAT: the interface is as it was" $? 0
	ok "$WHAT: no file is left" rs_engine_traces veth
}
