/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * testpmd, talked to at its prompt. Its port statistics are never cleared: that would let its
 * cycles go on counting while its packets start again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/dp_state.h"

#define WHAT "testpmd"

static bool
in_path(const char *program)
{
	const char *path = getenv("PATH");
	char copy[4096], file[4096], *rest = copy, *dir;

	snprintf(copy, sizeof(copy), "%s", path != NULL ? path : "/usr/bin:/bin");
	while ((dir = strsep(&rest, ":")) != NULL) {
		if (snprintf(file, sizeof(file), "%s/%s", dir, program) < (int)sizeof(file) &&
			access(file, X_OK) == 0)
			return true;
	}
	return false;
}

static int
start(struct rsd_dp_state *s)
{
	struct rsd_dp_words w;
	int ret;

	if (!in_path("dpdk-testpmd"))
		return rsd_dp_fail(s, ENOTSUP, "there is no dpdk-testpmd: apt-get install dpdk");
	rsd_dp_words_testpmd(&w, s->row, &s->conf, &s->load, &s->place);
	ret = rsd_dp_launch(s, &s->proc, &w, WHAT);
	return ret != 0 ? ret : rsd_dp_wait_line(s, &s->proc, "Checking link statuses", NULL, WHAT);
}

static int
say(struct rsd_dp_state *s, const char *text)
{
	int ret = rsd_proc_say(&s->proc, text);

	return ret < 0 ? rsd_dp_fail(s, -ret, WHAT " does not listen") : 0;
}

/* A ring has no sender: testpmd puts the first frames into it, 32 for each that is asked for. */
static int
begin(struct rsd_dp_state *s, uint64_t for_ns)
{
	char text[64] = "start\n";
	int ret;

	(void)for_ns;
	if (strcmp(s->row->device->name, "ring") == 0)
		snprintf(text, sizeof(text), "start tx_first %u\n", RSD_DP_IN_RING / 32);
	/* It says so once what was left in the device is thrown away. */
	ret = say(s, text);
	return ret != 0 ? ret : rsd_dp_wait_line(s, &s->proc, "packets/burst=", NULL, WHAT);
}

static int
end(struct rsd_dp_state *s, struct rsd_dp_counts *c)
{
	char line[RSD_PROC_LINE];
	int ret = say(s, "stop\n");

	*c = (struct rsd_dp_counts){ 0 };
	while (ret == 0 && !c->is_complete) {
		ret = rsd_dp_wait_line(s, &s->proc, "", line, WHAT);
		if (ret == 0)
			rsd_dp_take_testpmd(line, c);
	}
	c->seen = c->packets;
	return ret;
}

static void
leave(struct rsd_dp_state *s)
{
	(void)rsd_proc_say(&s->proc, "quit\n");
}

const struct rsd_dp_side rsd_dp_testpmd = {
	.start = start,
	.begin = begin,
	.end = end,
	.leave = leave,
};
