/* SPDX-License-Identifier: BSD-3-Clause */
/* Options: words in, fields or one error line out. */
#include "unit/conf_rows.h"

static const struct row good_words_rows[] = {
	{ IP, .want = "name=ringside port0=tap(ringside0)() ip0=10.0.0.2/24@-1 "
		      "serve0=echo:7 "
		      "queues=0 burst=32 mbufs=0 rx=1024 tx=1024 pipeline=respond "
		      "idle=pause "
		      "csum=0 for=0 count=0 key=0 eal=0/0 check=0 help=0 ports=1 ips=1 "
		      "serves=1" },
	{ IP "", .want = "ledger=0" },
	{ IP "--ledger 1024", .want = "ledger=1024" },
	{ IP "--ledger 1k", .error = "--ledger: '1k' is not a number, expected 0 to 1000000000" },
	{ "--pipeline swap --ledger 0", .want = "ledger=0 pipeline=swap" },
	{ "--pipeline swap --ledger 1",
		.error = "--ledger: the pipeline swap has no stages to watch, expected the "
			 "pipeline respond" },
	{ "--ip=10.0.0.2/24 --burst=1 --mbufs=4194304 --rx-desc=64 --tx-desc=32768",
		.want = "burst=1 mbufs=4194304 rx=64! tx=32768!" },
	{ IP "--burst 256 --mbufs 2048 --queues 1", .want = "burst=256 mbufs=2048 queues=1" },
	{ IP "--queues 64", .want = "queues=64" },
	{ IP "--cores 0,2-4,7", .want = "core0=0 core1=2 core2=3 core3=4 core4=7" },
	{ IP "--cores 1023", .want = "core0=1023" },
	{ IP "--name a.b_c-9", .want = "name=a.b_c-9!" },
	{ IP "--for 0.25 --count 18446744073709551614",
		.want = "for=250000000 count=18446744073709551614" },
	{ IP "--for 10", .want = "for=10000000000" },
	{ IP "--for .000000001", .want = "for=1" },
	{ IP "--for 31536000", .want = "for=31536000000000000" },
	{ IP "--udp-checksum verify --idle spin", .want = "csum=1 idle=spin" },
	{ IP "--udp-checksum offload --idle sleep", .want = "csum=2 idle=sleep" },
	{ IP "--udp-checksum skip --idle interrupt", .want = "csum=3 idle=interrupt" },
	{ "--pipeline sink", .want = "pipeline=sink ips=0 serves=0 ports=1" },
	{ "--pipeline bounce", .want = "pipeline=bounce" },
	{ "--pipeline swap " IP, .want = "pipeline=swap ips=1 serves=0" },
	{ IP "--rss-key " KEY40 KEY40, .want = "key=48" },
	{ IP "--check", .want = "check=1" },
	{ "--help --burst nonsense", .want = "help=1" },
	{ "-h", .want = "help=1" },
};

static void
test_good_words(void)
{
	ROWS(good_words_rows);
}

