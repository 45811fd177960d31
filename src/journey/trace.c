/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/perf_event.h>

#include <rte_common.h>

#include "journey/trace.h"
#include "journey/trace_bpf.h"
#include "journey/trace_format.h"
#include "journey/trace_fs.h"
#include "journey/trace_perf.h"

#define REC_MAX   8192
#define FUNCTIONS 2
#define FILTER    256

enum watching {
	ALL,     /* filtered later, by skb */
	RUNNING, /* what a thread watched does itself */
	WOKEN,
	SWITCHED,
};

/* A function that copies, or stands right before: which of its arguments tell what. */
struct function {
	const char *name;
	uint8_t addr, len; /* arguments, from 0: kernel memory, bytes */
};

static const struct kind {
	const char *name;
	const char *dir; /* in tracefs' events/; NULL: a kprobe */
	enum watching watching;
	bool look;                           /* at the skb's data */
	struct function function[FUNCTIONS]; /* the first that the kernel lets us probe */
} kinds[RSD_TRACE_KINDS] = {
	[RSD_TRACE_SYS_ENTER] = { "sys_enter", "raw_syscalls", RUNNING, false, { { 0 } } },
	[RSD_TRACE_SYS_EXIT] = { "sys_exit", "raw_syscalls", RUNNING, false, { { 0 } } },
	[RSD_TRACE_NET_DEV_QUEUE] = { "net_dev_queue", "net", ALL, true, { { 0 } } },
	[RSD_TRACE_NET_DEV_START_XMIT] = { "net_dev_start_xmit", "net", ALL, true, { { 0 } } },
	[RSD_TRACE_NETIF_RX_ENTRY] = { "netif_rx_entry", "net", ALL, false, { { 0 } } },
	[RSD_TRACE_NETIF_RX] = { "netif_rx", "net", ALL, true, { { 0 } } },
	[RSD_TRACE_NETIF_RECEIVE_SKB] = { "netif_receive_skb", "net", ALL, true, { { 0 } } },
	[RSD_TRACE_SKB_COPY] = { "skb_copy_datagram_iovec", "skb", ALL, true, { { 0 } } },
	[RSD_TRACE_CONSUME_SKB] = { "consume_skb", "skb", ALL, true, { { 0 } } },
	[RSD_TRACE_KFREE_SKB] = { "kfree_skb", "skb", ALL, true, { { 0 } } },
	[RSD_TRACE_WAKING] = { "sched_waking", "sched", WOKEN, false, { { 0 } } },
	[RSD_TRACE_SWITCH] = { "sched_switch", "sched", SWITCHED, false, { { 0 } } },
	[RSD_TRACE_COPY_IN] = { "_copy_from_iter", NULL, RUNNING, false,
		{ { "_copy_from_iter", 0, 1 }, { "ip_generic_getfrag", 1, 3 } } },
	/* The other one is asked by copy_to_iter() whether memory and length may be copied. */
	[RSD_TRACE_COPY_OUT] = { "_copy_to_iter", NULL, RUNNING, false,
		{ { "_copy_to_iter", 0, 1 }, { "__check_object_size", 0, 1 } } },
};

struct rsd_trace_state {
	struct rsd_perf perf;
	struct rsd_trace_bpf *bpf;
	struct rsd_trace_format format[RSD_TRACE_KINDS];
	const struct function *function[RSD_TRACE_KINDS]; /* probed */
	size_t room;
};

const char *
rsd_trace_kind_name(enum rsd_trace_kind kind)
{
	return kinds[kind].name;
}

bool
rsd_trace_watches(const struct rsd_trace *t, pid_t tid)
{
	unsigned int i;

	for (i = 0; i < t->nb_threads; i++)
		if (t->thread[i] == tid)
			return true;
	return false;
}

/* -- getting ready ----------------------------------------------------------------------------- */

/* "prev_pid==1||next_pid==1||prev_pid==2..." */
static const char *
write_filter(const struct rsd_trace *t, enum watching watching, char filter[FILTER])
{
	size_t used = 0;
	unsigned int i;
	int n = 0;

	filter[0] = '\0';
	for (i = 0; i < t->nb_threads && watching != ALL && used < FILTER; i++) {
		const char * or = i == 0 ? "" : "||";
		int tid = (int)t->thread[i];

		if (watching == SWITCHED)
			n = snprintf(filter + used, FILTER - used, "%sprev_pid==%d||next_pid==%d",
				or, tid, tid);
		else
			n = snprintf(filter + used, FILTER - used, "%s%s==%d", or,
				watching == WOKEN ? "pid" : "common_pid", tid);
		used += (size_t)n;
	}
	return filter[0] != '\0' ? filter : NULL;
}

