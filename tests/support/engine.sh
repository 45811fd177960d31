# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Sourced after netns.sh: `ringside run` in a namespace, and what it says of itself.
#
#   rs_engine NAME NS OPTION...   start it; 0 when it serves, 1 when it ended instead
#   rs_engine_say NAME            what it printed, both streams
#   rs_ask NAME WHAT FILE         `ringside ctl WHAT --json`
#   rs_told NAME EXPRESSION       python expression over `ctl stats --json`, called d
#   rs_engine_stop NAME [SECONDS] SIGTERM; its exit status, 124 when it had to be killed
#
# Instances are called $RS_ID$NAME, so that several tests can run at the same time.

declare -A RS_ENGINE_PID

rs_engine_settled()
{
	grep -q ready "$RS_TMP/engine.$1" || rs_gone "${RS_ENGINE_PID[$1]}"
}

# rs_engine_raw NAME NS WORD...: the words as they are, in EAL's style if they are
rs_engine_raw()
{
	local name=$1 ns=$2 pid

	shift 2
	RS_PREFIXES+=("$RS_ID$name")
	rs_spawn pid "$RS_TMP/engine.$name" nsenter "$ns" "$(rs_program ringside)" run "$@"
	RS_ENGINE_PID[$name]=$pid
	rs_wait 30 rs_engine_settled "$name" && grep -q ready "$RS_TMP/engine.$name"
}

rs_engine()
{
	local name=$1 ns=$2

	shift 2
	rs_engine_raw "$name" "$ns" --name "$RS_ID$name" "$@"
}

rs_engine_say()
{
	cat "$RS_TMP/engine.$1" "$RS_TMP/engine.$1.err"
}

rs_ask()
{
	"$(rs_program ringside)" ctl --name "$RS_ID$1" "$2" --json >"$3"
}

rs_told()
{
	rs_ask "$1" stats "$RS_TMP/told.$1" && rs_json "$RS_TMP/told.$1" "$2"
}

rs_engine_stop()
{
	rs_stop "${RS_ENGINE_PID[$1]}" "${2:-10}"
}

# Has all that the engine made gone with it? Says what has not.
rs_engine_traces()
{
	local name=$RS_ID$1 path

	for path in "/var/run/dpdk/$name" /dev/hugepages/"$name"map_*; do
		[ ! -e "$path" ] || { echo "left behind: $path"; return 1; }
	done
}
