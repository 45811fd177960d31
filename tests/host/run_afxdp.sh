#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The engine on an AF_XDP socket over veth, where the kernel copies: checksums whole and left to the
# NIC.
. "$(dirname "$0")/veth.sh"
rs_begin afxdp
CLIENT=$(rs_program udp_client) && rs_program ringside >/dev/null || exit 1
python3 -c 'import socket; socket.socket(44, socket.SOCK_RAW, 0)' 2>/dev/null ||
	skip "this kernel has no AF_XDP sockets"

for offload in off on; do
	veth_start "AF_XDP" afxdp:veth0 1 $offload || continue
	veth_exchange
	veth_checksums $offload
	veth_stop
	nsenter "$ENGINE_NS" ip -d link show veth0 | grep -q xdp
	is "$WHAT: no XDP program is left on the interface" $? 1
done
tap_done
