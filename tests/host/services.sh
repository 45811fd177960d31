#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The built-in services on a TAP, asked over kernel sockets by services.py.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin services
rs_program ringside >/dev/null || exit 1
rs_netns NS
IFACE=${RS_ID}s
rs_engine services "$NS" --port "tap:$IFACE" --ip 10.99.0.2/24 --serve echo:7 --serve echo:9999 \
	--serve discard:9 --serve time:37 || { rs_engine_say services; exit 1; }
nsenter "$NS" ip addr add 10.99.0.1/24 dev "$IFACE"
nsenter "$NS" ip link set "$IFACE" up
nsenter "$NS" python3 "$(dirname "$0")/services.py" "$(rs_program ringside)" \
	"${RS_ID}services" 10.99.0.2
status=$?
rs_engine_stop services ||
	{ rs_engine_say services; echo "not ok - the engine ends with 0"; exit 1; }
exit $status
