# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Sourced by the host tests and by quickstart: namespaces, background processes, conditions. All that
# is made here is unmade when the script ends, however it ends.
#
#   rs_begin NAME             scratch directory $RS_TMP, short unique prefix $RS_ID, clean-up on exit
#   rs_netns VAR              a namespace without IPv6 noise; its name goes to VAR
#   rs_veth NS1 IF1 NS2 IF2   a cable between two namespaces, both ends up
#   rs_spawn VAR OUT CMD...   run in the background, stdout to OUT, stderr to OUT.err; pid to VAR
#   rs_wait SECONDS CMD...    until CMD succeeds; fails when the time is over
#   rs_stop PID [SECONDS]     SIGTERM and wait; exit status of the process, 124 when it had to be killed
#   rs_json FILE EXPRESSION   python expression over the parsed file, called d

RS_ROOT=${RS_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
RS_PIDS=()
RS_NETNS=()
RS_PREFIXES=()

# Word for word: find a program of ours in the build directory.
rs_program()
{
	local found

	found=$(find "$RS_BUILD" -type f -name "$1" -perm -u+x 2>/dev/null | head -n 1)
	[ -n "$found" ] || { echo "$1 is not built in $RS_BUILD: ninja -C $RS_BUILD" >&2; return 1; }
	echo "$found"
}

rs_begin()
{
	RS_BUILD=${RINGSIDE_BUILD:-$RS_ROOT/build}
	RS_ID=rs$((BASHPID % 100000))
	RS_TMP=$(mktemp -d "${TMPDIR:-/tmp}/ringside-$1.XXXXXX") || exit 1
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	trap 'rs_end $?' EXIT
}

rs_end()
{
	local pid ns prefix

	trap '' INT TERM HUP
	for pid in "${RS_PIDS[@]}"; do
		rs_stop "$pid" 10 >/dev/null 2>&1
	done
	for ns in "${RS_NETNS[@]}"; do
		ip netns del "$ns" 2>/dev/null
	done
	for prefix in "${RS_PREFIXES[@]}"; do
		rm -rf "/var/run/dpdk/$prefix"
	done
	rm -rf "$RS_TMP"
	exit "$1"
}

rs_netns()
{
	local -n rs_name=$1

	rs_name=$RS_ID${#RS_NETNS[@]}
	ip netns add "$rs_name" || return 1
	RS_NETNS+=("$rs_name")
	ip netns exec "$rs_name" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6' 2>/dev/null
	ip -n "$rs_name" link set lo up
}

rs_veth()
{
	ip -n "$1" link add "$2" type veth peer name "$4" netns "$3" &&
		ip -n "$1" link set "$2" up && ip -n "$3" link set "$4" up
}

# A session of its own: Ctrl-C reaches this script only, which then stops the rest in order.
rs_spawn()
{
	local -n rs_pid=$1
	local out=$2

	shift 2
	: >"$out"
	: >"$out.err"
	setsid "$@" >"$out" 2>"$out.err" </dev/null &
	rs_pid=$!
	RS_PIDS+=("$rs_pid")
}

rs_wait()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ $SECONDS -le $end ] || return 1
		sleep 0.05
	done
}

# A process that ended and was not waited for yet counts as gone.
rs_gone()
{
	local stat

	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	stat=${stat##*) }
	[ "${stat:0:1}" = Z ]
}

rs_stop()
{
	local pid=$1 limit=${2:-10} kept=() p

	for p in "${RS_PIDS[@]}"; do
		[ "$p" = "$pid" ] || kept+=("$p")
	done
	RS_PIDS=("${kept[@]}")
	kill -TERM "$pid" 2>/dev/null
	if ! rs_wait "$limit" rs_gone "$pid"; then
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
		return 124
	fi
	wait "$pid"
}

rs_json()
{
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
print(eval(sys.argv[2], {"d": d}))' "$1" "$2"
}
