/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of `ringside ctl`, over DPDK's telemetry socket, so that dpdk-telemetry.py and other
 * tools of DPDK can ask as well. Everything here runs on threads of EAL's.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_mempool.h>

#include "control/telemetry.h"
#include "table/sock_table.h"

/*
 * A command cannot be unregistered, so the callbacks outlive the engine. Who holds this lock for
 * reading may use the engine; rsd_telemetry_stop() waits for them.
 */
static pthread_rwlock_t engine_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct rsd_engine *engine;

static uint64_t
uptime_ns(const struct rsd_engine *eng)
{
	struct timespec now;

	if (eng->start_ns == 0)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec - eng->start_ns;
}

static int
put_counters(struct rte_tel_data *d, const struct rsd_stats *s)
{
	struct rte_tel_data *counters = rsd_tel_dict();
	unsigned int c;

	for (c = 0; counters != NULL && c < RSD_C_MAX; c++)
		rsd_tel_dict_uint(counters, rsd_counter_info(c)->name, s->counter[c]);
	return rsd_tel_put(d, "counters", counters);
}

/* Differences can be negative, and 22.11 has 32 bits for those: far off is shown as very far off.
 */
static void
put_signed(struct rte_tel_data *d, const char *name, int64_t n)
{
	n = RTE_MIN(n, (int64_t)INT32_MAX);
	rte_tel_data_add_dict_int(d, name, (int)RTE_MAX(n, (int64_t)INT32_MIN));
}

static int
put_books(struct rte_tel_data *d, const struct rsd_stats *s)
{
	struct rte_tel_data *books = rsd_tel_dict();
	struct rsd_books b;

	if (books == NULL)
		return -ENOMEM;
	rsd_books_from(s, &b);
	rsd_tel_dict_uint(books, "received", b.received);
	rsd_tel_dict_uint(books, "answered", b.answered);
	rsd_tel_dict_uint(books, "delivered", b.delivered);
	rsd_tel_dict_uint(books, "host", b.host);
	rsd_tel_dict_uint(books, "dropped", b.dropped);
	put_signed(books, "held", (int64_t)b.held);
	put_signed(books, "gap", b.gap);
	rte_tel_data_add_dict_int(books, "balanced", b.gap == 0);
	return rsd_tel_put(d, "books", books);
}

static int
put_pool(struct rte_tel_data *d, const struct rsd_engine *eng)
{
	struct rte_tel_data *pool = rsd_tel_dict();

	if (pool == NULL)
		return -ENOMEM;
	rsd_tel_dict_uint(pool, "size", eng->pool->size);
	rsd_tel_dict_uint(pool, "free", rte_mempool_avail_count(eng->pool));
	return rsd_tel_put(d, "pool", pool);
}

static int
say_stats(struct rsd_engine *eng, const char *params, struct rte_tel_data *d)
{
	unsigned int nb = rsd_engine_nb_workers(eng);
	long worker = rsd_tel_param(params, nb);
	struct rsd_stats s;

	if (worker == RSD_TEL_BAD || rsd_stats_get(eng, (int)worker, &s) != 0) {
		rsd_tel_error(
			d, "no such worker: expected nothing for all, or a number 0 to %u", nb - 1);
		return 0;
	}
	rte_tel_data_add_dict_int(d, "worker", (int)worker);
	rsd_tel_text(d, "name", eng->conf.name);
	rsd_tel_dict_uint(d, "uptime_ns", uptime_ns(eng));
	rsd_tel_dict_uint(d, "workers", nb);
	rsd_tel_dict_uint(d, "polls", s.polls);
	rsd_tel_dict_uint(d, "polls_empty", s.polls_empty);
	rsd_tel_dict_uint(d, "busy_cycles", s.busy_cycles);
	if (put_counters(d, &s) != 0 || put_books(d, &s) != 0)
		return -ENOMEM;
	return put_pool(d, eng);
}

static int
put_drop(struct rte_tel_data *drops, unsigned int c, uint64_t frames)
{
	struct rte_tel_data *drop = rsd_tel_dict();

	if (drop == NULL)
		return -ENOMEM;
	rsd_tel_dict_uint(drop, "frames", frames);
	rsd_tel_text(drop, "what", rsd_counter_info(c)->sentence);
	return rsd_tel_put(drops, rsd_counter_info(c)->name, drop);
}

static int
say_drops(struct rsd_engine *eng, const char *params __rte_unused, struct rte_tel_data *d)
{
	struct rte_tel_data *drops = rsd_tel_dict();
	struct rsd_stats s;
	unsigned int c;
	uint64_t total = 0;
	int ret = drops == NULL ? -ENOMEM : rsd_stats_get(eng, -1, &s);

	for (c = 0; ret == 0 && c < RSD_C_MAX; c++) {
		if (rsd_counter_info(c)->kind != RSD_KIND_DROP || s.counter[c] == 0)
			continue;
		total += s.counter[c];
		ret = put_drop(drops, c, s.counter[c]);
	}
	rsd_tel_text(d, "name", eng->conf.name);
	rsd_tel_dict_uint(d, "total", total);
	return rsd_tel_put(d, "drops", drops) != 0 ? -ENOMEM : ret;
}

