/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An engine with a fault: the payload is copied, into another buffer, at a place of choice. What
 * claims to find copies is shown this engine. The sources are the same; the linker puts plant.c
 * between the stages (--wrap), and the choice is made at run time:
 *
 *	RINGSIDE_PLANT=parse|lookup|service|queue|tx|none
 *
 * Every datagram that passes the place is copied: at parse and lookup when the stage is through
 * with it, at service the answers, at queue those that were held and come back, at tx the answers
 * on their way to the device.
 */
#ifndef RSD_TESTS_PLANT_H
#define RSD_TESTS_PLANT_H

#include <stdbool.h>
#include <stdint.h>

enum rsd_plant {
	RSD_PLANT_NONE,
	RSD_PLANT_PARSE,
	RSD_PLANT_LOOKUP,
	RSD_PLANT_SERVICE,
	RSD_PLANT_QUEUE,
	RSD_PLANT_TX,
	RSD_PLANT_NB,
};

/* As the ledger calls the places. */
extern const char *const rsd_plant_names[RSD_PLANT_NB];

/* Is there an engine with a fault in this program at all? unplanted.c says no. */
bool rsd_plant_possible(void);

/* From the next burst on; takes the place of what the environment said. */
void rsd_plant_set(enum rsd_plant at);
enum rsd_plant rsd_plant_get(void);

/* Datagrams copied so far, by all cores. */
uint64_t rsd_plant_copied(void);

#endif