/* Its format and its number. 0 or -errno. */
static int
read_format(int fs, const struct kind *k, struct rsd_trace_format *format)
{
	char path[96], *text;
	int ret;

	snprintf(path, sizeof(path), "events/%s/%s/format", k->dir, k->name);
	text = rsd_trace_fs_read(fs, path);
	if (text == NULL)
		return -errno;
	ret = rsd_trace_format_parse(text, format);
	free(text);
	return ret;
}

static void
look_into(struct rsd_trace *t, enum rsd_trace_kind kind, int fd)
{
	struct rsd_trace_state *s = t->state;
	const struct rsd_trace_field *skb = rsd_trace_field(&s->format[kind], "skbaddr");

	if (s->bpf == NULL || skb == NULL)
		return;
	/* The first refusal is the reason for all of them. */
	if (rsd_trace_bpf_attach(s->bpf, fd, kind, skb->offset, t->why_no_payload,
		    sizeof(t->why_no_payload)) < 0) {
		rsd_trace_bpf_close(s->bpf);
		s->bpf = NULL;
	}
}

static void
add_tracepoint(struct rsd_trace *t, int fs, enum rsd_trace_kind kind)
{
	const struct kind *k = &kinds[kind];
	struct rsd_trace_state *s = t->state;
	char filter[FILTER];
	struct rsd_perf_what what = { .kind = kind, .type = PERF_TYPE_TRACEPOINT };
	int ret = read_format(fs, k, &s->format[kind]), fd = -1;

	what.config = s->format[kind].id;
	what.filter = write_filter(t, k->watching, filter);
	if (ret == 0)
		ret = rsd_perf_add(&s->perf, &what, &fd);
	t->has[kind] = ret == 0;
	if (ret == 0 && k->look)
		look_into(t, kind, fd);
	if ((ret == -EACCES || ret == -EPERM) && t->why[0] == '\0')
		snprintf(t->why, sizeof(t->why), "tracepoints may not be used: %s", strerror(-ret));
}

/* The type of the PMU that makes kprobes; 0: the kernel has none. */
static uint32_t
kprobe_pmu(void)
{
	char *text = rsd_trace_fs_read(-1, "/sys/bus/event_source/devices/kprobe/type");
	uint32_t type = text != NULL ? (uint32_t)strtoul(text, NULL, 10) : 0;

	free(text);
	return type;
}

static void
add_kprobe(struct rsd_trace *t, enum rsd_trace_kind kind, uint32_t pmu)
{
	const struct kind *k = &kinds[kind];
	char filter[FILTER];
	struct rsd_perf_what what = {
		.kind = kind, .type = pmu, .filter = write_filter(t, k->watching, filter)
	};
	unsigned int i;
	int ret = -ENOENT;

	for (i = 0; ret != 0 && i < FUNCTIONS; i++) {
		what.function = k->function[i].name;
		t->state->function[kind] = &k->function[i];
		ret = rsd_perf_add(&t->state->perf, &what, NULL);
	}
	t->has[kind] = ret == 0;
	if (ret != 0)
		snprintf(t->why_no_probes, sizeof(t->why_no_probes), "no kprobe on %s: %s", k->name,
			strerror(-ret));
}

static void
add_all(struct rsd_trace *t, int fs)
{
	uint32_t pmu = kprobe_pmu();
	unsigned int kind;

	for (kind = 0; kind < RSD_TRACE_KINDS && t->why[0] == '\0'; kind++) {
		if (kinds[kind].dir != NULL)
			add_tracepoint(t, fs, kind);
		else if (pmu != 0)
			add_kprobe(t, kind, pmu);
	}
	if (pmu == 0)
		snprintf(t->why_no_probes, sizeof(t->why_no_probes),
			"this kernel was built without kprobes");
}

void
rsd_trace_open(struct rsd_trace *t, const uint8_t marker[16], const pid_t *thread, unsigned int nb)
{
	struct rsd_trace_state *s = calloc(1, sizeof(*s));
	int fs, ret;

	memset(t, 0, sizeof(*t));
	t->nb_threads = RTE_MIN(nb, (unsigned int)RSD_TRACE_THREADS);
	memcpy(t->thread, thread, t->nb_threads * sizeof(*thread));
	t->state = s;
	t->rec = calloc(REC_MAX, sizeof(*t->rec));
	if (s == NULL || t->rec == NULL) {
		snprintf(t->why, sizeof(t->why), "no memory");
		return;
	}
	s->room = REC_MAX;
	fs = rsd_trace_fs_open();
	if (fs < 0) {
		snprintf(t->why, sizeof(t->why), "no tracefs: %s", strerror(-fs));
		return;
	}
	ret = rsd_perf_open(&s->perf, t->thread, t->nb_threads);
	if (ret < 0)
		snprintf(t->why, sizeof(t->why), "perf events: %s", strerror(-ret));
	s->bpf = rsd_trace_bpf_open(marker, t->why_no_payload, sizeof(t->why_no_payload));
	add_all(t, fs);
	close(fs);
}

