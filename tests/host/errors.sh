#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What the person at the terminal gets when something is wrong: one line, the right exit status, and
# nothing started or left behind.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
need_root
[ -c /dev/net/tun ] || skip "needs /dev/net/tun"
rs_begin errors
RINGSIDE=$(rs_program ringside) || exit 1
rs_netns NS
IFACE=${RS_ID}x
OWN=(--ip 10.99.0.2/24 --serve echo:9999)
RS_PREFIXES+=("${RS_ID}wrong")

interfaces()
{
	nsenter "$NS" ip -o link show | cut -d: -f2
}

# run_in WORD...: a run that is expected to end by itself
run_in()
{
	timeout 20 nsenter "$NS" "$@" >"$RS_TMP/out" 2>"$RS_TMP/err"
}

# refused STATUS SENTENCE PATTERN WORD...: that exit status, one line with PATTERN, no trace of it
refused()
{
	local status=$1 sentence=$2 pattern=$3 before

	shift 3
	before=$(interfaces)
	run_in "${AS[@]}" "$RINGSIDE" run --name "${RS_ID}wrong" "$@"
	is "$sentence: exit $status" $? "$status"
	is "$sentence: one line" "$(wc -l <"$RS_TMP/err")" 1 || cat "$RS_TMP/err"
	ok "$sentence: says $pattern" grep -qE "^ringside: .*$pattern" "$RS_TMP/err" ||
		cat "$RS_TMP/err"
	is "$sentence: nothing started" "$(interfaces)" "$before"
	ok "$sentence: nothing left" rs_engine_traces wrong
}

usage()
{
	refused 2 "$@"
}

not_ready()
{
	refused 3 "$@"
}

AS=()
usage "an unknown option" "--xyzzy.*expected" --xyzzy "${OWN[@]}"
usage "a misspelt option" "did you mean --serve" --serv echo:7 "${OWN[@]}"
usage "a word that is no option" "expected an option" frob "${OWN[@]}"
usage "no address" "--ip" --serve echo:9999
usage "an address without prefix" "--ip.*10.99.0.2" --ip 10.99.0.2
usage "an address that is none" "--ip.*10.99.0.256" --ip 10.99.0.256/24
usage "the same address twice" "--ip" "${OWN[@]}" --ip 10.99.0.2/24
usage "port 0" "--serve.*0" --ip 10.99.0.2/24 --serve echo:0
usage "port 70000" "--serve.*70000" --ip 10.99.0.2/24 --serve echo:70000
usage "a service that does not exist" "--serve.*frob" --ip 10.99.0.2/24 --serve frob:7
usage "two services on one port" "--serve" "${OWN[@]}" --serve discard:9999
usage "no queues" "--queues" "${OWN[@]}" --queues 0
usage "a burst too large" "--burst.*256" "${OWN[@]}" --burst 1000
usage "a checksum policy that does not exist" "--udp-checksum.*verify" "${OWN[@]}" \
	--udp-checksum maybe
usage "an option twice" "--burst.*twice" "${OWN[@]}" --burst 16 --burst 32
usage "an option without its value" "--ip" --serve echo:9999 --ip
usage "a port of an unknown kind" "--port" "${OWN[@]}" --port frob:x
usage "an interface name too long" "--port" "${OWN[@]}" --port tap:abcdefghijklmnopq
printf '[run]\nip = 10.99.0.2/24\n\nburst = lots\n' >"$RS_TMP/wrong.conf"
usage "a wrong value in a file" "wrong.conf:4: burst: .*expected" --config "$RS_TMP/wrong.conf"
usage "a file that is not there" "--config.*nowhere.conf" --config "$RS_TMP/nowhere.conf"

# no error: it is settled, and said
run_in "$RINGSIDE" run --name "${RS_ID}wrong" --port "tap:$IFACE" "${OWN[@]}" --queues 2 --cores 0 \
	--for 0.2
is "more queues than cores: exit 0" $? 0
ok "more queues than cores: says what was done" grep -q "1 queue, so that none is left unpolled" \
	"$RS_TMP/err"

