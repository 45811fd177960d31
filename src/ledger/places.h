/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where in this process's memory does a payload lie? A string of bytes that exists nowhere else is
 * looked for in every mapping, so that "copied n times" can be seen: n places.
 */
#ifndef RSD_LEDGER_PLACES_H
#define RSD_LEDGER_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSD_PLACE_NAME 96

struct rsd_memory_place {
	uintptr_t addr;            /* of the string's first byte */
	uintptr_t begin, end;      /* of the mapping */
	char name[RSD_PLACE_NAME]; /* as /proc/self/maps has it, cut; empty: anonymous memory */
	bool shared;               /* what is written there, others see */
	bool writable;
	/*
	 * The memory of a place seen before, mapped a second time: a further address, but no
	 * further copy.
	 */
	bool again;
};

/* False ends the search. */
typedef bool (*rsd_places_fn)(const struct rsd_memory_place *place, void *arg);

/* What was not looked into, for those who say that there is no further place. */
struct rsd_places_missed {
	unsigned int devices; /* mappings of devices: reading them can have effects */
	unsigned int huge;    /* mappings larger than 64 GiB: address space that was reserved */
	unsigned int refused; /* mappings the kernel would not show, or not all of */
};

/*
 * Look for len bytes, from 4 to 256, at marker; marker itself is no place, nor what this function
 * uses. The marker must be the only copy the caller has: one left on the stack is found like any
 * other. fn may be NULL, missed too. Reads what other threads write: what they move meanwhile may
 * be missed or seen twice. Returns how many places, those seen again left out; or -errno. Any
 * thread; not for a polling core.
 */
int rsd_places_find(const void *marker, size_t len, rsd_places_fn fn, void *arg,
	struct rsd_places_missed *missed);

#endif
