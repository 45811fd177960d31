#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# `ringside explain`: the known hashes, what is shown against who is found, and one line for what is
# wrong. Needs neither root nor a namespace; with root, a running engine is asked as well.
. "$(dirname "$0")/../support/netns.sh"
. "$(dirname "$0")/../support/engine.sh"
. "$(dirname "$0")/../support/tap.sh"
rs_begin explain
RINGSIDE=$(rs_program ringside) || exit 1
OUT=$RS_TMP/out
ERR=$RS_TMP/err

explain()
{
	"$RINGSIDE" explain "$@" >"$OUT" 2>"$ERR"
}

# refused SENTENCE PATTERN WORD...: exit 2, one line on stderr that matches, nothing on stdout
refused()
{
	local sentence=$1 pattern=$2

	shift 2
	explain "$@"
	is "$sentence: exit 2" $? 2
	is "$sentence: one line" "$(wc -l <"$ERR") $(wc -c <"$OUT")" "1 0"
	ok "$sentence: says $pattern" grep -qE "^ringside: .*$pattern" "$ERR" || cat "$ERR"
}

# says SENTENCE PATTERN: a line of the text matches
says()
{
	ok "$1" grep -qE -- "$2" "$OUT" || cat "$OUT"
}

# json SENTENCE EXPRESSION WANTED WORD...
json()
{
	local sentence=$1 expression=$2 wanted=$3

	shift 3
	explain --json "$@" || cat "$ERR"
	is "$sentence" "$(rs_json "$OUT" "$expression")" "$wanted"
}

# wins SENTENCE WANTED WORD...: the spec of the socket that is found
wins()
{
	local sentence=$1 wanted=$2

	shift 2
	json "$sentence" 'd["ringside"]["winner"]["spec"] if d["ringside"]["winner"] else "nobody"' \
		"$wanted" "$@"
}

golden()
{
	explain 127.0.0.1:9999 --seed 0 --slots 256
	is "127.0.0.1:9999: exit 0" $? 0
	says "the bytes on the wire" '^ +on the wire +7f 00 00 01 +27 0f$'
	says "as a number that lies in memory" '^ +loaded as it lies +0x0100007f +0x0f27$'
	says "in host order" '^ +in host order +0x7f000001 +0x270f = 9999$'
	says "the hash before the port" '^ +jhash = c +0x66cb9b0e +0xa6caec6b$'
	says "the hash with the port" '^ +jhash \^ port 0x270f +0x66cbbc01 +0xa6cacb64$'
	says "the slots" '^ +slot +1 of 256 +100 of 256$'
	says "which one is Linux's" '^ +\(Linux, on x86\) +\(a common mistake\)$'
	says "nothing is open" '^   Nobody: no socket fits'
	is "no line is longer than 80 columns" "$(awk 'length > 80' "$OUT" | wc -l)" 0
	json "the same as JSON" '[(r["jhash"], r["hash"], r["slot"], r["linux_does_this"])
		for r in d["linux"]["readings"]]' \
		"[($((0x66cb9b0e)), $((0x66cbbc01)), 1, True), ($((0xa6caec6b)), $((0xa6cacb64)), 100, False)]" \
		127.0.0.1:9999 --seed 0 --slots 256
	json "a schema" 'd["schema"]' 1 127.0.0.1:9999
	json "the seed counts" 'd["linux"]["readings"][0]["hash"] != 0x66cbbc01' True \
		127.0.0.1:9999 --seed 0x1
	json "the slots count" 'd["linux"]["readings"][0]["slot"] == 0x66cbbc01 % 4096' True \
		127.0.0.1:9999 --slots 4096
	explain '[2001:db8::1]:9999' '[2001:db8::2]:5000' --socket '[::]:9999'
	is "IPv6: exit 0" $? 0
	says "IPv6: four words" '^   word 0 +0xb80d0120 +0x20010db8$'
	is "IPv6: no line is longer than 80 columns" "$(awk 'length > 80' "$OUT" | wc -l)" 0
}

A=10.0.0.1:9999
FROM=10.0.0.2:5000

