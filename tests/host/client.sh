#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Does the verifying client notice what it is there to notice? And does the kernel responder, the
# baseline of all comparisons, answer everything by both of its ways?
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
rs_begin client
CLIENT=$(rs_program udp_client) && RESPONDER=$(rs_program kernel_responder) || exit 1
rs_netns NS
IN="nsenter $NS"
TO=127.0.0.1:9999

client()
{
	$IN "$CLIENT" --to $TO --json "$@" >"$RS_TMP/report" 2>/dev/null
}

# lie KIND COUNT: the client's report on a liar
lie()
{
	local pid status

	rs_spawn pid "$RS_TMP/liar" $IN python3 "$(dirname "$0")/liar.py" 127.0.0.1 9999 "$1"
	rs_wait 10 grep -q ready "$RS_TMP/liar" || return 1
	client --count "$2" --window 64 --flows 1 --timeout 1 "${@:3}"
	status=$?
	rs_stop "$pid"
	return $status
}

# the report's numbers: lost duplicates corrupt wrong_length reordered late
told()
{
	rs_json "$RS_TMP/report" '" ".join(str(d[k]) for k in
		("lost", "duplicates", "corrupt", "wrong_length", "reordered", "late"))'
}

# caught SENTENCE KIND TOLD [OPTION...]: 20 lies among 2000, seen and told as TOLD
caught()
{
	lie "$2" 2000 "${@:4}"
	is "$1: exit 1" $? 1
	is "$1: told" "$(told)" "$3"
}

lie honest 2000
is "an honest server: exit 0" $? 0
is "an honest server: nothing to tell" "$(told)" "0 0 0 0 0 0"
caught "a datagram not answered" drop "20 0 0 0 0 0"
caught "a datagram answered twice" twice "0 20 0 0 0 0"
caught "the last byte changed" flip "20 0 20 0 0 0" --sizes 64,512,1472
caught "a bit of the time stamp changed" flip_time "20 0 20 0 0 0"
caught "a byte missing" cut "20 0 0 20 0 0" --sizes 64
caught "a byte too many" grow "20 0 0 20 0 0"
caught "a datagram without room for a number lost" drop "20 0 0 0 0 0" --sizes 0,1,17
caught "one without room for a number changed" flip "20 0 20 0 0 0" --sizes 5,17

lie late 2050 --window 16
is "answers out of order are told, and are no failure" "$?" 0
is "each of them" "$(rs_json "$RS_TMP/report" 'd["reordered"]')" 20

for mode in recvfrom recvmmsg; do
	rs_spawn pid "$RS_TMP/$mode" $IN "$RESPONDER" --mode $mode --bind $TO --json
	rs_wait 10 grep -q ready "$RS_TMP/$mode.err"
	ok "$mode answers every size from 0 to 65507" client --count 20000 --window 32 \
		--sizes 0,1,17,18,19,63,64,1472,1473,9000,65507
	ok "$mode answers 512 flows" client --count 50000 --flows 512
	rs_stop "$pid"
	is "$mode ends with 0 at SIGTERM" $? 0
	is "$mode counted what it answered" "$(rs_json "$RS_TMP/$mode" 'd["packets"]')" 70000
	is "$mode left nothing unsent" "$(rs_json "$RS_TMP/$mode" 'd["unsent"]')" 0
done
ok "recvmmsg needs fewer system calls than recvfrom" python3 -c 'import json, sys
one, many = (json.load(open(f))["syscalls"] for f in sys.argv[1:])
sys.exit(not (one >= 140000 and many < one / 2))' "$RS_TMP/recvfrom" "$RS_TMP/recvmmsg"

client --count 10 --timeout 0.2
is "nobody there: exit 1" $? 1
is "nobody there: gives up after three time-outs" "$(rs_json "$RS_TMP/report" 'd["sent"]')" 3
for wrong in "--to $TO --sizes 70000" "--to $TO --count 0" "--to nowhere" "--to $TO extra" ""; do
	"$CLIENT" $wrong >/dev/null 2>"$RS_TMP/err"
	is "client $wrong: exit 2" $? 2
	is "client $wrong: one line" "$(wc -l <"$RS_TMP/err")" 1
done
tap_done
