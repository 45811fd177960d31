/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ledger/places.h"

#define CHUNK  ((size_t)1 << 20)
#define LARGE  ((uint64_t)1 << 36)
#define PAGE   4096
#define MARKER 256 /* bytes of the longest */

/* In an entry of /proc/self/pagemap: the page is in RAM, or in swap. */
#define PAGE_EXISTS ((uint64_t)3 << 62)

struct mapping {
	uintptr_t begin, end;
	uint64_t offset, inode;
	unsigned int major, minor;
	char perms[5];
	char name[RSD_PLACE_NAME];
};

/* What lies where in shared memory: the same at two addresses is one place. */
struct found {
	uint64_t offset, inode;
	unsigned int major, minor;
};

struct search {
	const uint8_t *marker;
	size_t len;
	rsd_places_fn fn;
	void *arg;
	int mem, pagemap;
	uint8_t *room; /* CHUNK + MARKER bytes */
	struct mapping *maps;
	size_t nb_maps, cap_maps;
	struct found *seen;
	size_t nb_seen, cap_seen;
	struct rsd_places_missed missed;
	int nb;
	bool ended;
};

/* Room for one more of size bytes; NULL when there is no memory. */
static void *
one_more(void **list, size_t *nb, size_t *cap, size_t size)
{
	if (*nb == *cap) {
		size_t more = *cap != 0 ? 2 * *cap : 64;
		void *bigger = realloc(*list, more * size);

		if (bigger == NULL)
			return NULL;
		*list = bigger;
		*cap = more;
	}
	return (uint8_t *)*list + (*nb)++ * size;
}

static int
read_maps(struct search *s)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];
	int ret = 0;

	if (f == NULL)
		return -errno;
	while (ret == 0 && fgets(line, sizeof(line), f) != NULL) {
		struct mapping *m =
			one_more((void **)&s->maps, &s->nb_maps, &s->cap_maps, sizeof(*m));
		int name = 0;

		if (m == NULL)
			ret = -ENOMEM;
		else if (sscanf(line,
				 "%" SCNxPTR "-%" SCNxPTR " %4s %" SCNx64 " %x:%x %" SCNu64 " %n",
				 &m->begin, &m->end, m->perms, &m->offset, &m->major, &m->minor,
				 &m->inode, &name) < 7)
			s->nb_maps--;
		else
			snprintf(m->name, sizeof(m->name), "%.*s", (int)strcspn(line + name, "\n"),
				line + name);
	}
	fclose(f);
	return ret;
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool
is_device(const struct mapping *m)
{
	if (begins(m->name, "/dev/"))
		return !begins(m->name, "/dev/shm/") && !begins(m->name, "/dev/zero") &&
		       !begins(m->name, "/dev/hugepages");
	return begins(m->name, "/sys/") || begins(m->name, "anon_inode:");
}

/* Is it to be looked into? Counts it when that is no, although something may be there. */
static bool
is_wanted(struct search *s, const struct mapping *m)
{
	if (m->perms[0] != 'r' || begins(m->name, "[vvar") || begins(m->name, "[vsyscall]"))
		return false;
	if (is_device(m)) {
		s->missed.devices++;
		return false;
	}
	if (m->end - m->begin > LARGE) {
		s->missed.huge++;
		return false;
	}
	return true;
}

/* Memory of this process alone that was never touched is not there, and reading would make it. */
static bool
is_empty(const struct search *s, const struct mapping *m, uintptr_t from, size_t len)
{
	uint64_t entry[CHUNK / PAGE + 1];
	size_t nb = (len + PAGE - 1) / PAGE, i;

	if (m->inode != 0 || s->pagemap < 0 ||
		pread(s->pagemap, entry, nb * sizeof(entry[0]),
			(off_t)(from / PAGE * sizeof(entry[0]))) !=
			(ssize_t)(nb * sizeof(entry[0])))
		return false;
	for (i = 0; i < nb; i++)
		if ((entry[i] & PAGE_EXISTS) != 0)
			return false;
	return true;
}

