/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The built-in services. They are written over this API alone, exactly as a user's own would be.
 */
#ifndef RINGSIDE_SERVICE_H
#define RINGSIDE_SERVICE_H

#ifdef __cplusplus
extern "C" {
#endif

struct rsd_engine;
struct rsd_error;
struct rsd_sock_conf;

/**
 * Open a socket with a built-in service.
 *
 * @param eng   the engine
 * @param spec  `NAME:PORT[@ADDR][,key=value...]` with NAME one of echo (RFC 862), discard
 *              (RFC 863), time (RFC 868), sockperf; PORT 1 to 65535. Keys: `share=reuseport` or
 *              `share=reuseaddr`, `peer=ADDR:PORT` to be connected to, `device=PORT` to be bound
 *              to, as in struct rsd_sock_conf
 * @param[out] err  on failure the class and the sentence
 * @return 0; -EINVAL the text is wrong or -EADDRNOTAVAIL ADDR is none of
 *         the engine's; -EADDRINUSE the port is taken; -ENODEV no such port of the engine;
 *         -ENOMEM, -ENOSPC no room for a socket
 * @par Thread control thread only
 */
int rsd_service_open(struct rsd_engine *eng, const char *spec, struct rsd_error *err);

/**
 * Check such a text without an engine.
 *
 * @param spec  as for rsd_service_open()
 * @param[out] conf  on success what would be opened, but for its device; otherwise unchanged
 * @param[out] err  on failure the class and the sentence; may be NULL
 * @return 0; -EINVAL the text is wrong
 * @par Thread any
 */
int rsd_service_check(const char *spec, struct rsd_sock_conf *conf, struct rsd_error *err);

/**
 * Names of the built-in services.
 *
 * @param i  0 for the first
 * @return the name; NULL past the last one
 * @par Thread any
 */
const char *rsd_service_name(unsigned int i);

#ifdef __cplusplus
}
#endif
#endif
