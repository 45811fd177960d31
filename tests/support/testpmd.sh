# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Sourced after netns.sh: DPDK's own testpmd, talked to over its prompt.
#
#   tp_start NAME CORE VDEVS [OPTION...] start one that forwards on CORE by 5tswap and sleeps elsewhere;
#                                        VDEVS: one or several, with blanks between
#   tp_say NAME COMMAND
#   tp_wait NAME SECONDS PATTERN         until PATTERN stands in its output
#   tp_rate NAME SECONDS                 packets a second received in that time, by its own clock
#   tp_port NAME RX-packets|TX-packets   a counter of its port so far
#   tp_stop NAME                         stop forwarding, leaving its report in tp_out
#   tp_cycles NAME                       cycles a packet, from that report
#   tp_dropped NAME                      frames its transmit queue did not take, from that report
#   tp_quit NAME

declare -A TP_PID TP_FD

# Memory for EAL: $TP_MEMORY when set; or huge pages when enough are free for two; or else none.
tp_memory()
{
	local free

	[ -z "${TP_MEMORY:-}" ] || { echo "$TP_MEMORY"; return; }
	free=$(awk '/^HugePages_Free/ {print $2}' /proc/meminfo)
	if [ "${free:-0}" -ge 256 ] && [ "$(awk '/^Hugepagesize/ {print $2}' /proc/meminfo)" = 2048 ]
	then
		echo "--in-memory --single-file-segments -m 128"
	else
		echo "--no-huge -m 128"
	fi
}

tp_out()
{
	echo "$RS_TMP/testpmd.$1"
}

tp_start()
{
	local name=$1 core=$2 vdevs=$3 fifo=$RS_TMP/testpmd.$1.in cpus fd pid

	shift 3
	# the main lcore sleeps, wherever there is room
	cpus=$(awk '/^Cpus_allowed_list/ {print $2}' /proc/self/status)
	rm -f "$fifo" && mkfifo "$fifo" || return 1
	exec {fd}<>"$fifo"
	RS_PREFIXES+=("$RS_ID$name")
	# shellcheck disable=SC2046,SC2086 # several words on purpose
	rs_spawn pid "$(tp_out "$name")" bash -c "exec \"\$@\" <'$fifo' $fd>&-" bash \
		stdbuf -oL dpdk-testpmd $(tp_memory) --no-pci --no-telemetry --log-level=3 \
		--file-prefix "$RS_ID$name" --lcores "0@($cpus),1@$core" --main-lcore 0 \
		$(printf -- '--vdev %s ' $vdevs) -- -i --record-core-cycles --total-num-mbufs=16384 --nb-cores=1 \
		--forward-mode=5tswap "$@"
	RS_DEAF+=("$pid") # while it forwards it takes commands only
	TP_PID[$name]=$pid
	TP_FD[$name]=$fd
	tp_wait "$name" 20 "Checking link statuses"
}

tp_say()
{
	echo "$2" >&"${TP_FD[$1]}"
}

tp_has()
{
	rs_gone "${TP_PID[$1]}" || grep -q -e "$2" "$(tp_out "$1")"
}

tp_wait()
{
	rs_wait "$2" tp_has "$1" "$3" && grep -q -e "$3" "$(tp_out "$1")"
}

tp_lines()
{
	grep -c -e "$2" "$(tp_out "$1")"
}

tp_more_lines()
{
	[ "$(tp_lines "$1" "$2")" -gt "$3" ] || rs_gone "${TP_PID[$1]}"
}

# Ask for the port's counters and wait until the whole answer is there.
tp_show()
{
	local before

	before=$(tp_lines "$1" "Tx-pps")
	tp_say "$1" "show port stats all"
	rs_wait 5 tp_more_lines "$1" "Tx-pps" "$before"
}

tp_rate()
{
	tp_show "$1"
	sleep "$2"
	tp_show "$1"
	awk '/Rx-pps:/ {rate = $2} END {print rate + 0}' "$(tp_out "$1")"
}

tp_port()
{
	tp_show "$1"
	sed -n "s/.*$2: *\([0-9]*\).*/\1/p" "$(tp_out "$1")" | grep . | awk -v what="$2" \
		'{last = $1} END {print last + 0}'
}

tp_stop()
{
	local before

	before=$(tp_lines "$1" "^Done\.")
	tp_say "$1" stop
	rs_wait 10 tp_more_lines "$1" "^Done\." "$before"
}

tp_cycles()
{
	sed -n 's/.*CPU cycles\/packet=\([0-9.]*\).*/\1/p' "$(tp_out "$1")" | tail -n 1
}

tp_dropped()
{
	sed -n 's/.*TX-dropped: *\([0-9]*\).*/\1/p' "$(tp_out "$1")" | tail -n 1
}

tp_quit()
{
	local fd=${TP_FD[$1]}

	tp_say "$1" quit
	rs_wait 5 rs_gone "${TP_PID[$1]}"
	rs_stop "${TP_PID[$1]}"
	exec {fd}>&-
}
