/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The quickest echo the kernel's sockets allow: one core that never sleeps. What sockperf's server
 * does with --nonblocked, for clients that are not sockperf's; with the word sockperf, for them.
 *
 *	spin_echo ADDR PORT [sockperf]
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FLAGS_LOW   9 /* byte of sockperf's header */
#define FROM_CLIENT 0x01

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static int
open_socket(const char *addr, const char *port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (inet_pton(AF_INET, addr, &sa.sin_addr) != 1 || fd < 0 ||
		bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0) {
		perror("spin_echo");
		return -1;
	}
	return fd;
}

static void
serve(int fd, bool sockperf)
{
	static uint8_t buf[65536];
	struct sockaddr_in peer;

	while (!stop) {
		socklen_t len = sizeof(peer);
		ssize_t n = recvfrom(
			fd, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&peer, &len);

		if (n < 0)
			continue;
		if (sockperf && n > FLAGS_LOW)
			buf[FLAGS_LOW] &= (uint8_t)~FROM_CLIENT;
		sendto(fd, buf, (size_t)n, MSG_DONTWAIT, (struct sockaddr *)&peer, len);
	}
}

int
main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	int fd = argc >= 3 ? open_socket(argv[1], argv[2]) : -1;

	if (fd < 0)
		return 2;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	puts("ready");
	fflush(stdout);
	serve(fd, argc > 3 && strcmp(argv[3], "sockperf") == 0);
	return 0;
}