static const struct row ports_rows[] = {
	{ IP "--port tap", .want = "port0=tap(ringside0)()" },
	{ IP "--port ring --port tap", .want = "port1=tap(ringside1)()" },
	{ IP "--port tap:abcdefghijklmno", .want = "port0=tap(abcdefghijklmno)()" },
	{ IP "--port afpacket:eth0", .want = "port0=afpacket(eth0)()" },
	{ IP "--port afxdp:eth0", .want = "port0=afxdp(eth0)()" },
	{ IP "--port virtio-user:/run/s", .want = "port0=virtio-user(/run/s)()" },
	{ IP "--port vhost:rel/s", .want = "port0=vhost(rel/s)()" },
	{ IP "--port memif:/run/s", .want = "port0=memif(/run/s)()" },
	{ IP "--port memif:/run/s,server", .want = "port0=memif(/run/s)(server)" },
	{ IP "--port ring --port ring --port null",
		.want = "port0=ring()() port1=ring()() port2=null()()" },
	{ IP "--port pcap:in.pcap", .want = "port0=pcap(in.pcap)()" },
	{ IP "--port pcap:in.pcap,out.pcap", .want = "port0=pcap(in.pcap)(out.pcap)" },
	{ IP "--port pci:0000:03:00.1", .want = "port0=pci(0000:03:00.1)()" },
	{ IP "--port pci:3:1f.7,a=1", .want = "port0=pci(0000:03:1f.7)(a=1)" },
	{ IP "--port 0001:03:00.0", .want = "port0=pci(0001:03:00.0)()" },
	{ IP "--port net_tap3,iface=x", .want = "port0=devargs(net_tap3,iface=x)()" },
	{ IP "--port tpa:x",
		.error = "--port: there is no kind of port 'tpa', did you mean 'tap'?" },
	{ IP "--port zzzzzz:x",
		.error = "--port: there is no kind of port 'zzzzzz', expected tap[:IFACE], "
			 "afpacket:IFACE, pci:BDF or another SPEC of --help" },
	{ IP "--port ring:x", .error = "--port: 'ring:x' has the wrong form, expected ring" },
	{ IP "--port afpacket",
		.error = "--port: 'afpacket' has the wrong form, expected afpacket:IFACE" },
	{ IP "--port tap:", .error =
				    "--port: '' cannot be an interface, expected a name of 1 to 15 "
				    "characters" },
	{ IP "--port tap:abcdefghijklmnop", .error = "--port: 'abcdefghijklmnop' cannot be "
						     "an interface, expected a name of 1 to "
						     "15 characters" },
	{ IP "--port tap:a/b", .error =
				       "--port: 'a/b' cannot be an interface, expected a name of 1 "
				       "to 15 characters" },
	{ IP "--port tap,x",
		.error = "--port: 'tap,x' has a comma too early, expected tap[:IFACE]" },
	{ IP "--port vhost:", .error = "--port: no path given, expected one after the colon" },
	{ IP "--port vhost:/a,b", .error = "--port: 'b' after the path, expected vhost:SOCKET" },
	{ IP "--port memif:/a,client",
		.error = "--port: 'client' after the path, expected memif:SOCKET[,server]" },
	{ IP "--port vhost:/a[1]", .error = "--port: path '/a[1]' has a comma, bracket or quote, "
					    "expected one without" },
	{ IP "--port pcap:a,b,c", .error = "--port: path 'b,c' has a comma, bracket or "
					   "quote, expected one without" },
	{ IP "--port pci:eth0", .error =
					"--port: 'eth0' is not a PCI address, expected one such as "
					"0000:03:00.0" },
	{ IP "--port pci:00:20.0", .error = "--port: '00:20.0' is not a PCI address, expected one "
					    "such as 0000:03:00.0" },
	{ IP "--port tap:x --port tap:x",
		.error = "--port: 'tap:x' is given twice, expected each device once" },
	{ IP "--port net_null0 --port net_null0,size=9",
		.error = "--port: 'net_null0,size=9' is given twice, expected each device "
			 "once" },
	{ IP "--port ring --port ring --port ring --port ring --port ring --port ring "
	     "--port ring "
	     "--port ring --port ring",
		.error = "--port: given too often, expected at most 8 times" },
};

static void
test_ports(void)
{
	ROWS(ports_rows);
}

