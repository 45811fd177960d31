#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The same sockets in Linux and in our table, the same datagrams to both: who receives, and what
# bind() and connect() say. Rows written by hand first, then random sets; another seed every time,
# which is printed. To see a failure again, or to look longer:
#
#   sudo ORACLE_SEED=123 ORACLE_SETS=100000 tests/host/oracle.sh
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin oracle
ORACLE=$(rs_program tests/oracle) || exit 1
CASES=$(dirname "$0")/../oracle/cases.txt
SETS=${ORACLE_SETS:-2000}
OUT=$RS_TMP/out

answers()
{
	local seed=()

	[ -z "${ORACLE_SEED:-}" ] || seed=(--seed "$ORACLE_SEED")
	"$ORACLE" --cases "$CASES" --sets "$SETS" "${seed[@]}" >"$OUT"
	STATUS=$?
	sed 's/^/# /' "$OUT"
	[ $STATUS != 77 ] || skip "namespaces or TAP devices cannot be made here"
	[ $STATUS = 0 ]
}

# A difference must be seen as one: this row says what is not so.
lies()
{
	local row='open A v4 0.0.0.0:7001 = ok; send dev1 10.1.0.9:9001 > 10.1.0.1:7001 = -'

	echo "$row" >"$RS_TMP/lie"
	"$ORACLE" --cases "$RS_TMP/lie" --table-only >"$OUT"
	is "a wrong row: exit 1" $? 1
	ok "a wrong row: what we say" grep -q "ours:  A" "$OUT"
	"$ORACLE" --cases "$RS_TMP/lie" --sets 0 --quiet >"$OUT"
	is "a wrong row, with Linux: exit 1" $? 1
	ok "a wrong row, with Linux: what Linux says" grep -q "now: .* = A$" "$OUT"
}

usage()
{
	"$ORACLE" --sets x >"$OUT" 2>&1
	is "a wrong number: exit 2" $? 2
	"$ORACLE" --replay 'open A' >"$OUT" 2>&1
	is "half a row: exit 3" $? 3
	ok "half a row: which" grep -q "not understood: open A" "$OUT"
}

replays()
{
	local row='open A v4 0.0.0.0:7001; send dev2 10.2.0.9:9001 > 10.2.0.1:7001'

	"$ORACLE" --replay "$row" >"$OUT"
	is "a row run again: exit 0" $? 0
	ok "a row run again: with Linux's answers" grep -q "open A v4 0.0.0.0:7001 = ok; .* = A$" "$OUT"
}

ok "Linux and the table agree on every row and on $SETS random sets" answers
if [ $STATUS = 0 ]; then
	ok "$SETS sets were compared, at least" \
		[ "$(awk '/sets compared/ {print $1}' "$OUT")" -ge "$SETS" ]
fi
lies
usage
replays
tap_done
