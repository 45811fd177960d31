/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include <rte_memory.h>
#include <rte_memzone.h>

#include "control/ledger.h"

struct search {
	const char *addr;
	struct rsd_memory *mem;
};

static void
look_at_zone(const struct rte_memzone *zone, void *arg)
{
	struct search *s = arg;
	const char *begin = zone->addr;

	if (s->addr >= begin && s->addr < begin + zone->len)
		snprintf(s->mem->zone, sizeof(s->mem->zone), "%s", zone->name);
}

void
rsd_memory_find(const void *addr, struct rsd_memory *mem)
{
	const struct rte_memseg_list *list = rte_mem_virt2memseg_list(addr);
	struct search s = { .addr = addr, .mem = mem };

	*mem = (struct rsd_memory){ .dpdk = list != NULL, .node = -1 };
	if (list == NULL)
		return;
	mem->external = list->external != 0;
	mem->page = list->page_sz;
	mem->node = list->socket_id;
	mem->begin = list->base_va;
	mem->len = list->len;
	mem->iova = rte_mem_virt2iova(addr);
	rte_memzone_walk(look_at_zone, &s);
}