winners()
{
	wins "nothing open" nobody $A
	wins "any" any:9999 $A --socket any:9999
	wins "another port" nobody $A --socket any:9998
	wins "an address beats any" $A,reuseport $A $FROM --socket any:9999,reuseport,cpu=0 \
		--socket $A,reuseport --cpu 0
	wins "connected beats unconnected" "any:9999,reuseport,peer=$FROM" $A $FROM \
		--socket $A,reuseport --socket "any:9999,reuseport,peer=$FROM"
	wins "connected to another" $A,reuseport $A $FROM \
		--socket $A,reuseport --socket "$A,reuseport,peer=10.0.0.2:5001"
	wins "a device is preferred" any:9999,reuseport,dev=1 $A --dev 1 \
		--socket any:9999,reuseport --socket any:9999,reuseport,dev=1
	wins "unless a reuseport group that is newer leads first" any:9999,reuseport $A --dev 1 \
		--socket any:9999,reuseport,dev=1 --socket any:9999,reuseport
	explain $A --dev 1 --socket any:9999,reuseport,dev=1 --socket any:9999,reuseport
	says "and the text says why" 'the group above decides at once'
	wins "another device is none" any:9999,reuseport $A --dev 0 \
		--socket any:9999,reuseport --socket any:9999,reuseport,dev=1
	wins "the newest of those that share by SO_REUSEADDR" any:9999,reuseaddr,name=b $A \
		--socket any:9999,reuseaddr,name=a --socket any:9999,reuseaddr,name=b
	wins "a dual socket takes IPv4" "[::]:9999" $A --socket "[::]:9999"
	wins "unless it is for IPv6 only" nobody $A --socket "[::]:9999,v6only"
	wins "an IPv4 socket is preferred" any:9999,reuseport $A \
		--socket any:9999,reuseport --socket "[::]:9999,reuseport"
	wins "a service" echo:9999 $A --serve echo:9999
	json "points: device 4 over family 2" \
		'[(c["score"], c["points"]["device"]) for c in d["ringside"]["stages"][1]["candidates"]]' \
		"[(6, 4), (2, 0)]" $A --dev 1 --socket any:9999,reuseport --socket any:9999,reuseport,dev=1
	json "a reason" 'd["ringside"]["stages"][0]["candidates"][0]["excluded"]' \
		"bound to another device" $A --dev 0 --socket $A,dev=1
	json "a group: everyone" '[s["spec"] for s in d["ringside"]["copies"]]' \
		"['any:9999,reuseaddr,name=b', 'any:9999,reuseaddr,name=a']" 224.0.0.9:9999 \
		--socket any:9999,reuseaddr,name=a --socket any:9999,reuseaddr,name=b
	json "a reuseport group: the same member for the same key" \
		'd["ringside"]["choice"]["index"] == d["ringside"]["choice"]["flow_hash"] * 2 >> 32' \
		True $A $FROM --key 000102030405060708090a0b0c0d0e0f \
		--socket any:9999,reuseport,name=a --socket any:9999,reuseport,name=b
	explain $A --socket any:9999,reuseport --socket any:9999,reuseport
	says "a reuseport group without a source: says what is missing" 'give it as PEER:PORT'
	printf 'ip = 10.0.0.1/24\nserve = discard:9999\n' >"$RS_TMP/my.conf"
	wins "a config file" discard:9999 $A --config "$RS_TMP/my.conf"
}

wrong()
{
	explain --help
	is "--help: exit 0" $? 0
	says "--help: on stdout" '^Usage: ringside explain'
	refused "nothing" "Expected ADDR:PORT"
	refused "no port" "no port, expected ADDR:PORT" 127.0.0.1
	refused "port 0" "port 0 is out of range" 127.0.0.1:0
	refused "no address" "'here' is not an IPv4 address" here:9
	refused "IPv6 without brackets" "expected it in brackets" ::1:9
	refused "any" "no datagram has that address" any:9
	refused "IPv4 in disguise" "expected it as a.b.c.d" '[::ffff:10.0.0.1]:9'
	refused "two families" "two families" 10.0.0.1:9 '[::1]:9'
	refused "three words" "one word too many" $A $FROM $A
	refused "a slot too many" "no power of two" $A --slots 100
	refused "no slots" "out of range" $A --slots 0
	refused "a seed too large" "0 to 0xffffffff" $A --seed 0x100000000
	refused "a short key" "32 hex digits" $A --key 00
	refused "a wrong socket" "--socket: there is no key 'x'" $A --socket any:9,x
	refused "a wrong service" "did you mean 'echo'" $A --serve eco:7
	refused "a port twice" "EADDRINUSE" $A --socket any:9 --socket $A --socket 10.0.0.1:9
	refused "a file that is not there" "nosuch.conf" $A --config /nosuch.conf
	refused "an unknown option" "--nmae: no such option" --nmae
	refused "a value missing" "--seed: a value must follow" $A --seed
	refused "an engine and sockets" "expected no --socket" $A --name x --socket any:9
	"$RINGSIDE" explain $A >/dev/full 2>"$ERR"
	is "an answer that cannot be written: exit 1" $? 1
}

golden
winners
wrong
tap_done