static const struct row addresses_rows[] = {
	{ "--ip 10.0.0.2/24 --ip 10.1.0.2/16", .want = "ip0=10.0.0.2/24@-1 ip1=10.1.0.2/16@-1" },
	{ "--ip 10.0.0.2/24@1 --ip 10.0.0.2/24@0 --port ring --port null",
		.want = "ip0=10.0.0.2/24@1 ip1=10.0.0.2/24@0" },
	{ "--ip 10.0.0.0/31", .want = "ip0=10.0.0.0/31@-1" },
	{ "--ip 10.0.0.255/32", .want = "ip0=10.0.0.255/32@-1" },
	{ IP "--gateway 10.0.0.1", .want = "gateway=10.0.0.1" },
	{ "--ip 10.0.0.2/31 --gateway 10.0.0.3", .want = "gateway=10.0.0.3" },
	{ IP "--vlan 1", .want = "vlan0=1@-1" },
	{ IP "--vlan 4094@0", .want = "vlan0=4094@0" },
	{ "", .error = "--ip: missing, expected an address to answer for such as --ip "
		       "10.0.0.2/24" },
	{ "--ip 10.0.0.2", .error = "--ip: '10.0.0.2' has no prefix length, expected "
				    "ADDR/LEN[@PORT] such as 10.0.0.2/24" },
	{ "--ip 10.0.0.2/33", .error = "--ip: prefix length '33' is wrong, expected 1 to 32" },
	{ "--ip 10.0.0.2/0", .error = "--ip: prefix length '0' is wrong, expected 1 to 32" },
	{ "--ip 10.0.0.256/8", .error = "--ip: '10.0.0.256' is not an address, expected an "
					"IPv4 address such as "
					"10.0.0.2" },
	{ "--ip fd00::1/64", .error = "--ip: 'fd00::1': IPv6 addresses are not served, "
				      "expected an IPv4 address" },
	{ "--ip 10.0.0.0/24", .error = "--ip: 10.0.0.0/24 is the address of the network itself, "
				       "expected the address of a host" },
	{ "--ip 10.0.0.255/24", .error = "--ip: 10.0.0.255/24 is the broadcast address of its "
					 "network, expected the address of a host" },
	{ "--ip 224.0.0.1/24", .error = "--ip: 224.0.0.1/24 is a multicast address, expected the "
					"address of a host" },
	{ "--ip 127.0.0.1/8", .error = "--ip: 127.0.0.1/8 is a loopback address, expected the "
				       "address of a host" },
	{ "--ip 0.0.0.0/8", .error =
				    "--ip: 0.0.0.0/8 means this network, expected the address of a "
				    "host" },
	{ "--ip 255.255.255.255/32", .error = "--ip: 255.255.255.255/32 is reserved, "
					      "expected the address of a host" },
	{ IP IP, .error = "--ip: address 10.0.0.2 is given twice, expected once" },
	{ IP "--ip 10.0.0.2/16@0",
		.error = "--ip: address 10.0.0.2 is given twice, expected once" },
	{ "--ip 10.0.0.2/24@1", .error = "--ip: there is no port 1, expected @0" },
	{ "--ip 10.0.0.2/24@2 --port ring --port null",
		.error = "--ip: there is no port 2, expected @0 or another index of "
			 "--port" },
	{ "--ip 10.0.0.2/24@9", .error = "--ip: 9 is out of range, expected 0 to 7" },
	{ IP "--gateway 10.0.1.1",
		.error = "--gateway: is no host on the link of any --ip, expected "
			 "an address within one of them" },
	{ IP "--gateway 10.0.0.255", .error = "--gateway: is no host on the link of any --ip, "
					      "expected an address within one of them" },
	{ IP "--gateway 10.0.0.2", .error = "--gateway: is the engine's own address, "
					    "expected that of a router" },
	{ IP "--gateway fd::1",
		.error = "--gateway: 'fd::1': IPv6 addresses are not served, expected "
			 "an IPv4 address" },
	{ IP "--vlan 0", .error = "--vlan: 0 is out of range, expected 1 to 4094" },
	{ IP "--vlan 4095", .error = "--vlan: 4095 is out of range, expected 1 to 4094" },
	{ IP "--vlan 5@1", .error = "--vlan: there is no port 1, expected @0" },
	{ IP "--vlan 5 --vlan 6@0", .error = "--vlan: id 6 contradicts id 5 on the same port, "
					     "expected one id a port" },
};

static void
test_addresses(void)
{
	ROWS(addresses_rows);
}

