/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Replays files through the fuzz target without libFuzzer: capture files frame by frame, as they
 *are and with their addresses made ours; any other file as one input of the fuzzer.
 *
 *	fuzz_parse_replay [--write-seeds DIR] [FILE|FOLDER]...
 *
 * Without FILE: the folder RINGSIDE_CORPUS, or the one given by --default. Exit status 77 when
 *there is none.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <rte_common.h>

#include "fuzz/fuzz_parse.h"
#include "fuzz/pcap_read.h"

#define SEED_FRAMES 2    /* first frames of a file that become seeds */
#define SEED_MAX    2048 /* bytes: longer ones slow a fuzzer down */
#define PATH_LEN    4096

#define MADE_OURS (RSD_FUZZ_OUR_MAC | RSD_FUZZ_OUR_ADDR | RSD_FUZZ_OUR_SUM)

/* How each frame is shown to the parser. */
static const uint8_t controls[][RSD_FUZZ_CONTROL] = {
	{ 0, 0 },
	{ 0, RSD_FUZZ_OUR_MAC },
	{ 0, RSD_FUZZ_OUR_MAC | RSD_FUZZ_OUR_ADDR },
	{ 0, MADE_OURS },
	{ 1, MADE_OURS },
	{ 2, MADE_OURS },
	{ 3, MADE_OURS },
	{ 4, MADE_OURS },
	{ RSD_FUZZ_UDP_FILLS, MADE_OURS },
	{ 1 | RSD_FUZZ_UDP_FILLS, MADE_OURS },
	{ 4 | RSD_FUZZ_UDP_FILLS, MADE_OURS },
	{ RSD_FUZZ_UDP_FILLS | RSD_FUZZ_SOURCE, MADE_OURS },
	{ RSD_FUZZ_UDP_FILLS | RSD_FUZZ_SOURCE, MADE_OURS | 1 },
	{ 5 | RSD_FUZZ_UDP_FILLS | RSD_FUZZ_SOURCE, MADE_OURS | 2 },
	{ 2 | RSD_FUZZ_UDP_FILLS | RSD_FUZZ_SOURCE, MADE_OURS | 10 },
	{ RSD_FUZZ_UDP_FILLS | RSD_FUZZ_SOURCE, MADE_OURS | RSD_FUZZ_UDP_SUM },
	{ 3 | RSD_FUZZ_UDP_FILLS | RSD_FUZZ_SOURCE, MADE_OURS | RSD_FUZZ_UDP_SUM },
	{ 6 | RSD_FUZZ_UDP_FILLS | RSD_FUZZ_SOURCE, MADE_OURS | RSD_FUZZ_UDP_SUM },
};

static const char *seed_dir;
static unsigned long nb_files, nb_frames, nb_seeds;

static int
complain(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return 2;
}

static int
write_seed(const uint8_t *input, size_t len)
{
	char path[PATH_LEN];
	FILE *f;

	snprintf(path, sizeof(path), "%s/seed-%06lu", seed_dir, nb_seeds++);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(input, 1, len, f) != len || fclose(f) != 0)
		return complain(path);
	return 0;
}

static int
replay_frame(const uint8_t *frame, size_t len, bool seed)
{
	uint8_t *input = malloc(RSD_FUZZ_CONTROL + len);
	size_t i;
	int ret = 0;

	if (input == NULL)
		return complain("malloc");
	memcpy(input + RSD_FUZZ_CONTROL, frame, len);
	for (i = 0; i < RTE_DIM(controls); i++) {
		memcpy(input, controls[i], RSD_FUZZ_CONTROL);
		LLVMFuzzerTestOneInput(input, RSD_FUZZ_CONTROL + len);
	}
	if (seed && seed_dir != NULL && len <= SEED_MAX) {
		memcpy(input, controls[nb_seeds % RTE_DIM(controls)], RSD_FUZZ_CONTROL);
		ret = write_seed(input, RSD_FUZZ_CONTROL + len);
	}
	nb_frames++;
	free(input);
	return ret;
}