not_ready "an interface that is not there" "nosuch0" "${OWN[@]}" --port afpacket:nosuch0
not_ready "a socket that is not there" "nowhere.sock" "${OWN[@]}" \
	--port "virtio-user:$RS_TMP/nowhere.sock"
nsenter "$NS" ip link add "${RS_ID}d" type veth peer name "${RS_ID}p"
not_ready "an interface that is down" "ip link set ${RS_ID}d up" "${OWN[@]}" \
	--port "afpacket:${RS_ID}d"
not_ready "a TAP by the name of something else" "ip link del ${RS_ID}d" "${OWN[@]}" \
	--port "tap:${RS_ID}d"
nsenter "$NS" ip addr add 10.99.0.2/32 dev "${RS_ID}d"
nsenter "$NS" ip link set "${RS_ID}d" up
not_ready "an address that is the kernel's" "ip addr del 10.99.0.2" "${OWN[@]}" --port "tap:$IFACE"
nsenter "$NS" ip link del "${RS_ID}d"

# as somebody without rights: what is missing, and what would give it
chmod 755 "$RS_TMP"
AS=(setpriv --reuid=65534 --regid=65534 --clear-groups env "XDG_RUNTIME_DIR=/var/tmp")
if run_in "${AS[@]}" "$RINGSIDE" --version; then
	AS=(setpriv --reuid=65534 --regid=65534 --clear-groups env "XDG_RUNTIME_DIR=$RS_TMP/xdg")
	mkdir -m 755 "$RS_TMP/xdg"
	chown 65534 "$RS_TMP/xdg"
	not_ready "no right to make a TAP" "cap_net_admin.*(root|setcap)" "${OWN[@]}" \
		--port "tap:$IFACE"
	not_ready "no right to a packet socket" "cap_net_raw.*(root|setcap)" "${OWN[@]}" \
		--port afpacket:lo
	AS=(setpriv --reuid=65534 --regid=65534 --clear-groups env -u XDG_RUNTIME_DIR)
	not_ready "no place for the instance's files" "XDG_RUNTIME_DIR" "${OWN[@]}" --port null
else
	echo "# not tried: $RINGSIDE cannot be run by user nobody"
fi
AS=()

# the first instance is served on and unharmed by a second one that wants what it has
ok "an instance serves" rs_engine first "$NS" --port "tap:$IFACE" "${OWN[@]}" ||
	rs_engine_say first
run_in "$RINGSIDE" run --name "${RS_ID}first" --port "tap:${IFACE}2" --ip 10.99.0.3/24
is "a name in use: exit 3" $? 3
ok "a name in use: says whose" grep -qE "^ringside: .*${RS_ID}first.*kill [0-9]+" "$RS_TMP/err"
not_ready "a TAP in use" "$IFACE" --port "tap:$IFACE" --ip 10.99.0.3/24
is "the first one is unharmed" "$(rs_told first 'd["books"]["balanced"]')" True

# Two signals while it cannot look at either: the second one does not wait.
pid=${RS_ENGINE_PID[first]}
kill -STOP "$pid"
kill -TERM "$pid"
kill -INT "$pid"
kill -CONT "$pid"
ok "a second signal ends it" rs_wait 5 rs_gone "$pid"
wait "$pid" 2>"$RS_TMP/err"
is "a second signal: exit 1" $? 1
ok "a second signal: says so" grep -q "second signal" "$RS_TMP/engine.first.err"

ok "after that the name and the TAP are free" rs_engine first "$NS" --port "tap:$IFACE" \
	"${OWN[@]}" || rs_engine_say first
pid=${RS_ENGINE_PID[first]}
kill -KILL "$pid"
wait "$pid" 2>"$RS_TMP/err"
ok "after SIGKILL too" rs_engine first "$NS" --port "tap:$IFACE" "${OWN[@]}" ||
	rs_engine_say first
rs_engine_stop first
is "and it ends with 0" $? 0
ok "and leaves nothing" rs_engine_traces first
tap_done
