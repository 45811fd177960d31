/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's life: an ordered list of steps up, the same list backwards down. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>

#include "base/err.h"
#include "base/log.h"
#include "control/eal_args.h"
#include "control/engine.h"
#include "control/preflight.h"
#include "control/sock_queue.h"
#include "table/sock_table.h"

/* One step of coming up. down undoes it and runs only when up has succeeded; NULL: nothing to undo.
 */
struct step {
	const char *name;
	int (*up)(struct rsd_engine *eng, struct rsd_error *err);
	void (*down)(struct rsd_engine *eng);
};

static int
stop_fd_up(struct rsd_engine *eng, struct rsd_error *err)
{
	eng->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (eng->stop_fd < 0)
		return rsd_err(err, RSD_EXIT_INTERNAL, -errno, "eventfd: %s", strerror(errno));
	return 0;
}

static void
stop_fd_down(struct rsd_engine *eng)
{
	close(eng->stop_fd);
}

/* Which port is which: EAL may have found devices in another order. */
static void
remember_devices(struct rsd_engine *eng, const struct rsd_eal_args *args)
{
	unsigned int i;

	for (i = 0; i < eng->conf.nb_ports; i++)
		memcpy(eng->device[i], args->device[i], sizeof(eng->device[i]));
}

static int
preflight_up(struct rsd_engine *eng, struct rsd_error *err)
{
	return rsd_preflight(&eng->conf, err);
}

/* EAL answers a wrong word with the whole of its manual, on stdout; what is wrong goes to stderr.
 */
static int
eal_init_without_manual(struct rsd_eal_args *args)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	int ret;

	fflush(stdout);
	if (null >= 0 && out >= 0)
		dup2(null, STDOUT_FILENO);
	ret = rte_eal_init(args->argc, args->argv);
	fflush(stdout);
	if (null >= 0 && out >= 0)
		dup2(out, STDOUT_FILENO);
	if (null >= 0)
		close(null);
	if (out >= 0)
		close(out);
	return ret;
}

static int
eal_up(struct rsd_engine *eng, struct rsd_error *err)
{
	unsigned int queues = RTE_MAX(eng->conf.queues, RTE_MAX(eng->conf.nb_cores, 1u));
	unsigned int ports = RTE_MAX(eng->conf.nb_ports, 1u);
	struct rsd_eal_args args;
	int ret;

	ret = rsd_eal_args_build(&eng->conf,
		rsd_pool_mib(&eng->conf, rsd_pool_size(&eng->conf, ports, queues)), &args, err);
	if (ret != 0)
		return ret;
	rsd_eal_args_say(&args);
	remember_devices(eng, &args);
	/* A vhost peer that leaves would end the process: libraries under us write to its socket.
	 */
	signal(SIGPIPE, SIG_IGN);
	ret = eal_init_without_manual(&args);
	rsd_eal_args_free(&args);
	snprintf(eng->runtime_dir, sizeof(eng->runtime_dir), "%s", rte_eal_get_runtime_dir());
	if (ret >= 0)
		return 0;
	ret = rte_errno;
	rsd_runtime_dir_remove(eng->runtime_dir); /* EAL leaves it when it fails half way */
	return rsd_err(err, RSD_EXIT_NOT_READY, -ret,
		"DPDK's EAL did not start: %s; the lines above are its own words",
		rte_strerror(ret));
}

static void
eal_down(struct rsd_engine *eng)
{
	rte_eal_cleanup();
	rsd_runtime_dir_remove(eng->runtime_dir);
}

static int
queues_up(struct rsd_engine *eng, struct rsd_error *err)
{
	unsigned int workers = rte_lcore_count() - 1;

	if (workers == 0)
		return rsd_err(err, RSD_EXIT_USAGE, -EINVAL,
			"no worker core: the main core does control work only; give EAL two, as in "
			"-l 0,1");
	return rsd_ports_settle_queues(eng, RTE_MIN(workers, (unsigned int)RSD_WORKERS_MAX), err);
}

static int
tables_up(struct rsd_engine *eng, struct rsd_error *err)
{
	size_t size = rte_rcu_qsbr_get_memsize(RSD_WORKERS_MAX);

	pthread_mutex_init(&eng->sock_lock, NULL);
	eng->qsbr = rte_zmalloc("rsd_qsbr", size, RTE_CACHE_LINE_SIZE);
	eng->ports = rte_zmalloc(
		"rsd_ports", eng->nb_ports * sizeof(eng->ports[0]), RTE_CACHE_LINE_SIZE);
	if (eng->qsbr != NULL) {
		rte_rcu_qsbr_init(eng->qsbr, RSD_WORKERS_MAX);
		eng->table = rsd_sock_table_create(&(struct rsd_sock_table_conf){
			.qsbr = eng->qsbr, .max_socks = RSD_SOCK_MAX });
	}
	if (eng->qsbr == NULL || eng->ports == NULL || eng->table == NULL)
		return rsd_err(err, RSD_EXIT_NOT_READY, -ENOMEM, "no memory for the tables");
	return 0;
}

