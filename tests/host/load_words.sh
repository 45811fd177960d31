#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What `ringside load` says to words that make no sense: one line, and it ends with 2.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
rs_begin loadwords
RINGSIDE=$(rs_program ringside) || exit 1

# wrong SENTENCE PATTERN WORD...: exit 2, one line
wrong()
{
	local sentence=$1 pattern=$2

	shift 2
	timeout 10 "$RINGSIDE" load "$@" >"$RS_TMP/out" 2>"$RS_TMP/err" </dev/null
	is "$sentence: exit 2" $? 2
	is "$sentence: one line" "$(cat "$RS_TMP/out" "$RS_TMP/err" | wc -l)" 1
	ok "$sentence: says $pattern" grep -qE "^ringside: .*$pattern" "$RS_TMP/err" ||
		cat "$RS_TMP/err"
}

wrong "no destination" "no destination, expected ADDR:PORT"
wrong "a name" "expected ADDR:PORT" localhost:7
wrong "no port" "expected ADDR:PORT" 10.0.0.1
wrong "port 0" "expected ADDR:PORT" 10.0.0.1:0
wrong "two destinations" "second destination" 10.0.0.1:7 10.0.0.2:7
wrong "an unknown option" "--frobnicate: there is no such option, expected" 10.0.0.1:7 --frobnicate
wrong "a misspelt option" "did you mean --flows" 10.0.0.1:7 --flow 3
wrong "no value" "--rate: has no value" 10.0.0.1:7 --rate
wrong "a value too many" "--json: has the value" 10.0.0.1:7 --json=yes
wrong "a negative rate" "--rate: .*expected max or" 10.0.0.1:7 --rate=-5
wrong "a rate of words" "--rate: .*expected max or" 10.0.0.1:7 --rate fast
wrong "a size too big" "--size: .*expected 0 to 65507" 10.0.0.1:7 --size 65508
wrong "a mix without weight" "--size: .*weight" 10.0.0.1:7 --size 64:0
wrong "no flows" "--flows: .*1 to" 10.0.0.1:7 --flows 0
wrong "too many sockets" "--flows: .*--port" 10.0.0.1:7 --flows 20000
wrong "no time" "--for: .*more than 0" 10.0.0.1:7 --for 0
wrong "another search" "--search: .*ndr or pdr" 10.0.0.1:7 --search rfc
wrong "a search in a closed loop" "--search: .*without" 10.0.0.1:7 --search ndr --pingpong
wrong "one way in a closed loop" "--one-way: .*without" 10.0.0.1:7 --one-way --outstanding 3
wrong "an address without a port" "--ip: is for --port" 10.0.0.1:7 --ip 10.0.0.2/24
wrong "a port without an address" "--ip: missing" 10.0.0.1:7 --port null
wrong "IPv6 over a port" "IPv4" "[fd00::1]:7" --port null --ip 10.0.0.2/24
wrong "a group as peer" "--peer-mac: .*one host" 10.0.0.1:7 --port null --ip 10.0.0.2/24 \
	--peer-mac 01:00:5e:00:00:01
ok "help needs nothing" "$RINGSIDE" load --help >"$RS_TMP/out"
ok "help names every option of the manual" grep -q -- "--outstanding N" "$RS_TMP/out"

tap_done
