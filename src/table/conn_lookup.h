/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reader side of the table of connected sockets: from the 4-tuple of a datagram to a socket's id.
 * Any number of threads may look while one changes the table; nobody waits. A key that is in the
 * table throughout a look-up is found, and no value is given that was not its own at some moment of
 * it, provided that the value of a deleted key is not used again before all readers have passed a
 * quiescent state.
 *
 * A key is given as a pointer to where it lies in a frame without IP options: IPv4, 8 bytes before
 * the UDP header (source address, destination address, source port, destination port: 12 bytes);
 * IPv6, 32 bytes before it (36 bytes). Of an IPv4 key 16 bytes must be readable; the last four may
 * be anything.
 */
#ifndef RSD_TABLE_CONN_LOOKUP_H
#define RSD_TABLE_CONN_LOOKUP_H

#include <stdint.h>

#define RSD_CONN_NONE UINT32_MAX /* the value of what is not there */

struct rsd_conn_table;

/* val[i] = value of the key at keys[i], or RSD_CONN_NONE. nb: any number; 32 and more are fastest.
 */
void rsd_conn_lookup_burst(const struct rsd_conn_table *t, const uint8_t *const keys[],
	unsigned int nb, uint32_t val[]);

/* The same in a table of kind RSD_FLOW_GIVEN32: hash[i] came with the frame of keys[i]. */
void rsd_conn_lookup_burst_given(const struct rsd_conn_table *t, const uint8_t *const keys[],
	const uint32_t hash[], unsigned int nb, uint32_t val[]);

/* One key. */
uint32_t rsd_conn_lookup(const struct rsd_conn_table *t, const uint8_t *key);
uint32_t rsd_conn_lookup_given(const struct rsd_conn_table *t, const uint8_t *key, uint32_t hash);

#endif