static unsigned int
nb_sockets(struct rsd_engine *eng)
{
	unsigned int nb;

	pthread_mutex_lock(&eng->sock_lock);
	nb = rsd_sock_table_count(eng->table);
	pthread_mutex_unlock(&eng->sock_lock);
	return nb;
}

static int
say_info(struct rsd_engine *eng, const char *params __rte_unused, struct rte_tel_data *d)
{
	rsd_tel_text(d, "name", eng->conf.name);
	rsd_tel_text(d, "version", rsd_version());
	rsd_tel_text(d, "dpdk", rte_version());
	rte_tel_data_add_dict_int(d, "pid", getpid());
	rsd_tel_dict_uint(d, "uptime_ns", uptime_ns(eng));
	rsd_tel_text(d, "pipeline", rsd_pipeline_name(eng->conf.pipeline));
	rsd_tel_text(d, "idle", rsd_idle_name(eng->conf.idle));
	rsd_tel_dict_uint(d, "workers", rsd_engine_nb_workers(eng));
	rsd_tel_dict_uint(d, "ports", eng->nb_ports);
	rsd_tel_dict_uint(d, "sockets", nb_sockets(eng));
	rsd_tel_dict_uint(d, "burst", eng->conf.burst);
	rsd_tel_dict_uint(d, "tsc_hz", rte_get_tsc_hz());
	rsd_tel_text(d, "runtime_dir", eng->runtime_dir);
	return 0;
}

static int
say_stop(struct rsd_engine *eng, const char *params __rte_unused, struct rte_tel_data *d)
{
	rsd_engine_request_stop(eng);
	rsd_tel_text(d, "name", eng->conf.name);
	rte_tel_data_add_dict_int(d, "stopping", 1);
	return 0;
}

static const struct command {
	const char *cmd;
	const char *help; /* 63 bytes at most, or DPDK 22.11 refuses it */
	rsd_tel_fn say;
	bool takes_param;
} commands[] = {
	{ "/ringside/info", "What runs here. No parameters", say_info, false },
	{ "/ringside/stats", "All counters and the books. Parameters: none, or worker", say_stats,
		true },
	{ "/ringside/drops", "Frames dropped, by reason. No parameters", say_drops, false },
	{ "/ringside/ports", "Ports. Parameters: none, or port for its queues", rsd_tel_ports,
		true },
	{ "/ringside/sockets", "Sockets, a page. Parameters: none, or first id[,port]",
		rsd_tel_socks, true },
	{ "/ringside/table", "Tables behind the look-up. No parameters", rsd_tel_table, false },
	{ "/ringside/ledger", "Copies by place. Parameters: none, or trail, 0 the newest",
		rsd_tel_ledger, true },
	{ "/ringside/stop", "Ask the engine to stop. No parameters", say_stop, false },
};

static void
answer(const struct command *c, const char *params, struct rte_tel_data *d)
{
	int ret;

	if (!c->takes_param && rsd_tel_param(params, 1) != RSD_TEL_NONE) {
		rsd_tel_error(d, "takes no parameter");
		return;
	}
	pthread_rwlock_rdlock(&engine_lock);
	if (engine == NULL) {
		rsd_tel_error(d, "not running");
	} else {
		ret = c->say(engine, params, d);
		if (ret != 0)
			rsd_tel_error(d, "incomplete: %s", strerror(-ret));
	}
	pthread_rwlock_unlock(&engine_lock);
}

static int
on_command(const char *cmd, const char *params, struct rte_tel_data *d)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(commands); i++) {
		if (strcmp(cmd, commands[i].cmd) != 0)
			continue;
		rte_tel_data_start_dict(d);
		rte_tel_data_add_dict_int(d, "schema", RSD_TEL_SCHEMA);
		answer(&commands[i], params, d);
		return 0;
	}
	return -EINVAL;
}

int
rsd_telemetry_start(struct rsd_engine *eng)
{
	static bool registered;
	unsigned int i;
	int ret = 0;

	for (i = 0; !registered && i < RTE_DIM(commands) && ret == 0; i++)
		ret = rte_telemetry_register_cmd(commands[i].cmd, on_command, commands[i].help);
	if (ret != 0)
		return ret;
	registered = true;
	pthread_rwlock_wrlock(&engine_lock);
	engine = eng;
	pthread_rwlock_unlock(&engine_lock);
	return 0;
}

/* When this returns no callback looks at eng any more. The caller must not hold sock_lock. */
void
rsd_telemetry_stop(struct rsd_engine *eng)
{
	pthread_rwlock_wrlock(&engine_lock);
	if (engine == eng)
		engine = NULL;
	pthread_rwlock_unlock(&engine_lock);
}