static bool
seen_before(struct search *s, const struct mapping *m, uintptr_t addr)
{
	struct found one = { m->offset + (addr - m->begin), m->inode, m->major, m->minor }, *f;
	size_t i;

	if (m->perms[3] != 's' || m->inode == 0)
		return false;
	for (i = 0; i < s->nb_seen; i++)
		if (s->seen[i].offset == one.offset && s->seen[i].inode == one.inode &&
			s->seen[i].major == one.major && s->seen[i].minor == one.minor)
			return true;
	f = one_more((void **)&s->seen, &s->nb_seen, &s->cap_seen, sizeof(*f));
	if (f != NULL)
		*f = one;
	return false;
}

static void
tell(struct search *s, const struct mapping *m, uintptr_t addr)
{
	struct rsd_memory_place place = { .addr = addr,
		.begin = m->begin,
		.end = m->end,
		.shared = m->perms[3] == 's',
		.writable = m->perms[1] == 'w',
		.again = seen_before(s, m, addr) };

	memcpy(place.name, m->name, sizeof(place.name));
	s->nb += !place.again;
	if (s->fn != NULL && !s->fn(&place, s->arg))
		s->ended = true;
}

/* addr: of the bytes in room, in this process. */
static void
look(struct search *s, const struct mapping *m, uintptr_t addr, size_t len)
{
	const uint8_t *p = s->room, *hit;

	while (!s->ended &&
		(hit = memmem(p, len - (size_t)(p - s->room), s->marker, s->len)) != NULL) {
		uintptr_t at = addr + (uintptr_t)(hit - s->room);

		if (at != (uintptr_t)s->marker && at - (uintptr_t)s->room >= CHUNK + MARKER)
			tell(s, m, at);
		p = hit + 1;
	}
}

/* Chunks overlap by one byte less than the marker, so that none lies across their border. */
static void
look_into(struct search *s, const struct mapping *m)
{
	uintptr_t at;

	for (at = m->begin; at < m->end && !s->ended; at += CHUNK) {
		size_t rest = m->end - at,
		       want = rest < CHUNK + s->len - 1 ? rest : CHUNK + s->len - 1;
		ssize_t got;

		if (is_empty(s, m, at, want))
			continue;
		got = pread(s->mem, s->room, want, (off_t)at);
		if (got > 0)
			look(s, m, at, (size_t)got);
		if (got != (ssize_t)want) {
			s->missed.refused++;
			return;
		}
	}
}

static int
open_all(struct search *s)
{
	s->mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	if (s->mem < 0)
		return -errno;
	s->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	s->room = mmap(
		NULL, CHUNK + MARKER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->room == MAP_FAILED) {
		s->room = NULL;
		return -errno;
	}
	return read_maps(s);
}

static void
close_all(struct search *s)
{
	if (s->room != NULL)
		munmap(s->room, CHUNK + MARKER);
	if (s->mem >= 0)
		close(s->mem);
	if (s->pagemap >= 0)
		close(s->pagemap);
	free(s->maps);
	free(s->seen);
}

int
rsd_places_find(const void *marker, size_t len, rsd_places_fn fn, void *arg,
	struct rsd_places_missed *missed)
{
	struct search s = {
		.marker = marker, .len = len, .fn = fn, .arg = arg, .mem = -1, .pagemap = -1
	};
	size_t i;
	int ret;

	if (len < 4 || len > MARKER)
		return -EINVAL;
	ret = open_all(&s);
	for (i = 0; ret == 0 && i < s.nb_maps && !s.ended; i++)
		if (is_wanted(&s, &s.maps[i]))
			look_into(&s, &s.maps[i]);
	close_all(&s);
	if (missed != NULL)
		*missed = s.missed;
	return ret != 0 ? ret : s.nb;
}
