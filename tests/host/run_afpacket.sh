#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The engine on an AF_PACKET socket: one ring and two, checksums whole and left to the NIC.
. "$(dirname "$0")/veth.sh"
rs_begin afpacket
CLIENT=$(rs_program udp_client) && rs_program ringside >/dev/null || exit 1

for queues in 1 2; do
	[ $queues -le "$(nproc)" ] || break
	for offload in off on; do
		veth_start "AF_PACKET" afpacket:veth0 $queues $offload || continue
		veth_exchange
		veth_checksums $offload
		veth_queues $queues
		veth_stop
	done
done
tap_done
