#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The shared-memory NIC between processes, without huge pages: testpmd against the engine on either
# side of it, two engines that answer one another, and ends that come and go.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/testpmd.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
command -v dpdk-testpmd >/dev/null || skip "needs dpdk-testpmd, package dpdk"
[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
rs_begin pair
rs_program ringside >/dev/null || exit 1
rs_netns NS
MAC_A=02:00:00:00:99:0a
MAC_VHOST=56:48:4f:53:54:00 # what DPDK's vhost driver gives its first port
TP_MEMORY="--no-huge -m 128"

# frames ENGINE: received so far
frames()
{
	rs_told "$1" 'd["books"]["received"]'
}

more_frames()
{
	[ "$(frames "$1")" -gt "$2" ]
}

same_frames()
{
	[ "$(frames "$1")" = "$2" ]
}

# What testpmd sends first, addressed to MAC; its answers to answers keep the frames going.
aim()
{
	echo "--eth-peer=0,$1 --tx-ip=10.99.0.1,10.99.0.2 --tx-udp=40000,9999 --txpkts=$2"
}

# circulate WHAT ENGINE SIZE: frames go round between testpmd "generator" and the engine
circulate()
{
	local sent

	tp_say generator "start tx_first 8"
	ok "$1: frames of $3 bytes go round" rs_wait 20 more_frames "$2" 20000
	tp_stop generator
	sent=$(tp_port generator TX-packets)
	ok "$1: every frame sent was received: $sent" rs_wait 5 same_frames "$2" "$sent"
	is "$1: every one was answered" "$(rs_told "$2" 'd["counters"]["answered"]')" "$sent"
	is "$1: the books balance" "$(rs_told "$2" 'd["books"]["balanced"]')" True
	is "$1: no payload was copied" "$(rs_told "$2" 'd["counters"]["payload_copied"]')" 0
}

engine_ends()
{
	rs_engine_stop "$2"
	is "$1: SIGTERM: exit 0" $? 0 || rs_engine_say "$2"
	ok "$1: no file is left" rs_engine_traces "$2"
}

behind_virtio_user()
{
	local what="virtio-user, $1 bytes" sock=$RS_TMP/a$1

	# shellcheck disable=SC2046 # words
	tp_start generator 1 "net_vhost0,iface=$sock,queues=1" $(aim $MAC_A "$1")
	ok "$what: serves" rs_engine a "$NS" --cores 0 --ip 10.99.0.2/24 --serve echo:9999 \
		--port "net_virtio_user0,path=$sock,queues=1,queue_size=1024,mac=$MAC_A"
	tp_wait generator 10 "link state change event"
	circulate "$what" a "$1"
	engine_ends "$what" a
	tp_quit generator
}

behind_vhost()
{
	local what="vhost" sock=$RS_TMP/v

	ok "$what: serves before there is a peer" rs_engine v "$NS" --cores 0 --port "vhost:$sock" \
		--ip 10.99.0.2/24 --serve echo:9999
	# shellcheck disable=SC2046 # words
	tp_start generator 1 "net_virtio_user0,path=$sock,queues=1,queue_size=1024" \
		$(aim $MAC_VHOST 64)
	circulate "$what" v 64
	tp_quit generator
	is "$what: goes on when its peer has left" "$(rs_told v 'd["books"]["balanced"]')" True
	engine_ends "$what" v
}

# A answers on port 9999, B on 40000; testpmd carries frames from one to the other as they are.
two_engines()
{
	local what="two engines" a=$RS_TMP/two.a b=$RS_TMP/two.b

	# shellcheck disable=SC2046 # words
	tp_start switch 1 "net_vhost0,iface=$a,queues=1 net_vhost1,iface=$b,queues=1" \
		--forward-mode=io $(aim $MAC_A 64) "--eth-peer=1,$MAC_VHOST"
	ok "$what: the first serves" rs_engine one "$NS" --cores 0 --ip 10.99.0.2/24 \
		--serve echo:9999 --port "net_virtio_user0,path=$a,queues=1,queue_size=1024,mac=$MAC_A"
	ok "$what: the second serves" rs_engine two "$NS" --cores 1 --ip 10.99.0.1/24 \
		--serve echo:40000 --port \
		"net_virtio_user0,path=$b,queues=1,queue_size=1024,mac=$MAC_VHOST"
	rs_wait 10 both_linked
	tp_say switch "start tx_first 2"
	ok "$what: each answers the other's answers" rs_wait 30 both_busy
	is "$what: 64 frames were for somebody else" \
		"$(rs_told two 'd["drops"].get("ip4_not_us")')" 64
	tp_stop switch
	engine_ends "$what, the first" one
	engine_ends "$what, the second" two
	tp_quit switch
}

both_linked()
{
	[ "$(tp_lines switch "link state change event")" -ge 2 ]
}

both_busy()
{
	more_frames one 5000 && more_frames two 5000
}

# Two engines on one wire: whichever ends first, the other goes on and ends well.
come_and_go()
{
	local sock=$RS_TMP/w

	rs_engine v "$NS" --cores 0 --port "vhost:$sock" --pipeline bounce
	is "coming and going: vhost bounces" $? 0
	ok "coming and going: virtio-user joins" rs_engine a "$NS" --cores 1 --ip 10.99.0.2/24 \
		--port "virtio-user:$sock"
	engine_ends "coming and going: virtio-user leaves first" a
	ok "coming and going: another one joins" rs_engine b "$NS" --cores 1 --ip 10.99.0.2/24 \
		--port "virtio-user:$sock"
	engine_ends "coming and going: vhost leaves first" v
	ok "coming and going: the socket is gone" [ ! -e "$sock" ]
	is "coming and going: the other one is alive" "$(rs_told b 'd["books"]["balanced"]')" True
	engine_ends "coming and going: virtio-user leaves last" b
}

behind_virtio_user 64
behind_virtio_user 1514
behind_vhost
two_engines
come_and_go
tap_done