void
rsd_trace_close(struct rsd_trace *t)
{
	if (t->state != NULL) {
		rsd_trace_bpf_close(t->state->bpf);
		rsd_perf_close(&t->state->perf);
	}
	free(t->state);
	free(t->rec);
	t->state = NULL;
	t->rec = NULL;
	t->nb_rec = 0;
}

void
rsd_trace_start(struct rsd_trace *t)
{
	if (t->state != NULL)
		rsd_perf_run(&t->state->perf, true);
}

/* -- what was recorded ------------------------------------------------------------------------- */

/* A field of a record, by name. */
static int64_t
number(const struct rsd_trace_format *f, const char *name, const struct rsd_perf_rec *rec)
{
	return rsd_trace_number(rsd_trace_field(f, name), rec->raw, rec->len);
}

static void
take_call(const struct rsd_trace_format *f, const struct rsd_perf_rec *p, struct rsd_trace_rec *r)
{
	const struct rsd_trace_field *args = rsd_trace_field(f, "args");
	unsigned int i;

	r->call = number(f, "id", p);
	r->ret = number(f, "ret", p);
	for (i = 0; i < RTE_DIM(r->arg); i++)
		r->arg[i] = rsd_trace_element(args, i, p->raw, p->len);
}

static void
take_skb(const struct rsd_trace_format *f, const struct rsd_perf_rec *p, struct rsd_trace_rec *r)
{
	r->skb = (uint64_t)number(f, "skbaddr", p);
	r->len = (uint32_t)number(f, "len", p);
	r->truesize = (uint32_t)number(f, "truesize", p);
	rsd_trace_text(rsd_trace_field(f, "name"), p->raw, p->len, r->dev, sizeof(r->dev));
}

static void
take_copy(const struct function *f, const struct rsd_perf_rec *p, struct rsd_trace_rec *r)
{
	r->payload = p->arg[f->addr];
	r->len = (uint32_t)p->arg[f->len];
}

static void
take(const struct rsd_perf_rec *p, void *arg)
{
	struct rsd_trace *t = arg;
	const struct rsd_trace_format *f = &t->state->format[p->kind];
	struct rsd_trace_rec *r = &t->rec[t->nb_rec];

	if (t->nb_rec == t->state->room) {
		t->lost++;
		return;
	}
	memset(r, 0, sizeof(*r));
	r->ns = p->ns;
	r->kind = p->kind;
	r->cpu = p->cpu;
	r->tid = p->tid;
	switch (r->kind) {
	case RSD_TRACE_SYS_ENTER:
	case RSD_TRACE_SYS_EXIT:
		take_call(f, p, r);
		break;
	case RSD_TRACE_WAKING:
		r->to = (pid_t)number(f, "pid", p);
		break;
	case RSD_TRACE_SWITCH:
		r->from = (pid_t)number(f, "prev_pid", p);
		r->to = (pid_t)number(f, "next_pid", p);
		break;
	case RSD_TRACE_COPY_IN:
	case RSD_TRACE_COPY_OUT:
		take_copy(t->state->function[r->kind], p, r);
		break;
	default:
		take_skb(f, p, r);
		break;
	}
	t->nb_rec++;
}

static int
by_time(const void *a, const void *b)
{
	const struct rsd_trace_rec *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

/* A sight belongs to the first record of its tracepoint and skb that is not older. */
static void
take_sight(const struct rsd_trace_sight *s, void *arg)
{
	struct rsd_trace *t = arg;
	size_t i;

	for (i = 0; i < t->nb_rec; i++) {
		struct rsd_trace_rec *r = &t->rec[i];

		if (r->kind == s->kind && r->skb == s->skb && r->ns >= s->ns && r->payload == 0) {
			r->payload = s->payload;
			r->truesize = s->truesize;
			return;
		}
	}
}

void
rsd_trace_stop(struct rsd_trace *t)
{
	if (t->state == NULL)
		return;
	rsd_perf_run(&t->state->perf, false);
	t->lost = rsd_perf_read(&t->state->perf, take, t);
	qsort(t->rec, t->nb_rec, sizeof(*t->rec), by_time);
	if (t->state->bpf != NULL)
		rsd_trace_bpf_sights(t->state->bpf, take_sight, t);
}
