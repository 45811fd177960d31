/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "bench/rx_client.h"

#define ANSWER_MS 10000
#define GRACE_MS  20000 /* under a sanitizer, on a busy machine */
#define MAX_WORDS 24

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	{ "wall_ns", offsetof(struct rsd_rx_mark, wall_ns) },
	{ "tsc", offsetof(struct rsd_rx_mark, tsc) },
	{ "cpu_ns", offsetof(struct rsd_rx_mark, cpu_ns) },
	{ "user_ns", offsetof(struct rsd_rx_mark, user_ns) },
	{ "system_ns", offsetof(struct rsd_rx_mark, system_ns) },
	{ "datagrams", offsetof(struct rsd_rx_mark, datagrams) },
	{ "bytes", offsetof(struct rsd_rx_mark, bytes) },
	{ "last_bytes", offsetof(struct rsd_rx_mark, last_bytes) },
	{ "answered", offsetof(struct rsd_rx_mark, answered) },
	{ "unsent", offsetof(struct rsd_rx_mark, unsent) },
	{ "refused", offsetof(struct rsd_rx_mark, refused) },
	{ "completions", offsetof(struct rsd_rx_mark, completions) },
	{ "copied", offsetof(struct rsd_rx_mark, copied) },
	{ "calls_total", offsetof(struct rsd_rx_mark, calls_total) },
};

static uint64_t *
field_of(struct rsd_rx_mark *m, unsigned int i)
{
	return (uint64_t *)(void *)((uint8_t *)m + fields[i].offset);
}

static void
read_mark(const json_t *o, struct rsd_rx_mark *m)
{
	const json_t *calls = json_object_get(o, "calls");
	unsigned int i;

	for (i = 0; i < RTE_DIM(fields); i++)
		*field_of(m, i) = (uint64_t)json_integer_value(json_object_get(o, fields[i].name));
	for (i = 0; i < RSD_RX_NB_CALLS; i++)
		m->calls[i] =
			(uint64_t)json_integer_value(json_object_get(calls, rsd_rx_call_name[i]));
}

struct rsd_rx_mark
rsd_rx_mark_between(const struct rsd_rx_mark *a, const struct rsd_rx_mark *b)
{
	struct rsd_rx_mark from = *a, d = *b;
	unsigned int i;

	for (i = 0; i < RTE_DIM(fields); i++)
		*field_of(&d, i) -= *field_of(&from, i);
	for (i = 0; i < RSD_RX_NB_CALLS; i++)
		d.calls[i] -= from.calls[i];
	return d;
}

static int
broken(struct rsd_rxc *c, struct rsd_proc *p, const char *what, int err)
{
	char words[160];

	rsd_proc_last_words(p, words, sizeof(words));
	snprintf(c->why, sizeof(c->why), "a receiver's process %s: %s", what,
		words[0] != '\0' ? words : strerror(-err));
	return err;
}

/* The next line must be this event. m may be NULL. */
static int
expect(struct rsd_rxc *c, struct rsd_proc *p, const char *event, struct rsd_rx_mark *m)
{
	char line[RSD_PROC_LINE];
	const char *got, *why;
	int ret = rsd_proc_line(p, line, ANSWER_MS);
	json_t *o;

	if (ret < 0)
		return broken(c, p, "does not answer", ret);
	o = json_loads(line, 0, NULL);
	got = json_string_value(json_object_get(o, "event"));
	why = json_string_value(json_object_get(o, "why"));
	if (got == NULL) {
		ret = broken(c, p, "says what it should not", -EPROTO);
	} else if (strcmp(got, event) != 0) {
		snprintf(c->why, sizeof(c->why), "%s", why != NULL ? why : got);
		ret = strcmp(got, "cannot") == 0 ? -ENOTSUP : -EIO;
	} else if (m != NULL) {
		read_mark(o, m);
	}
	json_decref(o);
	return ret;
}

/* Words are kept by reference. */
struct words {
	const char *word[MAX_WORDS];
	unsigned int nb;
	char number[5][16];
};

static void
add(struct words *w, const char *option, const char *value)
{
	w->word[w->nb++] = option;
	if (value != NULL)
		w->word[w->nb++] = value;
}

static void
add_number(struct words *w, unsigned int slot, const char *option, uint32_t value)
{
	snprintf(w->number[slot], sizeof(w->number[slot]), "%" PRIu32, value);
	add(w, option, w->number[slot]);
}

