/* SPDX-License-Identifier: BSD-3-Clause */
/* The twin: the same programs, linked without --wrap. There is nothing to choose. */
#include "planted/plant.h"

const char *const rsd_plant_names[RSD_PLANT_NB] = { "none" };

bool
rsd_plant_possible(void)
{
	return false;
}

void
rsd_plant_set(enum rsd_plant at)
{
	(void)at;
}

enum rsd_plant
rsd_plant_get(void)
{
	return RSD_PLANT_NONE;
}

uint64_t
rsd_plant_copied(void)
{
	return 0;
}
