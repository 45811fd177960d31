#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What drivers copy: seen, for those on the kernel's network; and as the engine, ctl and bench say it.
# None of them may speak of "zero-copy" over a device that copies.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin facts
RINGSIDE=$(rs_program ringside) && OBSERVE=$(rs_program tests/observe_kernel) &&
	SAMPLE=$(rs_program tests/bench_sample) || exit 1
WORD='zero[- ]cop(y|ie)'

# seen: each fact against what one frame does
seen()
{
	"$OBSERVE" >"$RS_TMP/seen" 2>"$RS_TMP/seen.err"
	STATUS=$?
	sed 's/^/# /' "$RS_TMP/seen"
	[ $STATUS != 77 ] || skip "namespaces, veth or TAP devices cannot be made here"
	[ $STATUS = 0 ] || sed 's/^/# /' "$RS_TMP/seen.err"
	return $STATUS
}

# said NAME: all an engine and ctl have to say, into $RS_TMP/said.NAME
said()
{
	local what

	{
		rs_engine_say "$1"
		for what in stats ports drops sockets ledger; do
			"$RINGSIDE" ctl --name "$RS_ID$1" "$what"
			"$RINGSIDE" ctl --name "$RS_ID$1" "$what" --json
		done
	} >"$RS_TMP/said.$1" 2>&1
	rs_engine_stop "$1"
	rs_engine_say "$1" >>"$RS_TMP/said.$1"
}

silent()
{
	! grep -qiE "$WORD" "$1"
}

# copies NAME WANTED: what `ctl ports` and `ctl ledger` say of each port
copies()
{
	rs_ask "$1" ports "$RS_TMP/ports" && rs_ask "$1" ledger "$RS_TMP/ledger" || return 1
	is "ctl ports: in and out of each port" "$(rs_json "$RS_TMP/ports" \
		'[[p["driver"], p["copies"]["rx"], p["copies"]["tx"]] for p in d["ports"]]')" "$2"
	is "ctl ledger: the same" "$(rs_json "$RS_TMP/ledger" \
		'[[p["driver"], p["copies_per_frame"], q["copies_per_frame"]] for p in d["places"] for q in d["places"]
		if p["place"] == "driver_rx" and q["place"] == "driver_tx" and p["port"] == q["port"]]')" "$2"
}

# A capture without a packet is a capture.
capture()
{
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\377\377\0\0\1\0\0\0' >"$1"
}

copying()
{
	capture "$RS_TMP/in.pcap"
	rs_engine slow "$NS" --port tap:rsf0 --port afpacket:rsf1 --port "memif:$RS_TMP/m,server" \
		--port "pcap:$RS_TMP/in.pcap,$RS_TMP/out.pcap" --ip 10.9.0.2/24 || {
		rs_engine_say slow
		return 1
	}
	copies slow "[['net_tap', 1, 1], ['net_af_packet', 2, 2], ['net_memif', 1, 1], ['net_pcap', 3, 2]]"
	said slow
	ok "run says who copies" grep -q "copies a frame outside the engine: 2 in, 2 out (receive: the kernel copies" \
		"$RS_TMP/said.slow"
	ok "over devices that copy nobody says zero-copy" silent "$RS_TMP/said.slow"
}

xdp()
{
	python3 -c 'import socket; socket.socket(44, socket.SOCK_RAW, 0)' 2>/dev/null || {
		echo "# no AF_XDP sockets here"
		return
	}
	rs_engine xdp "$NS" --port afxdp:rsf1 --ip 10.9.0.2/24 || {
		rs_engine_say xdp
		return 1
	}
	copies xdp "[['net_af_xdp', 1, 1]]"
	said xdp
	ok "af_xdp: the kernel told the mode" grep -q "known: told by XDP_OPTIONS" "$RS_TMP/said.xdp"
	ok "af_xdp in copy mode: nobody says zero-copy" silent "$RS_TMP/said.xdp"
}

# The engine as a guest, and another as its NIC.
shared()
{
	rs_engine nic "$NS" --port "vhost:$RS_TMP/v" --ip 10.9.0.1/24 &&
		rs_engine guest "$NS" --port "virtio-user:$RS_TMP/v" --ip 10.9.0.2/24 || {
		rs_engine_say guest
		return 1
	}
	copies nic "[['net_vhost', 1, 1]]"
	copies guest "[['net_virtio_user', 0, 0]]"
	said guest
	said nic
	ok "virtio-user: it is said that the peer copies" \
		grep -q "outside the engine: none here: the peer copies" "$RS_TMP/said.guest"
	cat "$RS_TMP/said.nic" >>"$RS_TMP/said.guest"
	ok "virtio-user and vhost: nobody says zero-copy" silent "$RS_TMP/said.guest"
}

copying_nothing()
{
	rs_engine ring "$NS" --port ring --ip 10.9.0.2/24 || return 1
	copies ring "[['net_ring', 0, 0]]"
	said ring
	ok "over a device that copies nothing it is said" \
		grep -q "outside the engine: none: zero-copy (the pointer changes hands)" "$RS_TMP/said.ring"
}

bench()
{
	"$RINGSIDE" bench --list >"$RS_TMP/bench" 2>&1
	ok "bench --list lists" grep -q msg-zerocopy "$RS_TMP/bench"
	"$RINGSIDE" bench --help >>"$RS_TMP/bench" 2>&1
	"$SAMPLE" json >"$RS_TMP/bench.json"
	"$RINGSIDE" bench --show "$RS_TMP/bench.json" --html "$RS_TMP/bench.html" >>"$RS_TMP/bench" 2>&1
	cat "$RS_TMP/bench.json" "$RS_TMP/bench.html" >>"$RS_TMP/bench"
	ok "bench shows copies" grep -q "2+2" "$RS_TMP/bench"
	ok "bench: most rows copy, none says zero-copy" silent "$RS_TMP/bench"
}

ok "what the kernel's drivers copy is what was seen" seen
rs_netns NS && nsenter "$NS" ip link add rsf1 type veth peer name rsf2 && nsenter "$NS" ip link set rsf1 up &&
	nsenter "$NS" ip link set rsf2 up || skip "no veth can be made here"
ok "an engine on four devices that copy" copying
xdp
ok "an engine on virtio-user, and one on vhost" shared
ok "an engine on a ring" copying_nothing
bench
tap_done