static void
tables_down(struct rsd_engine *eng)
{
	uint32_t id, end = eng->table != NULL ? rsd_sock_table_id_end(eng->table) : 0;
	struct rsd_sock **sock = calloc((size_t)end + 1, sizeof(*sock));

	for (id = 0; sock != NULL && id < end; id++)
		sock[id] = rsd_sock_table_get(eng->table, id);
	rsd_sock_table_destroy(eng->table); /* which still looks at them */
	for (id = 0; sock != NULL && id < end; id++) {
		if (sock[id] != NULL)
			rsd_sock_queue_destroy(eng, sock[id]);
		free(sock[id]);
	}
	free(sock);
	rsd_sock_forget(eng);
	rte_free(eng->ports);
	rte_free(eng->qsbr);
	pthread_mutex_destroy(&eng->sock_lock);
}

static void
pool_down(struct rsd_engine *eng)
{
	rte_mempool_free(eng->buf_pool);
	if (eng->guard != NULL)
		rsd_guard_destroy(eng->guard);
	else
		rte_mempool_free(eng->pool);
}

static int
telemetry_up(struct rsd_engine *eng, struct rsd_error *err)
{
	if (rsd_telemetry_start(eng) != 0)
		return rsd_err(err, RSD_EXIT_INTERNAL, -EIO, "telemetry commands were refused");
	return 0;
}

static const struct step steps[] = {
	{ "stop request", stop_fd_up, stop_fd_down },
	{ "preflight", preflight_up, NULL },
	{ "EAL", eal_up, eal_down },
	{ "ports: probe", rsd_ports_probe, rsd_ports_close },
	{ "queues", queues_up, NULL },
	{ "tables", tables_up, tables_down },
	{ "buffers", rsd_pool_create, pool_down },
	{ "ports: set up", rsd_ports_setup, NULL },
	{ "cores", rsd_lcore_plan, rsd_lcore_plan_free },
	{ "guard", rsd_guard_up, rsd_guard_down },
	{ "telemetry", telemetry_up, rsd_telemetry_stop },
};

static void
take_down(struct rsd_engine *eng)
{
	while (eng->nb_steps > 0) {
		const struct step *s = &steps[--eng->nb_steps];

		if (s->down != NULL)
			s->down(eng);
	}
}

static int
bring_up(struct rsd_engine *eng, struct rsd_error *err)
{
	while (eng->nb_steps < RTE_DIM(steps)) {
		int ret = steps[eng->nb_steps].up(eng, err);

		if (ret != 0)
			return ret;
		eng->nb_steps++;
	}
	return 0;
}

/* --help and --check ask for an answer, not for an engine. */
static bool
only_words(const struct rsd_conf *conf)
{
	return conf->help || conf->check;
}

static void
answer(const struct rsd_conf *conf)
{
	if (conf->help)
		rsd_conf_usage();
	else if (conf->check)
		rsd_say("configuration is good");
}

int
rsd_engine_create(int argc, char **argv, struct rsd_engine **out, struct rsd_error *err)
{
	struct rsd_engine *eng = calloc(1, sizeof(*eng));
	int ret;

	*out = NULL;
	if (eng == NULL)
		return rsd_err(err, RSD_EXIT_INTERNAL, -ENOMEM, "no memory");
	ret = rsd_conf_parse(argc, argv, &eng->conf, err);
	if (ret == 0 && !only_words(&eng->conf))
		ret = bring_up(eng, err);
	if (ret != 0 || only_words(&eng->conf)) {
		if (ret == 0)
			answer(&eng->conf);
		rsd_engine_destroy(eng);
		return ret;
	}
	rsd_ports_say(eng);
	rsd_say("pipeline %s, bursts of %u, idle cores %s", rsd_pipeline_name(eng->conf.pipeline),
		eng->conf.burst, rsd_idle_name(eng->conf.idle));
	*out = eng;
	return 0;
}

void
rsd_engine_destroy(struct rsd_engine *eng)
{
	if (eng == NULL)
		return;
	if (eng->started && !eng->stopped)
		rsd_engine_stop(eng, NULL);
	take_down(eng);
	free(eng);
}

const char *
rsd_engine_serve_spec(struct rsd_engine *eng, unsigned int i)
{
	eng->serve_asked = true;
	return i < eng->conf.nb_serves ? eng->conf.serves[i] : NULL;
}

unsigned int
rsd_engine_nb_workers(const struct rsd_engine *eng)
{
	return eng->nb_workers;
}

void
rsd_engine_request_stop(struct rsd_engine *eng)
{
	const uint64_t one = 1;

	/* Fails only when a request is already waiting to be seen. */
	if (write(eng->stop_fd, &one, sizeof(one)) < 0)
		return;
}

const char *
rsd_version(void)
{
	return RSD_VERSION;
}
