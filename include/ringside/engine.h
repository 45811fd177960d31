/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The engine: create, start, wait, stop, destroy.
 *
 * One process holds at most one engine, because DPDK's EAL can be started once. Unless a function
 * says otherwise it may be called from the control thread only: the thread that created the engine.
 */
#ifndef RINGSIDE_ENGINE_H
#define RINGSIDE_ENGINE_H

#ifdef __cplusplus
extern "C" {
#endif

#include <stdint.h>

struct rsd_engine;

/** Exit codes of the command, and the class of every error. */
enum rsd_exit {
	RSD_EXIT_OK = 0,        /**< done */
	RSD_EXIT_INTERNAL = 1,  /**< internal error, or books that do not balance */
	RSD_EXIT_USAGE = 2,     /**< an option or a configuration value is wrong */
	RSD_EXIT_NOT_READY = 3, /**< the machine lacks something; the text says what */
};

/** Why a call failed, in words for the person at the terminal. */
struct rsd_error {
	enum rsd_exit code; /**< RSD_EXIT_OK while nothing is wrong */
	char text[512];     /**< one line, no newline, without the "ringside: " in front */
};

/**
 * Read options, check the machine, start EAL and set up ports, queues, pools and tables.
 * No packet is received yet, so sockets opened now miss nothing. SIGPIPE is ignored from here on.
 *
 * @param argc  number of words in argv, 0 or more
 * @param argv  the options of `ringside run`, without a program name. Either EAL style, "EAL
 *              options, `--`, own options", or own options only; then EAL's arguments are chosen
 *              and printed. The strings must live until rsd_engine_destroy().
 * @param[out] eng  on success the engine, owned by the caller until rsd_engine_destroy(); NULL when
 *                  the options asked for words only (`--help`, `--check`), which have been printed;
 *                  on failure NULL, and nothing is left behind
 * @param[out] err  on failure the class and the sentence
 * @return 0; -EINVAL wrong option or value (RSD_EXIT_USAGE); -ENODEV, -EPERM, -EBUSY or -ENOMEM
 *         the machine is not ready (RSD_EXIT_NOT_READY); another -errno internal error
 * @par Thread the one that will be the control thread; not async-signal-safe
 */
int rsd_engine_create(int argc, char **argv, struct rsd_engine **eng, struct rsd_error *err);

/**
 * Text of a `--serve` option, for programs that offer the built-in services.
 * A program that never asks does not offer them: rsd_engine_start() then refuses a given `--serve`.
 *
 * @param eng  the engine
 * @param i    0 for the first
 * @return the text, valid until rsd_engine_destroy(); NULL past the last one
 */
const char *rsd_engine_serve_spec(struct rsd_engine *eng, unsigned int i);

/**
 * Start the ports and launch the worker cores.
 *
 * @param eng  a created engine
 * @param[out] err  on failure the class and the sentence
 * @return 0; -EINVAL a `--serve` was given to a program that does not offer services; -EBUSY
 *         already started; another -errno the device refused to start
 */
int rsd_engine_start(struct rsd_engine *eng, struct rsd_error *err);

/**
 * Block until the engine is asked to stop, by rsd_engine_request_stop(), by `ringside ctl stop`, or
 * by itself after `--for` or `--count`.
 *
 * @param eng  a started engine
 */
void rsd_engine_wait(struct rsd_engine *eng);

/**
 * Ask the engine to stop; returns at once.
 *
 * @param eng  the engine
 * @par Thread any; async-signal-safe
 */
void rsd_engine_request_stop(struct rsd_engine *eng);

/**
 * Stop: workers drain their queues, ports are stopped and closed, every buffer is called home, the
 * books are checked and printed.
 *
 * @param eng  a started engine; one that was never started is closed all the same
 * @param[out] err  on failure the class and the sentence
 * @return 0 the books balance and every buffer is home; -EBADMSG they do not (RSD_EXIT_INTERNAL)
 */
int rsd_engine_stop(struct rsd_engine *eng, struct rsd_error *err);

/**
 * Free everything and end EAL: TAP interfaces, hugepage files and the runtime directory are gone
 * after this.
 *
 * @param eng  the engine, or NULL; must not be used afterwards
 */
void rsd_engine_destroy(struct rsd_engine *eng);

/**
 * Which worker is this?
 *
 * @return 0 to number of workers - 1 on a polling core; -1 on any other thread
 * @par Thread any
 */
int rsd_worker_id(void);

/**
 * How many workers does the engine run?
 *
 * @param eng  the engine
 * @return 1 or more
 * @par Thread any
 */
unsigned int rsd_engine_nb_workers(const struct rsd_engine *eng);

/**
 * Version of the library.
 *
 * @return "MAJOR.MINOR.PATCH"
 * @par Thread any
 */
const char *rsd_version(void);

#ifdef __cplusplus
}
#endif
#endif