static const struct row serves_rows[] = {
	{ IP "--serve time:37", .want = "serve0=time:37! serves=1" },
	{ IP "--serve echo:7 --serve discard:9", .want = "serve0=echo:7! serve1=discard:9!" },
	{ IP "--serve echo:7@10.0.0.2", .want = "serve0=echo:7@10.0.0.2!" },
	{ IP "--ip 10.0.0.3/24 --serve echo:7@10.0.0.2 --serve time:7@10.0.0.3",
		.want = "serves=2" },
	{ IP "--serve eco:7", .error = "--serve: there is no service 'eco', did you mean 'echo'?" },
	{ IP "--serve dns:53", .error = "--serve: there is no service 'dns', expected one "
					"of echo, discard, time, sockperf" },
	{ IP "--serve echo", .error = "--serve: 'echo' names no service and port, expected "
				      "NAME:PORT[@ADDR]" },
	{ IP "--serve echo:0", .error = "--serve: 0 is out of range, expected 1 to 65535" },
	{ IP "--serve echo:65536", .error = "--serve: 65536 is out of range, expected 1 to 65535" },
	{ IP "--serve echo:7x", .error = "--serve: '7x' is not a number, expected 1 to 65535" },
	{ IP "--serve echo:7,size=9",
		.error = "--serve: echo:7,size=9: there is no such key, expected peer, device or "
			 "share" },
	{ IP "--serve echo:7,share",
		.error = "--serve: echo:7,share: expected key=value after the comma" },
	{ IP "--serve echo:7,share=no",
		.error = "--serve: echo:7,share=no: expected share=reuseport or "
			 "share=reuseaddr" },
	{ IP "--serve echo:7,peer=10.0.0.9",
		.error = "--serve: echo:7,peer=10.0.0.9: expected peer=ADDR:PORT" },
	{ IP "--serve echo:7,share=reuseport --serve discard:7,share=reuseport",
		.want = "serves=2" },
	{ IP "--serve echo:7,share=reuseport --serve discard:7,share=reuseaddr",
		.error = "--serve: 'discard:7,share=reuseaddr' and 'echo:7,share=reuseport' want "
			 "the same port, expected each port and address once" },
	{ IP "--serve discard:9@239.1.2.3 --serve discard:9@255.255.255.255 "
	     "--serve discard:9@10.0.0.255",
		.want = "serves=3" },
	{ IP "--serve discard:9@10.0.1.255",
		.error = "--serve: the address in 'discard:9@10.0.1.255' is not the engine's, "
			 "expected one of --ip" },
	{ IP "--serve echo:7,peer=10.0.0.9:5 --serve echo:8,device=0", .want = "serves=2" },
	{ IP "--serve echo:7@10.0.0.3", .error = "--serve: the address in 'echo:7@10.0.0.3' is not "
						 "the engine's, expected one of --ip" },
	{ IP "--serve echo:7@0.0.0.0", .error = "--serve: the address in 'echo:7@0.0.0.0' is not "
						"the engine's, expected one of --ip" },
	{ IP "--serve echo:7 --serve time:7",
		.error = "--serve: 'time:7' and 'echo:7' want the same "
			 "port, expected each port and address once" },
	{ IP "--serve echo:7 --serve time:7@10.0.0.2",
		.error = "--serve: 'time:7@10.0.0.2' and 'echo:7' want the same port, "
			 "expected each "
			 "port and address once" },
	{ "--pipeline sink --serve echo:7",
		.error = "--serve: the pipeline sink opens no sockets, expected the "
			 "pipeline respond" },
};

static void
test_serves(void)
{
	ROWS(serves_rows);
}

