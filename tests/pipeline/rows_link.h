/* SPDX-License-Identifier: BSD-3-Clause */
/* Ethernet, VLAN and ARP. The labels are those of the conformance list. */
#include "support/rows.h"

#define TAGGED            \
	{                 \
		.vlan = 5 \
	}

static const struct rsd_row rows_ethernet[] = {
	{ "E1: frames of 0 to 13 bytes",
		"udp cut=0;udp cut=1;udp cut=2;udp cut=3;udp cut=4;udp cut=5;udp cut=6;udp cut=7;"
		"udp cut=8;udp cut=9;udp cut=10;udp cut=11;udp cut=12;udp cut=13",
		"", "eth_short=14", { 0 } },
	{ "E2: one byte and 17 of padding are answered by one byte", "udp len=1 pad=17",
		"answer len=1", "answered=1 eth_padding=1 rx_bytes=60 tx_bytes=43", { 0 } },
	{ "E2: padding of a datagram whose answer is made anew", "udp dport=7778 len=1 pad=17",
		"answer sport=7778 len=1", "answered=1 eth_padding=1", { 0 } },
	{ "E2: a padded ping", "ping len=1 pad=17", "pong len=1", "host_answered=1 eth_padding=1",
		{ 0 } },
	{ "E3: a MAC that is not ours", "udp dmac=other;ping dmac=other;arp dmac=other", "",
		"eth_not_us=3", { 0 } },
	{ "E4: a group MAC as source", "udp smac=mcast;arp smac=bcast", "", "eth_src_group=2",
		{ 0 } },
	{ "E5: an 802.3 length instead of a type", "eth type=46 len=46;eth type=0x05ff", "",
		"eth_llc=2", { 0 } },
	{ "E6: unknown EtherTypes", "eth type=0x0600;eth type=0x88cc;eth type=0xffff", "",
		"eth_unknown_type=3", { 0 } },
	{ "E6: IPv6 is not served", "eth type=0x86dd len=60", "", "ip6_unserved=1", { 0 } },
	{ "E7: a priority tag is handled as none, the answer has none",
		"udp vlan=0;udp tag=0x8100e000 len=3", "answer;answer len=3",
		"answered=2 hdr_copied=24", { 0 } },
	{ "E7: a ping with a priority tag", "ping vlan=0", "pong", "host_answered=1", { 0 } },
	{ "E7: an ARP question with a priority tag", "arp vlan=0", "arpreply", "host_answered=1",
		{ 0 } },
	{ "E8: a tag on an untagged port", "udp vlan=5;arp vlan=5;udp vlan=4095", "",
		"vlan_unknown=3", { 0 } },
	{ "E9: service tags and stacks of tags",
		"udp tag=0x88a80005;udp tag=0x88a80005 vlan=5;udp vlan=0 vlan=0;"
		"udp vlan=5 vlan=5 vlan=5",
		"", "vlan_unknown=4", { 0 } },
	{ "E10: the frame ends inside a tag",
		"udp vlan=0 cut=14;udp vlan=0 cut=15;udp vlan=0 cut=16;udp vlan=0 cut=17", "",
		"eth_short=4", { 0 } },
	{ "E10: the frame ends right after a tag", "udp vlan=0 cut=18;arp vlan=0 cut=18", "",
		"ip4_hdr=1 arp_bad=1", { 0 } },
	{ "E11: the device took another VLAN's tag out", "udp strip=5;udp strip=0x2005;arp strip=5",
		"", "vlan_unknown=3", { 0 } },
	{ "E11: the device took a priority tag out", "udp strip=0;udp strip=0xe000",
		"answer;answer", "answered=2", { 0 } },
	{ "E12: our address in broadcast and multicast frames",
		"udp dmac=bcast;udp dmac=mcast;ping dmac=bcast;udp dmac=bcast dport=9", "",
		"l2_bcast_unicast_ip=4", { 0 } },
	{ "E14: frames above the MTU", "udp len=1473;udp len=1900;ping len=1473;arp pad=1473", "",
		"eth_oversize=4", { 0 } },
	{ "E14: frames of just the MTU", "udp len=1472;udp dport=7778 len=1472;ping len=1472",
		"pong len=1472;answer len=1472;answer sport=7778 len=1472",
		"answered=2 host_answered=1", { 0 } },
};

