# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Sourced by the host tests and by quickstart: namespaces, background processes, conditions. All that
# is made here is unmade when the script ends, however it ends.
#
#   rs_begin NAME             scratch directory $RS_TMP, short unique prefix $RS_ID, clean-up on exit
#   rs_netns VAR              a network namespace without IPv6 noise: nsenter "$VAR" CMD...
#   rs_veth NS1 IF1 NS2 IF2   a cable between two namespaces, both ends up
#   rs_sent NS IFACE          "frames sent, frames dropped instead" of the kernel's end of an interface
#   rs_spawn VAR OUT CMD...   run in the background, stdout to OUT, stderr to OUT.err; pid to VAR
#   rs_wait SECONDS CMD...    until CMD succeeds; fails when the time is over
#   rs_stop PID [SECONDS]     SIGTERM and wait; exit status of the process, 124 when it had to be killed
#   rs_json FILE EXPRESSION   python expression over the parsed file, called d

RS_ROOT=${RS_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
RS_PIDS=()
RS_PREFIXES=()
RS_DEAF=() # those that may not heed a signal, and leave nothing behind that is not removed here

# Where a program of ours is.
rs_program()
{
	local path

	for path in "$RS_BUILD/$1" "$RS_BUILD/examples/$1"; do
		[ ! -x "$path" ] || { echo "$path"; return; }
	done
	echo "$1 is not built in $RS_BUILD: ninja -C $RS_BUILD" >&2
	return 1
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
	local pid prefix

	trap '' INT TERM HUP
	for pid in "${RS_DEAF[@]}"; do
		rs_gone "$pid" || kill -KILL "$pid" 2>/dev/null
	done
	for pid in "${RS_PIDS[@]}"; do
		rs_stop "$pid" 10 >/dev/null 2>&1
	done
	for prefix in "${RS_PREFIXES[@]}"; do
		rm -rf "/var/run/dpdk/$prefix"
	done
	rm -rf "$RS_TMP"
	exit "$1"
}

# Not by `ip netns`, which wants / to be a mount point: it is none in a chroot. The namespace lives as long
# as something runs in it, and the first to run there ends with this script, however that ends.
rs_netns()
{
	local -n rs_name=$1
	local pid

	rs_spawn pid "$RS_TMP/netns" unshare --net tail --pid=$$ -f /dev/null
	rs_name=--net=/proc/$pid/ns/net
	rs_wait 5 rs_is_elsewhere "$pid" || { cat "$RS_TMP/netns.err" >&2; return 1; }
	nsenter "$rs_name" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6' 2>/dev/null
	nsenter "$rs_name" ip link set lo up
}

rs_is_elsewhere()
{
	local ns

	ns=$(readlink "/proc/$1/ns/net") && [ "$ns" != "$(readlink /proc/self/ns/net)" ]
}

rs_veth()
{
	local peer=${3#--net=/proc/}

	nsenter "$1" ip link add "$2" type veth peer name "$4" netns "${peer%%/*}" &&
		nsenter "$1" ip link set "$2" up && nsenter "$3" ip link set "$4" up
}

rs_sent()
{
	nsenter "$1" awk -v name="$2:" '$1 == name {print $11, $13}' /proc/net/dev
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

# A process that ended and was not waited for yet counts as gone; so does one that is not a child of
# this script, for then the number belongs to somebody else by now.
rs_gone()
{
	local stat state parent

	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	read -r state parent _ <<<"${stat##*) }"
	[ "$state" = Z ] || [ "$parent" != $$ ]
}

rs_stop()
{
	local pid=$1 limit=${2:-10} kept=() p

	for p in "${RS_PIDS[@]}"; do
		[ "$p" = "$pid" ] || kept+=("$p")
	done
	RS_PIDS=("${kept[@]}")
	rs_gone "$pid" || kill -TERM "$pid" 2>/dev/null
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