static const struct row bad_words_rows[] = {
	{ IP "--burts 4", .error = "--burts: there is no such option, did you mean --burst?" },
	{ IP "--user nobody", .error = "--user: there is no such option, expected one of "
				       "`ringside run --help`" },
	{ IP "burst", .error = "burst: not understood, expected an option that begins with --" },
	{ IP "-b 4", .error = "-b: not understood, expected an option that begins with --" },
	{ IP "--burst", .error = "--burst: has no value, expected N" },
	{ IP "--burst --mbufs 600", .error = "--burst: has no value, expected N" },
	{ IP "--burst=", .error = "--burst: has no value, expected N" },
	{ IP "--check=1", .error = "--check: has the value '1', expected none" },
	{ IP "--burst 0", .error = "--burst: 0 is out of range, expected 1 to 256" },
	{ IP "--burst 257", .error = "--burst: 257 is out of range, expected 1 to 256" },
	{ IP "--burst -1", .error = "--burst: '-1' is not a number, expected 1 to 256" },
	{ IP "--burst 0x10", .error = "--burst: '0x10' is not a number, expected 1 to 256" },
	{ IP "--burst 4 --burst 4", .error = "--burst: given twice, expected once" },
	{ IP "--burst 65 --rx-desc 64", .error = "--burst: 65 is more than a queue holds, "
						 "expected at most --rx-desc and "
						 "--tx-desc" },
	{ IP "--rx-desc 63", .error = "--rx-desc: 63 is out of range, expected 64 to 32768" },
	{ IP "--tx-desc 32769", .error = "--tx-desc: 32769 is out of range, expected 64 to 32768" },
	{ IP "--mbufs 511", .error = "--mbufs: 511 is out of range, expected 512 to 4194304" },
	{ IP "--mbufs 2048 --queues 2",
		.error = "--mbufs: 2048 do not even fill the receive queues, expected more "
			 "than 2048" },
	{ IP "--count 0",
		.error = "--count: 0 is out of range, expected 1 to 18446744073709551614" },
	{ IP "--count 99999999999999999999",
		.error = "--count: 99999999999999999999 is out of range, expected 1 to "
			 "18446744073709551614" },
	{ IP "--queues 65", .error = "--queues: 65 is out of range, expected 1 to 64" },
	{ IP "--for 0", .error = "--for: 0 is no time at all, expected more than 0 seconds" },
	{ IP "--for 1e3",
		.error = "--for: '1e3' is not a time, expected seconds such as 10 or 0.5" },
	{ IP "--for .", .error = "--for: '.' is not a time, expected seconds such as 10 or 0.5" },
	{ IP "--for 31536001", .error = "--for: 31536001 is out of range, expected 0 to 31536000" },
	{ IP "--cores 0,,1", .error =
				     "--cores: '0,,1' is not a list of cores, expected one such as "
				     "0,2-3 of cores 0 to 1023" },
	{ IP "--cores 1024", .error =
				     "--cores: '1024' is not a list of cores, expected one such as "
				     "0,2-3 of cores 0 to 1023" },
	{ IP "--cores 0,1,0", .error = "--cores: core 0 is listed twice, expected each once" },
	{ IP "--cores 3-1", .error = "--cores: range 3-1 runs backwards, expected the "
				     "lower core first" },
	{ IP "--cores 0-200", .error = "--cores: too many cores, expected at most 128" },
	{ IP "--pipeline reply",
		.error = "--pipeline: 'reply' is not known, expected one of respond, "
			 "sink, bounce, swap" },
	{ IP "--udp-checksum auto", .error = "--udp-checksum: 'auto' is not known, expected one of "
					     "verify, offload, skip" },
	{ IP "--idle nap", .error = "--idle: 'nap' is not known, expected one of spin, "
				    "pause, sleep, interrupt" },
	{ IP "--rss-key 6d5a", .error = "--rss-key: not a key, expected 40 to 128 bytes as "
					"pairs of hex digits" },
	{ IP "--rss-key " KEY40 KEY40 "0", .error = "--rss-key: not a key, expected 40 to "
						    "128 bytes as pairs of hex digits" },
	{ IP "--rss-key "
	     "00000000000000000000000000000000000000000000000000000000000000000000000000000"
	     "000",
		.error = "--rss-key: a key of zeros puts every flow on one queue, expected "
			 "a random "
			 "one" },
	{ IP "--name ../x", .error = "--name: '../x' cannot be a name, expected 1 to 31 "
				     "letters, digits, '.', '_' "
				     "or '-', the first a letter or digit" },
	{ IP "--name a234567890123456789012345678901x",
		.error = "--name: 'a234567890123456789012345678901x' cannot be a name, "
			 "expected 1 to "
			 "31 letters, digits, '.', '_' or '-', the first a letter or "
			 "digit" },
	{ IP "--name a\nb", .error = "--name: has a control character, expected printable text" },
	{ "--config /nowhere/x", .error = "--config: cannot read '/nowhere/x': No such "
					  "file or directory, expected a "
					  "config file" },
};

static void
test_bad_words(void)
{
	ROWS(bad_words_rows);
}

static const struct row eal_style_rows[] = {
	{ "-l 0,1 -- " IP, .want = "eal=1/2 ports=0 name=ringside" },
	{ "-- " IP, .want = "eal=1/0 ports=0" },
	{ "-l 0 -- " IP "--port ring", .want = "port0=ring()()" },
	{ "-l 0 -- --ip 10.0.0.2/24@5", .want = "ip0=10.0.0.2/24@5" },
	{ "--file-prefix q -- " IP, .want = "name=q!" },
	{ "--file-prefix=q -- " IP, .want = "name=q!" },
	{ "--file-pre q -- " IP "--name q", .want = "name=q!" },
	{ "--no-pci -- " IP "--cores 1", .want = "core0=1" },
	{ "--file-prefix q -- " IP "--name z",
		.error = "--name: is 'z', but --file-prefix is 'q', expected one of them" },
	{ "--file-prefix a/b -- " IP,
		.error = "--file-prefix: 'a/b' cannot be a name, expected 1 to 31 letters, "
			 "digits, "
			 "'.', '_' or '-', the first a letter or digit" },
	{ "-l 0,1 -- " IP "--cores 1",
		.error = "--cores: the EAL options choose cores too, expected one of them" },
	{ "--lcores 0@0 -- " IP "--cores 1",
		.error = "--cores: the EAL options choose cores too, expected one of them" },
	{ "--proc-type=secondary -- " IP, .error = "--proc-type: is 'secondary', expected "
						   "primary: the engine owns its devices" },
};