static int
launch(struct rsd_rxc *c, struct rsd_proc *p, int ns, struct words *w)
{
	char *argv[MAX_WORDS + 1];
	int ret;

	w->word[w->nb] = NULL;
	memcpy(argv, w->word, sizeof(argv));
	ret = rsd_proc_start(p, ns, argv);
	if (ret < 0) {
		snprintf(
			c->why, sizeof(c->why), "a receiver cannot be started: %s", strerror(-ret));
		return ret;
	}
	ret = expect(c, p, "ready", NULL);
	if (ret < 0)
		rsd_proc_end(p, GRACE_MS);
	return ret;
}

static int
start_peer(struct rsd_rxc *c, struct rsd_net *n, const char *exe)
{
	struct words w = { .nb = 0 };

	add(&w, exe, "bench-rx");
	add(&w, "peer-xdp", NULL);
	add(&w, "--dev", n->dev[RSD_NET_CLIENT]);
	return launch(c, &c->peer, n->ns[RSD_NET_CLIENT], &w);
}

static int
start_receiver(
	struct rsd_rxc *c, struct rsd_net *n, const char *exe, const struct rsd_rxc_conf *conf)
{
	struct words w = { .nb = 0 };

	add(&w, exe, "bench-rx");
	add(&w, conf->name, NULL);
	add(&w, "--dev", n->dev[RSD_NET_SERVER]);
	add(&w, "--addr", RSD_NET_SERVER_IP);
	add_number(&w, 0, "--port", conf->port);
	add(&w, "--workload", conf->workload == RSD_RX_ECHO ? "echo" : "rx");
	if (conf->cpus != NULL)
		add(&w, "--cpus", conf->cpus);
	add_number(&w, 1, "--batch", conf->batch);
	add_number(&w, 2, "--max-payload", conf->max_payload);
	if (conf->spin_ns != 0)
		add_number(&w, 3, "--plant-spin", conf->spin_ns);
	if (conf->copies != 0)
		add_number(&w, 4, "--plant-copy", conf->copies);
	return launch(c, &c->proc, n->ns[RSD_NET_SERVER], &w);
}

int
rsd_rxc_start(
	struct rsd_rxc *c, struct rsd_net *n, const char *exe, const struct rsd_rxc_conf *conf)
{
	const struct rsd_rx *rx = rsd_rx_find(conf->name);
	int ret = 0;

	*c = (struct rsd_rxc){ .proc.pid = 0 };
	if (rx == NULL) {
		snprintf(c->why, sizeof(c->why), "%s: there is no such receiver", conf->name);
		return -EINVAL;
	}
	if (rx->needs & RSD_RX_NEEDS_SUMS)
		ret = rsd_net_sums(n, RSD_NET_CLIENT);
	if (ret == 0 && (rx->needs & RSD_RX_NEEDS_OTHER_MAC))
		ret = rsd_net_neighbour(n, RSD_NET_OTHER_MAC);
	if (ret == 0 && (rx->needs & RSD_RX_NEEDS_NAPI))
		ret = rsd_net_napi(n);
	if (ret < 0) {
		snprintf(c->why, sizeof(c->why), "%s", n->why);
		return ret;
	}
	if ((rx->needs & RSD_RX_NEEDS_PEER_XDP) && !conf->has_peer_xdp)
		ret = start_peer(c, n, exe);
	if (ret == 0)
		ret = start_receiver(c, n, exe, conf);
	if (ret < 0)
		rsd_proc_end(&c->peer, GRACE_MS);
	return ret;
}

int
rsd_rxc_mark(struct rsd_rxc *c, struct rsd_rx_mark *m)
{
	int ret = rsd_proc_say(&c->proc, "mark\n");

	return ret < 0 ? broken(c, &c->proc, "is gone", ret) : expect(c, &c->proc, "mark", m);
}

int
rsd_rxc_stop(struct rsd_rxc *c, struct rsd_rx_mark *last)
{
	int ret = rsd_proc_say(&c->proc, "stop\n"), status;

	if (ret == 0)
		ret = expect(c, &c->proc, "end", last);
	else
		broken(c, &c->proc, "is gone", ret);
	status = rsd_proc_end(&c->proc, GRACE_MS);
	rsd_proc_end(&c->peer, GRACE_MS);
	if (ret == 0 && status != 0) {
		snprintf(c->why, sizeof(c->why), "a receiver ended with %d", status);
		ret = -EIO;
	}
	return ret;
}
