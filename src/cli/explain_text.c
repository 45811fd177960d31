/* SPDX-License-Identifier: BSD-3-Clause */
/* The explanation for people: the numbers, and Linux's hash of them. */
#include <stdio.h>

#include "cli/explain_text.h"

static unsigned int section;

void
rsd_explain_heading(const char *what)
{
	printf("\n%u. %s\n", ++section, what);
}

static unsigned int
word(const json_t *list, size_t i)
{
	return (unsigned int)json_integer_value(json_array_get(list, i));
}

/* An IPv6 address is four words, one a line. */
static void
text_words(const json_t *end)
{
	const json_t *lies = at(end, "address_as_it_lies"), *host = at(end, "address_host_order");
	size_t i;

	printf("\n   %-22s %-18s %s\n", "address, 4 words", "loaded as it lies", "in host order");
	for (i = 0; i < json_array_size(lies); i++)
		printf("   word %zu                 0x%08x         0x%08x\n", i, word(lies, i),
			word(host, i));
}

static void
text_end(const json_t *end)
{
	unsigned int lies = number(end, "port_as_it_lies"), port = number(end, "port_host_order");
	bool v6 = is_v6(end);

	if (v6) {
		printf("   address on the wire    %.23s\n   %23s%s\n",
			rsd_ctl_str(end, "address_bytes"), "",
			rsd_ctl_str(end, "address_bytes") + 24);
		printf("   port on the wire       %s\n", rsd_ctl_str(end, "port_bytes"));
		printf("   port loaded as it lies 0x%04x\n", lies);
		printf("   port in host order     0x%04x = %u\n", port, port);
		text_words(end);
		return;
	}
	printf("   %-22s %-18s %s\n", "", "address", "port");
	printf("   %-22s %-18s %s\n", "on the wire", rsd_ctl_str(end, "address_bytes"),
		rsd_ctl_str(end, "port_bytes"));
	printf("   %-22s 0x%08x         0x%04x\n", "loaded as it lies",
		word(at(end, "address_as_it_lies"), 0), lies);
	printf("   %-22s 0x%08x         0x%04x = %u\n", "in host order",
		word(at(end, "address_host_order"), 0), port, port);
}

static void
text_numbers(const json_t *whole)
{
	const json_t *from = at(whole, "source");

	rsd_explain_heading("The destination as bytes and as numbers");
	printf("   A frame carries the most significant byte first (network order). x86 loads\n"
	       "   the least significant first, so the same bytes are read as another number.\n\n");
	text_end(at(whole, "destination"));
	if (json_is_object(from)) {
		printf("\n   The source, likewise:\n");
		text_end(from);
	}
}

/* One line, both readings of the address. */
static void
text_both(const char *what, unsigned int a, unsigned int b)
{
	printf("   %-34s 0x%08x       0x%08x\n", what, a, b);
}

static void
text_steps(const json_t *k, const json_t *lies, const json_t *host)
{
	const json_t *steps = at(lies, "steps"), *other = at(host, "steps"), *step;
	const json_t *words = at(lies, "words");
	char what[32];
	size_t i;

	for (i = 0; i < json_array_size(words); i++) {
		snprintf(what, sizeof(what), "word %zu", i);
		text_both(json_array_size(words) == 1 ? "address" : what, word(words, i),
			word(at(host, "words"), i));
	}
	text_both("seed", number(k, "seed"), number(k, "seed"));
	json_array_foreach(steps, i, step) text_both(rsd_ctl_str(step, "step"),
		number(step, "value"), number(json_array_get(other, i), "value"));
}

static void
text_slots(const json_t *k, unsigned int port)
{
	const json_t *lies = json_array_get(at(k, "readings"), 0);
	const json_t *host = json_array_get(at(k, "readings"), 1);
	unsigned int slots = number(k, "slots"), mask = number(k, "mask");
	char what[40], slot[32];

	text_both("jhash = c", number(lies, "jhash"), number(host, "jhash"));
	snprintf(what, sizeof(what), "jhash ^ port 0x%04x", port);
	text_both(what, number(lies, "hash"), number(host, "hash"));
	snprintf(what, sizeof(what), "that & mask 0x%x", mask);
	text_both(what, number(lies, "slot"), number(host, "slot"));
	snprintf(slot, sizeof(slot), "%u of %u", number(lies, "slot"), slots);
	printf("   %-34s %-16s %u of %u\n", "slot", slot, number(host, "slot"), slots);
}

static void
text_kernel(const json_t *whole)
{
	const json_t *k = at(whole, "linux"), *any = at(k, "any");
	unsigned int port = number(at(whole, "destination"), "port");

	char what[64];

	snprintf(what, sizeof(what), "Linux: %s", rsd_ctl_str(k, "function"));
	rsd_explain_heading(what);
	printf("   Linux keys its UDP table by two numbers, (address, port) of the socket. The\n"
	       "   address is hashed as it lies in memory, never swapped; the port in host\n"
	       "   order. The seed is random, and secret, in every network namespace.\n\n");
	printf("   %-34s %-16s %s\n", "address taken", "as it lies", "in host order");
	printf("   %-34s %-16s %s\n", "", "(Linux, on x86)", "(a common mistake)");
	text_steps(k, json_array_get(at(k, "readings"), 0), json_array_get(at(k, "readings"), 1));
	text_slots(k, port);
	printf("\n   If no socket in that slot fits, Linux looks in that of (any, %u):\n"
	       "   %-34s 0x%08x, slot %u of %u\n",
		port, "jhash(0) ^ port", number(any, "hash"), number(any, "slot"),
		number(k, "slots"));
}

void
rsd_explain_text(const json_t *whole)
{
	const json_t *from = at(whole, "source");

	section = 0;
	printf("A datagram to %s", rsd_ctl_str(at(whole, "destination"), "text"));
	if (json_is_object(from))
		printf(" from %s", rsd_ctl_str(from, "text"));
	printf(": who gets it?\n");
	text_numbers(whole);
	text_kernel(whole);
	rsd_explain_text_table(whole);
}