static const struct rsd_row rows_vlan[] = {
	{ "E8: our VLAN", "udp vlan=5;udp vlan=5 dport=7778 len=9;ping vlan=5;arp vlan=5",
		"pong vlan=5;arpreply vlan=5 pad=14;answer vlan=5;answer vlan=5 sport=7778 len=9",
		"answered=2 host_answered=2", TAGGED },
	{ "E8: priority bits come back", "udp tag=0x8100b005;ping tag=0x81003005",
		"pong tag=0x81003005;answer tag=0x8100b005", "answered=1 host_answered=1", TAGGED },
	{ "E8: other VLANs, a priority tag and no tag on a tagged port",
		"udp vlan=6;udp vlan=4095;udp vlan=0;udp;arp;udp vlan=5 vlan=5;udp tag=0x88a80005",
		"", "vlan_unknown=7", TAGGED },
	{ "E8: a padded datagram of our VLAN", "udp vlan=5 len=1 pad=13", "answer vlan=5 len=1",
		"answered=1 eth_padding=1", TAGGED },
	{ "E8: our VLAN and just the MTU, and one byte more",
		"udp vlan=5 len=1472;udp vlan=5 len=1473", "answer vlan=5 len=1472",
		"answered=1 eth_oversize=1", TAGGED },
	{ "E11: the device took our tag out", "udp strip=5;udp strip=0x6005 len=2;arp strip=5",
		"arpreply vlan=5 pad=14;answer vlan=5;answer tag=0x81006005 len=2",
		"answered=2 host_answered=1", TAGGED },
	{ "E11: the device took another tag out", "udp strip=6;udp strip=0", "", "vlan_unknown=2",
		TAGGED },
	{ "E14: options on our VLAN", "udp vlan=5 opts=01010101", "answer vlan=5", "answered=1",
		TAGGED },
};

static const struct rsd_row rows_arp[] = {
	{ "A1: a question for us by broadcast, bare and padded", "arp;arp pad=18",
		"arpreply;arpreply", "host_answered=2", { 0 } },
	{ "A1: for each address of ours", "arp tpa=us2;arp tpa=us3",
		"arpreply spa=us2;arpreply spa=us3", "host_answered=2", { 0 } },
	{ "A2: a question to us alone", "arp dmac=us", "arpreply", "host_answered=1", { 0 } },
	{ "A3: a question for another", "arp tpa=10.9.0.77;arp tpa=peer", "", "arp_not_us=2",
		{ 0 } },
	{ "A4: of another kind",
		"arp htype=6;arp ptype=0x86dd;arp hlen=8;arp plen=16;arp op=0;arp op=3;arp op=4;"
		"arp op=8;arp op=25;arp op=65535",
		"", "arp_bad=10", { 0 } },
	{ "A5: cut at every byte from the Ethernet header on",
		"arp cut=14;arp cut=15;arp cut=16;arp cut=17;arp cut=18;arp cut=19;arp cut=20;"
		"arp cut=21;arp cut=22;arp cut=23;arp cut=24;arp cut=25;arp cut=26;arp cut=27;"
		"arp cut=28;arp cut=29;arp cut=30;arp cut=31;arp cut=32;arp cut=33;arp cut=34;"
		"arp cut=35;arp cut=36;arp cut=37;arp cut=38;arp cut=39;arp cut=40;arp cut=41",
		"", "arp_bad=28", { 0 } },
	{ "A6: the sender is not who the frame is from", "arp sha=other", "arpreply tha=other",
		"host_answered=1 arp_sha_mismatch=1", { 0 } },
	{ "A7: a sender with a broadcast, group or zero MAC",
		"arp sha=bcast;arp sha=mcast;arp sha=zero", "", "arp_sender=3", { 0 } },
	{ "A8: a sender with an address no host has",
		"arp spa=10.9.0.255;arp spa=172.16.5.3;arp spa=255.255.255.255;arp spa=224.0.0.1;"
		"arp spa=127.0.0.1;arp spa=240.0.0.1",
		"", "arp_sender=6", { 0 } },
	{ "A8: a target no host has", "arp tpa=224.0.0.1;arp tpa=127.0.0.1;arp tpa=255.255.255.255",
		"", "arp_not_us=3", { 0 } },
	{ "A9: a probe for our address", "arp spa=0.0.0.0", "arpreply tpa=0.0.0.0",
		"host_answered=1", { 0 } },
	{ "A10: another host announces itself", "arp tpa=peer;arp op=2 tpa=peer", "",
		"arp_not_us=2", { 0 } },
	{ "A11: a reply to what was never asked", "arp op=2 dmac=us;arp op=2 dmac=us tpa=us3", "",
		"host_consumed=2", { 0 } },
	{ "A11: a reply to another", "arp op=2 tpa=10.9.0.77", "", "arp_not_us=1", { 0 } },
	{ "A12: another machine claims our address",
		"arp spa=us sha=other;arp op=2 spa=us2 sha=other tpa=peer;arp spa=us tpa=us "
		"sha=other",
		"", "arp_conflict=3", { 0 } },
	{ "A12: our own announcement comes back", "arp spa=us sha=us smac=us", "",
		"host_consumed=1", { 0 } },
	{ "no room behind a question for the reply's padding", "arp room=58;arp room=60",
		"arpreply", "host_answered=1 resp_no_room=1", { 0 } },
};
