#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Would the oracle see a mistake? Into copies of the table one mistake each is planted, and the oracle
# must find it within a minute, shrink it, and be able to run what it found again.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin faults
export RINGSIDE_BUILD=$RS_BUILD
PLANT=(python3 "$RS_ROOT/tests/oracle/plant.py")
ORACLE=$RS_TMP/oracle
OUT=$RS_TMP/out
LIMIT=60 # seconds to find a mistake in
SOCKS=4  # at most as many are left when it is shrunk

# The row that the oracle prints, run again by the same oracle: different again.
again()
{
	local row

	row=$(sed -n "s/^ *again: oracle --replay '\(.*\)'$/\1/p" "$OUT")
	[ -n "$row" ] && "$ORACLE" --replay "$row" >"$RS_TMP/again"
	[ $? = 1 ]
}

found()
{
	timeout $((LIMIT + 20)) "$ORACLE" --sets 10000000 --seconds $LIMIT --quiet --no-spread >"$OUT"
	STATUS=$?
	[ $STATUS != 77 ] || skip "namespaces or TAP devices cannot be made here"
	[ $STATUS = 1 ]
}

fault()
{
	local name=$1 sentence=$2 start

	ok "$name: can be planted" "${PLANT[@]}" "$name" "$ORACLE" || return 1
	start=$(date +%s%N)
	ok "$name: found, $sentence" found || { tail -n 20 "$OUT"; return 1; }
	echo "# found and shrunk in $((($(date +%s%N) - start) / 1000000)) ms"
	sed -n '/differ:$/,/again:/s/^/# /p' "$OUT"
	ok "$name: shrunk to $SOCKS sockets" [ "$(grep -o 'open [A-J]' "$OUT" | sort -u | wc -l)" -le $SOCKS ]
	ok "$name: the row differs again" again
}

while IFS=: read -r name sentence; do
	fault "$name" "${sentence# }"
done < <("${PLANT[@]}" --list)
tap_done
