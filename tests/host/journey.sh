#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# `ringside journey`: what is seen here, what is said when nothing can be seen, and what is left behind.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/tap.sh"

need_root
rs_begin journey
RINGSIDE=$(rs_program ringside) || exit 1
OUT=$RS_TMP/out
ERR=$RS_TMP/err

# Of kernel and engine in $OUT: k and e, their sums ks and es.
PRELUDE='(lambda k, e: (lambda ks, es: %s)(k["sum"], e["sum"]))(
	*[next(j for j in d["journeys"] if j["kernel"] == x) for x in (True, False)])'

holds()
{
	local sentence=$1 expression

	# shellcheck disable=SC2059
	printf -v expression "$PRELUDE" "$2"
	is "$sentence" "$(rs_json "$OUT" "$expression" 2>&1)" "${3-True}"
}

journey()
{
	timeout 120 "$RINGSIDE" journey "$@" >"$OUT" 2>"$ERR"
}

made()
{
	local sentence=$1

	shift
	journey "$@" --json
	is "$sentence: exit 0" $? 0 || cat "$ERR"
}

# Whether the kernel tells of skbs here; it may be forbidden where this runs.
sees()
{
	rs_json "$OUT" 'any(s["thing"] == "skb" for j in d["journeys"] for s in j["steps"])' | grep -q True
}

copies()
{
	holds "$1: 1 copy on send, 1 on receive" \
		'(ks["copies"]["send"], ks["copies"]["receive"])' '(1, 1)'
	holds "$1: the engine copies nothing" 'es["copies"]["engine"]' 0
	holds "$1: sender and receiver have it at two addresses" \
		'len({p["address"] for p in k["places"] if p["observed"]}) >= 2'
	holds "$1: system calls of sender and receiver" 'ks["system_calls"]' 2
	holds "$1: every copy says whether it was observed" \
		'all("observed" in s for s in k["steps"] + e["steps"] if s["copies"])'
}

lo_ring()
{
	made "loopback and ring" --kernel lo --engine ring
	copies "loopback and ring"
	holds "ring: the driver copies nothing" \
		'(es["copies"]["driver_rx"], es["copies"]["driver_tx"])' '(0, 0)'
	holds "ring: one place in all of the process's memory" 'es["places"]' 1
	holds "ring: one address from driver_rx to tx" 'len({s["address"] for s in e["steps"]
		if s["what"] in ("driver_rx", "parse", "lookup", "service", "tx")})' 1
	holds "ring: all five of them" 'sum(s["what"] in ("driver_rx", "parse", "lookup", "service", "tx")
		for s in e["steps"])' 5
	holds "ring: it is where the places say" \
		'e["places"][0]["address"] in [s["address"] for s in e["steps"]]'
	holds "times are in order" 'all(a <= b for x in (k, e) for t in
		[[s["us"] for s in x["steps"] if s["us"] is not None]] for a, b in zip(t, t[1:]))'
	sees || { echo "# this machine shows no skbs"; return; }
	holds "loopback: the skb that is received is the one that was sent" 'len({s["address"]
		for s in k["steps"] if s["what"] in ("net_dev_queue", "netif_receive_skb")})' 1
	holds "loopback: which is said" 'ks["same_skb"]'
	holds "ring: no system call" 'es["system_calls"]' 0
	holds "loopback: the receiver sleeps and is woken" 'ks["context_switches"] >= 1'
}

veth_tap()
{
	made "veth and tap, 1400 bytes" --kernel veth --engine tap --bytes 1400
	copies "veth and tap"
	holds "tap: 1 copy each way by the driver" \
		'(es["copies"]["driver_rx"], es["copies"]["driver_tx"])' '(1, 1)'
	holds "tap: and two of its peer, a kernel socket" 'es["copies"]["peer"]' 2
	holds "tap: one address from driver_rx to tx" 'len({s["address"] for s in e["steps"]
		if s["what"] in ("driver_rx", "parse", "lookup", "service", "tx")})' 1
	holds "tap: five places" 'es["places"]' 5
	holds "1400 bytes are 1400 bytes" '{j["bytes"] for j in d["journeys"]}' '{1400}'
	sees || return
	holds "tap: readv and writev by the engine's core" '{"readv(), the driver", "writev(), the driver"} <=
		{s["what"] for s in e["steps"] if s["system_call"] and not s["of_peer"]}'
	holds "veth: one skb through the cable" 'ks["same_skb"]'
}

# tracefs mounted nowhere: it is mounted for the journey, out of sight.
hidden()
{
	sees || return
	unshare --mount sh -c 'for d in /sys/kernel/tracing /sys/kernel/debug; do
		[ ! -d $d ] || mount -t tmpfs none $d; done; exec timeout 60 "$@"' sh \
		"$RINGSIDE" journey --bytes 20 --json >"$OUT" 2>"$ERR"
	is "tracefs hidden: exit 0" $? 0
	holds "tracefs hidden: skbs are seen all the same" 'ks["same_skb"]'
}

