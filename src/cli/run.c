/* SPDX-License-Identifier: BSD-3-Clause */
/* `ringside run`: the engine with the built-in services, until a signal or `ringside ctl stop`. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <ringside/engine.h>
#include <ringside/service.h>

#include "base/log.h"
#include "cli/cli.h"
#include "control/conf.h"

static struct rsd_engine *engine;
static volatile sig_atomic_t signals;

/* The first asks, the second does not. */
static void
on_signal(int sig)
{
	static const char forced[] = "ringside: second signal: leaving at once\n";

	(void)sig;
	if (signals++ == 0) {
		if (engine != NULL)
			rsd_engine_request_stop(engine);
		return;
	}
	if (write(STDERR_FILENO, forced, sizeof(forced) - 1) < 0)
		_exit(RSD_EXIT_INTERNAL);
	_exit(RSD_EXIT_INTERNAL);
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGHUP, SIG_IGN);
}

static int
open_services(struct rsd_error *err)
{
	const char *spec;
	unsigned int i;

	for (i = 0; (spec = rsd_engine_serve_spec(engine, i)) != NULL; i++) {
		if (rsd_service_open(engine, spec, err) != 0)
			return -1;
		rsd_say("service: %s", spec);
	}
	return 0;
}

static void
run(struct rsd_error *err)
{
	if (open_services(err) != 0 || rsd_engine_start(engine, err) != 0)
		return;
	rsd_say("ready");
	if (signals != 0) /* one that came before there was an engine to ask */
		rsd_engine_request_stop(engine);
	rsd_engine_wait(engine);
	rsd_say("stopping");
	rsd_engine_stop(engine, err);
}

int
rsd_cmd_run(int argc, char **argv)
{
	struct rsd_error err = { .code = RSD_EXIT_OK };

	catch_signals();
	if (rsd_engine_create(argc, argv, &engine, &err) == 0 && engine != NULL)
		run(&err);
	rsd_engine_destroy(engine);
	if (err.code != RSD_EXIT_OK)
		fprintf(stderr, "ringside: %s\n", err.text);
	return (int)err.code;
}