static int
replay_bytes(const uint8_t *data, size_t len)
{
	struct rsd_pcap p;
	const uint8_t *frame;
	size_t frame_len;
	unsigned int nb;
	int ret = 0;

	nb_files++;
	if (!rsd_pcap_open(&p, data, len)) {
		nb_frames++;
		return LLVMFuzzerTestOneInput(data, len);
	}
	for (nb = 0; ret == 0 && rsd_pcap_next(&p, &frame, &frame_len); nb++)
		ret = replay_frame(frame, frame_len, nb < SEED_FRAMES);
	return ret;
}

static int
replay_file(const char *path, size_t size)
{
	uint8_t *data = malloc(size == 0 ? 1 : size);
	FILE *f = fopen(path, "rb");
	int ret = 2;

	if (data == NULL || f == NULL || fread(data, 1, size, f) != size)
		complain(path);
	else
		ret = replay_bytes(data, size);
	if (f != NULL)
		fclose(f);
	free(data);
	return ret;
}

static int replay_path(const char *path);

static int
replay_dir(const char *path)
{
	struct dirent **entry;
	int i, nb = scandir(path, &entry, NULL, alphasort), ret = 0;

	if (nb < 0)
		return complain(path);
	for (i = 0; i < nb; i++) {
		char below[PATH_LEN];

		snprintf(below, sizeof(below), "%s/%s", path, entry[i]->d_name);
		if (entry[i]->d_name[0] != '.' && ret == 0)
			ret = replay_path(below);
		free(entry[i]);
	}
	free(entry);
	return ret;
}

static int
replay_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return complain(path);
	return S_ISDIR(st.st_mode) ? replay_dir(path) : replay_file(path, (size_t)st.st_size);
}

static const char *
corpus(const char *fallback)
{
	const char *given = getenv("RINGSIDE_CORPUS");
	struct stat st;

	if (given == NULL || given[0] == '\0')
		given = fallback;
	if (given != NULL && stat(given, &st) == 0 && S_ISDIR(st.st_mode))
		return given;
	printf("skipped: no corpus of captures: RINGSIDE_CORPUS is not set to a folder%s%s\n",
		fallback == NULL ? "" : ", and there is none at ",
		fallback == NULL ? "" : fallback);
	exit(77);
}

static int
report(void)
{
	static const char *const words[RSD_FUZZ_KINDS] = {
		[RSD_FUZZ_DROP] = "dropped",
		[RSD_FUZZ_UDP] = "UDP",
		[RSD_FUZZ_UDP_MANY] = "UDP to many",
		[RSD_FUZZ_ICMP] = "ICMP",
		[RSD_FUZZ_ARP] = "ARP",
		[RSD_FUZZ_FAST] = "by the fast check",
		[RSD_FUZZ_EXACT] = "by the exact check",
		[RSD_FUZZ_SOUND] = "of these with a UDP sum that holds",
	};
	const char *way;
	unsigned int i;
	bool here;

	printf("%lu files, %lu frames, each in %zu ways, %lu seeds written:", nb_files, nb_frames,
		RTE_DIM(controls), nb_seeds);
	for (i = 0; i < RSD_FUZZ_KINDS; i++)
		printf(" %lu %s%s", rsd_fuzz_seen(i), words[i],
			i + 1 < RSD_FUZZ_KINDS ? "," : "\n");
	for (i = 0; (way = rsd_fuzz_way_name(i, &here)) != NULL; i++)
		printf("%s%s: %s", i == 0 ? "" : ", ", way, here ? "compared" : "not on this CPU");
	printf("\n");
	if (nb_frames != 0)
		return 0;
	fprintf(stderr, "no frame in all of it\n");
	return 2;
}

int
main(int argc, char **argv)
{
	const char *fallback = NULL;
	int i, ret = 0;

	for (i = 1; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2)
		if (strcmp(argv[i], "--write-seeds") == 0)
			seed_dir = argv[i + 1];
		else if (strcmp(argv[i], "--default") == 0)
			fallback = argv[i + 1];
	if (i == argc)
		ret = replay_path(corpus(fallback));
	for (; ret == 0 && i < argc; i++)
		ret = replay_path(argv[i]);
	return ret != 0 ? ret : report();
}
