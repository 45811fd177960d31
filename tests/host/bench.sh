#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# `ringside bench`, of a few rows and for moments only: is the result what the schema says, does a planted fault
# show in it, does a wrong word end it at once, and is nothing left behind, also after Ctrl-C?
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
rs_begin bench
RINGSIDE=$(rs_program ringside) || exit 1
SCHEMA=$RS_ROOT/docs/bench.schema.json

"$RINGSIDE" bench --list >"$RS_TMP/list" 2>"$RS_TMP/list.err"
case $(cat "$RS_TMP/list.err") in *"built without"*) skip "$(cat "$RS_TMP/list.err")" ;; esac

# What a run could leave behind, a line each: interfaces, network namespaces, files.
inventory()
{
	ip -o link | awk -F': ' '{print "interface", $2}'
	lsns -t net -n -o NS | sed 's/^/namespace /'
	# shellcheck disable=SC2012 # names of ours, without spaces
	ls -d /var/run/dpdk/* /tmp/ringside-bench.* /dev/hugepages/* 2>/dev/null |
		sed 's/^/file /'
}

# in_session PID: processes that descend from one of ours, by the session it leads
in_session()
{
	ps -o pid= -o args= -s "$1" | grep -v '<defunct>'
}

receives()
{
	in_session "$1" | grep -q 'bench-rx'
}

# left BEFORE PID: what is there now and was not there before
left()
{
	inventory | sort | comm -13 "$1" -
	in_session "$2"
}

gone_clean()
{
	[ -z "$(left "$RS_TMP/before" "$1")" ]
}

refuses()
{
	local status

	"$RINGSIDE" bench "$@" >"$RS_TMP/out" 2>"$RS_TMP/err"
	status=$?
	[ $status = 2 ] && [ "$(wc -l <"$RS_TMP/err")" = 1 ] && [ ! -s "$RS_TMP/out" ]
}

valid()
{
	PYTHONPATH=$RS_ROOT/tests/support python3 -B - "$SCHEMA" "$1" <<'PY'
import json, sys
from json_schema import errors
schema, doc = (json.load(open(p)) for p in sys.argv[1:3])
found = list(errors(doc, schema))
print(*found, sep="\n")
sys.exit(1 if found else 0)
PY
}

# bench TAG WORDS...: a run in a session of its own, which is $PID's; stdout in $RS_TMP/TAG
bench()
{
	local tag=$1

	shift
	rs_spawn PID "$RS_TMP/$tag" "$RINGSIDE" bench "$@"
	rs_wait 60 rs_gone "$PID"
	rs_stop "$PID"
}

inventory | sort >"$RS_TMP/before"

ok "rows are listed, at least 18" test "$(grep -c '@' "$RS_TMP/list")" -ge 18
"$RINGSIDE" bench --help >"$RS_TMP/help"
ok "--help tells every option" grep -q -- '--compare OLD.json' "$RS_TMP/help"
setpriv --reuid=65534 --clear-groups "$RINGSIDE" bench --help >/dev/null 2>&1
is "--help needs no root" $? 0
setpriv --reuid=65534 --clear-groups "$RINGSIDE" bench >"$RS_TMP/user" 2>&1
is "a run without root is not ready" $? 3
ok "and says so in a line" grep -q 'needs root' "$RS_TMP/user"
ok "no such option" refuses --quik
ok "no such row" refuses --rows recvmmsgs
ok "a size that holds no number" refuses --sizes 4
ok "a value is missing" refuses --json
ok "no such workload" refuses --workload sing
ok "an old result that is none" refuses --compare "$RS_TMP/list"
ok "a file that cannot be made" refuses --json "$RS_TMP/no/such/folder"

FEW="--windows 2 --window-ms 60 --workload echo --sizes 18,1472"
# shellcheck disable=SC2086 # words
bench run --quick --rows recvfrom,recvmmsg $FEW --json "$RS_TMP/a.json" --html "$RS_TMP/a.html"
is "two rows are measured" $? 0
ok "the table has them" grep -q recvmmsg "$RS_TMP/run"
ok "the result is what the schema says" valid "$RS_TMP/a.json"
ok "the page is whole" grep -q '</html>' "$RS_TMP/a.html"
is "both answered" "$(rs_json "$RS_TMP/a.json" \
	'sum(r["metrics"]["pps"]["median"] > 1000 for r in d["rows"])')" 2
is "nothing was lost" "$(rs_json "$RS_TMP/a.json" \
	'max(r["metrics"]["loss"]["median"] for r in d["rows"]) < 0.001')" True
ok "nothing is left behind" rs_wait 5 gone_clean "$PID"

setpriv --reuid=65534 --clear-groups "$RINGSIDE" bench --show /dev/stdin <"$RS_TMP/a.json" >"$RS_TMP/again" 2>&1
ok "shown again, without root, it is the same table" cmp -s "$RS_TMP/again" "$RS_TMP/run"
ok "a result to be shown that is none" refuses --show "$RS_TMP/list"

# shellcheck disable=SC2086 # words
bench dropped --quick --rows recvmmsg $FEW --plant drop=100 --json - --compare "$RS_TMP/a.json"
is "another run, compared" $? 0
ok "its stdout is JSON alone" valid "$RS_TMP/dropped"
is "a sender that leaves out one in 100 is found out" "$(rs_json "$RS_TMP/dropped" \
	'abs(d["rows"][0]["metrics"]["loss"]["median"] - 0.01) < 0.0005')" True
ok "the result tells of the fault" grep -q planted "$RS_TMP/dropped"

# All that a run calls, but for testpmd.
mkdir "$RS_TMP/bin"
for word in env ip stdbuf; do
	ln -s "$(command -v $word)" "$RS_TMP/bin/$word"
done
# shellcheck disable=SC2086 # words
rs_spawn PID "$RS_TMP/without" env PATH="$RS_TMP/bin" "$RINGSIDE" bench --quick \
	--rows testpmd-5tswap@af_packet,recvmmsg $FEW --windows 8 --plant recvmmsg:spin=20000 \
	--json "$RS_TMP/without.json"
rs_wait 60 rs_gone "$PID"
rs_stop "$PID"
is "a row that cannot run does not stop the others" $? 0
ok "it says why" grep -q 'apt-get install dpdk' "$RS_TMP/without"
is "the others have figures, a planted twin among them" "$(rs_json "$RS_TMP/without.json" \
	'sorted(r["name"] for r in d["rows"] if "why" not in r)')" "['recvmmsg', 'recvmmsg+spin']"
is "its 20 us are seen" "$(rs_json "$RS_TMP/without.json" \
	'15000 < (lambda ns: ns[1] - ns[0])([r["metrics"]["process_ns"]["median"]
	for r in sorted(d["rows"], key=lambda r: r["name"]) if "why" not in r]) < 30000')" True

rs_spawn PID "$RS_TMP/cut" "$RINGSIDE" bench --rows recvmmsg,tpacket-v3 --windows 40 --json "$RS_TMP/cut.json"
rs_wait 20 receives "$PID"
ok "a long run is under way" receives "$PID"
kill -INT "$PID"
rs_wait 15 rs_gone "$PID"
ok "Ctrl-C ends it" rs_gone "$PID"
rs_stop "$PID"
ok "what it had is a result" valid "$RS_TMP/cut.json"
is "that says it is not complete" "$(rs_json "$RS_TMP/cut.json" 'd["complete"]')" False
is "and was to have two passes" "$(rs_json "$RS_TMP/cut.json" 'd["method"]["passes"]')" 2
ok "nothing is left behind by Ctrl-C" rs_wait 5 gone_clean "$PID"

rs_spawn PID "$RS_TMP/killed" "$RINGSIDE" bench --rows recvmmsg,xdp_tx --windows 40
rs_wait 20 receives "$PID"
ok "a run to be killed is under way" receives "$PID"
kill -KILL "$PID"
ok "nothing is left behind by kill -9" rs_wait 5 gone_clean "$PID"
tap_done