# Root of nothing but a user namespace: no tracefs, no perf events, no eBPF.
denied()
{
	unshare --user --map-root-user true 2>/dev/null || { echo "# no user namespaces here"; return; }
	timeout 60 unshare --user --map-root-user "$RINGSIDE" journey --bytes 16 --json >"$OUT" 2>"$ERR"
	is "everything denied: exit 0" $? 0 || cat "$ERR"
	copies "everything denied"
	holds "everything denied: no copy is said to be observed" 'ks["copies"]["observed"]' 0
	holds "everything denied: it says what it could not observe" \
		'any("nothing inside the kernel" in n for n in k["not_observed"])'
	holds "everything denied: no address of the kernel is made up" \
		'not any((s["address"] or "").startswith("0xffff") for s in k["steps"] + k["places"])'
	holds "everything denied: places known, two of three observed" \
		'(ks["places"], ks["places_observed"])' '(3, 2)'
}

# An engine with a fault: a copy of the payload where it should not be.
planted()
{
	local at program

	program=$(rs_program tests/ringside-planted) || return
	for at in lookup tx; do
		RINGSIDE_PLANT=$at timeout 60 "$program" journey --bytes 64 --json >"$OUT" 2>"$ERR"
		is "planted at $at: exit 1" $? 1
		holds "planted at $at: the engine's copy is counted" 'es["copies"]["engine"]' 1
		holds "planted at $at: two places" 'es["places"]' 2
		ok "planted at $at: custody names the place" grep -q "custody broken at $at" "$ERR"
	done
}

fits()
{
	local lines

	lines=$(awk 'length > 120' "$OUT" | wc -l)
	[ "$lines" = 0 ] && [ "$(wc -l <"$OUT")" -gt 40 ]
}

text()
{
	journey
	is "in words: exit 0" $? 0
	ok "in words: at most 120 columns" fits
	ok "in words: two columns" grep -q 'the kernel, over loopback  *| the engine, on a ring' "$OUT"
	ok "in words: loopback's sum" grep -q '^CPU copies of the payload *1 + 1 = 2' "$OUT"
	ok "in words: and the ring's beside it" grep -q '^CPU copies of the payload .* 0 + 0 + 0 = 0' "$OUT"
	is "in words: all ways in two lengths" "$(grep -cE '^the (kernel|engine), .* (16|1400)  ' "$OUT")" 8
	ok "in words: tap is 1 + 0 + 1" grep -qE '^the engine, on a TAP interface .* 1 \+ 0 \+ 1 = 2' "$OUT"
}

refused()
{
	journey "${@:3}"
	is "$1: exit 2" $? 2
	ok "$1: says what was expected" grep -qF -- "$2" "$ERR"
}

wrong()
{
	journey --help
	is "--help: exit 0" $? 0
	ok "--help: on stdout" grep -q '^Usage: ringside journey' "$OUT"
	refused "another way" "expected lo or veth" --kernel tap
	refused "another engine" "expected ring or tap" --engine lo
	refused "too few bytes" "16 to 1472" --bytes 15
	refused "too many bytes" "16 to 1472" --bytes 1473
	refused "no number" "16 to 1472" --bytes many
	refused "an unknown option" "--nosuch: no such option" --nosuch
	refused "a value missing" "a value must follow" --kernel
	refused "a word" "one word too many" lo
	refused "all, and one of them" "expected no --kernel" --all --kernel veth
	"$RINGSIDE" journey --bytes 16 --json >/dev/full 2>"$ERR"
	is "a result that cannot be written: exit 1" $? 1
}

child_of()
{
	local child

	read -r child _ <"/proc/$1/task/$1/children" # which has no end of line
	[ -n "$child" ] && echo "$child"
} 2>/dev/null

# Somebody else is to wait for it; until then it is a zombie.
over()
{
	local stat

	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	[[ ${stat##*) } == Z* ]]
}

engine_runs()
{
	local child

	child=$(child_of "$1") && [ -d "/var/run/dpdk/journey$child" ]
}

# However it ends, its processes end, and nothing of DPDK's stays.
left_behind()
{
	local pid child

	rs_spawn pid "$OUT" "$RINGSIDE" journey --bytes 16
	rs_wait 10 engine_runs "$pid"
	child=$(child_of "$pid")
	kill -INT "$pid"
	rs_wait 20 rs_gone "$pid"
	wait "$pid"
	is "Ctrl-C: exit 1" $? 1
	ok "Ctrl-C: says so" grep -q 'interrupted' "$OUT.err"
	ok "Ctrl-C: its process has ended" over "$child"
	ok "Ctrl-C: nothing of DPDK's is left" [ ! -e "/var/run/dpdk/journey$child" ]
	rs_spawn pid "$OUT" "$RINGSIDE" journey --bytes 16
	rs_wait 10 engine_runs "$pid"
	child=$(child_of "$pid")
	kill -KILL "$pid"
	ok "killed: its process ends, too" rs_wait 10 over "$child"
	ok "killed: nothing of DPDK's is left" [ ! -e "/var/run/dpdk/journey$child" ]
}

lo_ring
hidden
veth_tap
denied
planted
text
wrong
left_behind
tap_done
