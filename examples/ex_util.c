/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <netinet/in.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "ex_util.h"

#define NS_PER_S   1000000000ULL
#define SOCK_BYTES (4 << 20)

/* Cut "[host]:port" or "host:port" in two. Returns the port's text, or NULL. */
static const char *
split_port(char *text, char **host)
{
	char *colon = strrchr(text, ':');

	if (colon == NULL)
		return NULL;
	*colon = '\0';
	*host = text;
	if (text[0] == '[' && colon > text + 1 && colon[-1] == ']') {
		colon[-1] = '\0';
		*host = text + 1;
	}
	return colon + 1;
}

int
ex_parse_addr(const char *text, struct ex_addr *addr)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&addr->sa;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&addr->sa;
	char copy[EX_ADDR_TEXT], *host = NULL;
	const char *port_text;
	uint64_t port;

	memset(addr, 0, sizeof(*addr));
	if (strlen(text) >= sizeof(copy))
		return -1;
	strcpy(copy, text);
	strcpy(addr->text, text);
	port_text = split_port(copy, &host);
	if (port_text == NULL || ex_parse_uint(port_text, 1, UINT16_MAX, &port) < 0)
		return -1;
	if (text[0] != '[' && inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		addr->len = sizeof(*v4);
		return 0;
	}
	if (text[0] == '[' && inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		addr->len = sizeof(*v6);
		return 0;
	}
	return -1;
}

int
ex_parse_uint(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno != 0 || *end != '\0' || *value < min || *value > max ? -1 : 0;
}

int
ex_parse_seconds(const char *text, uint64_t *ns)
{
	char *end;
	double s;

	if (*text < '0' || *text > '9')
		return -1;
	s = strtod(text, &end);
	if (*end != '\0' || !(s > 0) || s > 86400)
		return -1;
	*ns = (uint64_t)(s * (double)NS_PER_S);
	return 0;
}

/* The default of about 200 kB holds fewer than a hundred full-sized datagrams. */
static void
widen(int fd, int force, int plain)
{
	int bytes = SOCK_BYTES;

	/* forced needs CAP_NET_ADMIN; otherwise the system's limit is the best there is */
	if (setsockopt(fd, SOL_SOCKET, force, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof(bytes));
}

int
ex_udp_socket(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	widen(fd, SO_RCVBUFFORCE, SO_RCVBUF);
	widen(fd, SO_SNDBUFFORCE, SO_SNDBUF);
	return fd;
}

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t
ex_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t
ex_cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t
ex_cycles(void)
{
#if defined(__x86_64__)
	return __rdtsc();
#else
	return ex_now_ns();
#endif
}
