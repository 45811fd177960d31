#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Truncated, oversized, mis-summed and foreign frames on a TAP: frames.py knows them all.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin frames
rs_program ringside >/dev/null || exit 1
rs_netns NS
IFACE=${RS_ID}f
rs_engine frames "$NS" --port "tap:$IFACE" --ip 10.99.0.2/24 --serve echo:9999 ||
	{ rs_engine_say frames; exit 1; }
# The kernel has no address here and says nothing; its MTU lets oversized frames through to us.
nsenter "$NS" ip link set "$IFACE" up mtu 4000
rs_ask frames ports "$RS_TMP/ports"
nsenter "$NS" python3 "$(dirname "$0")/frames.py" "$(rs_program ringside)" "${RS_ID}frames" \
	"$IFACE" "$(rs_json "$RS_TMP/ports" 'd["ports"][0]["mac"]')"
status=$?
rs_engine_stop frames || { rs_engine_say frames; echo "not ok - the engine ends with 0"; exit 1; }
exit $status