#define SKIP "--udp-checksum skip "
#define TAGS "expected --vlan on all or on none"

static const struct row guard_rows[] = {
	{ IP, .want = "guard=0" },
	{ IP SKIP "--guard", .want = "guard=1 csum=3 ledger=1" },
	{ IP SKIP "--guard --ledger 64", .want = "guard=1 ledger=1" },
	{ IP "--guard --udp-checksum offload", .want = "guard=1 csum=2" },
	{ IP SKIP "--guard --port ring --port ring --vlan 5", .want = "guard=1 ports=2" },
	{ IP SKIP "--guard --port ring --port ring --vlan 5@0 --vlan 6@1", .want = "guard=1" },
	{ IP SKIP "--guard --port ring --vlan 5@0", .want = "guard=1" },
	{ "-l 0,1 --no-huge -- " IP SKIP "--guard", .want = "guard=1" },
	{ "-l 0,1 --no-huge --socket-mem 64 -- " IP SKIP "--guard", .want = "guard=1" },
	{ IP SKIP "--guard=yes", .error = "--guard: has the value 'yes', expected none" },
	{ IP "--guard", .error = "--guard: to verify a UDP checksum is to read the payload, "
				 "expected --udp-checksum skip, or offload to a device that does "
				 "it" },
	{ IP "--guard --udp-checksum verify",
		.error = "--guard: to verify a UDP checksum is to read the payload, expected "
			 "--udp-checksum skip, or offload to a device that does it" },
	{ SKIP "--guard --pipeline swap",
		.error = "--guard: the pipeline swap has no stages to tell apart, expected "
			 "respond" },
	{ IP SKIP "--guard --port pci:3:0.0",
		.error = "--guard: a PCI device needs huge pages, which cannot be closed in part, "
			 "expected virtual ports only" },
	{ "-l 0,1 -a 0000:03:00.0 -- " IP SKIP "--guard",
		.error = "--guard: a PCI device needs huge pages, which cannot be closed in part, "
			 "expected virtual ports only" },
	{ "-l 0,1 --huge-dir=/x -- " IP SKIP "--guard",
		.error = "--guard: huge pages cannot be closed in part, expected --no-huge among "
			 "the EAL options" },
	{ IP SKIP "--guard --port ring --port ring --vlan 5@1",
		.error = "--guard: ports with and without a VLAN differ in where a payload "
			 "begins, " TAGS },
};

static void
test_guard(void)
{
	ROWS(guard_rows);
}

static void
test_eal_style(void)
{
	ROWS(eal_style_rows);
}

static void
test_key_bytes(void)
{
	char plain[] = "--ip 10.0.0.2/24 --rss-key " KEY40 KEY40, *argv[WORDS_MAX];
	char colons[256] = "--ip 10.0.0.2/24 --rss-key ";
	static struct rsd_conf a, b;
	struct rsd_error err;
	unsigned int i;

	for (i = 0; i < 48; i++)
		snprintf(colons + strlen(colons), sizeof(colons) - strlen(colons), "%s%02X",
			i == 0 ? "" : ":", i % 24);
	RSD_CHECK_EQ(rsd_conf_parse(split(plain, argv), argv, &a, &err), 0);
	RSD_CHECK_EQ(rsd_conf_parse(split(colons, argv), argv, &b, &err), 0);
	RSD_CHECK_EQ(a.rss_key_len, 48);
	RSD_CHECK_EQ(b.rss_key_len, 48);
	for (i = 0; i < 48; i++) {
		RSD_CHECK_EQ(a.rss_key[i], i % 24);
		RSD_CHECK_EQ(b.rss_key[i], i % 24);
	}
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "good words become the right fields", test_good_words },
		{ "ports of every kind, and what is none", test_ports },
		{ "addresses, gateway and VLAN ids", test_addresses },
		{ "services", test_serves },
		{ "wrong words are refused in one line", test_bad_words },
		{ "EAL's words before --, ours after it", test_eal_style },
		{ "the guard, and what it cannot be had with", test_guard },
		{ "an RSS key with and without colons", test_key_bytes },
	};

	return run_tests("options", tests, RTE_DIM(tests));
}
