/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Payloads that nobody may read. Every case is a process of its own, since many of them end as a
 * guarded engine does that reads: what runs is this program again, with the name of a case.
 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/guarded.h"

static int
run_case(const struct rsd_test *test)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	rsd_fixture_start();
	return rsd_test_run("a case", test, 1);
}

/* What the process says, both streams, and how it ends. */
static int
spawn(const char *name, char *said, size_t size)
{
	size_t len = 0;
	ssize_t n;
	int fd[2], status;
	pid_t pid;

	RSD_CHECK_EQ(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		dup2(fd[1], STDOUT_FILENO);
		dup2(fd[1], STDERR_FILENO);
		close(fd[0]);
		close(fd[1]);
		execl("/proc/self/exe", "test_guard", name, NULL);
		_exit(126);
	}
	close(fd[1]);
	while (len < size - 1 && (n = read(fd[0], said + len, size - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = '\0';
	close(fd[0]);
	RSD_CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

static void
check_says(const char *said, const char *pattern)
{
	char full[512];
	regex_t re;

	snprintf(full, sizeof(full), "^ringside: guard: %s", pattern);
	RSD_CHECK_EQ(regcomp(&re, full, REG_EXTENDED | REG_NEWLINE | REG_NOSUB), 0);
	RSD_CHECK(
		regexec(&re, said, 0, NULL, 0) == 0, "expected '%s', it said:\n%s", pattern, said);
	regfree(&re);
}

static void
check_cases(const struct guard_case *cases, unsigned int nb)
{
	static char said[65536];
	unsigned int i;

	for (i = 0; i < nb; i++) {
		int status, want = cases[i].says != NULL ? EXIT_FAILURE : EXIT_SUCCESS;

		rsd_test_row(cases[i].name);
		status = spawn(cases[i].name, said, sizeof(said));
		RSD_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == want,
			"ended with status 0x%x, it said:\n%s", status, said);
		if (cases[i].says != NULL)
			check_says(said, cases[i].says);
	}
	rsd_test_row(NULL);
}

static void
lives(void)
{
	check_cases(guard_live, nb_guard_live);
}

static void
dies(void)
{
	check_cases(guard_dead, nb_guard_dead);
}

/* By the signal; or, under AddressSanitizer, which had the signal before, by its report. */
static void
leaves_others_alone(void)
{
	static char said[65536];
	int status = spawn("elsewhere", said, sizeof(said));

	RSD_CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV) ||
			  strstr(said, "AddressSanitizer: SEGV") != NULL,
		"ended with status 0x%x, it said:\n%s", status, said);
	RSD_CHECK(strstr(said, "guard: stage") == NULL, "it said:\n%s", said);
}

static void (*find(const struct guard_case *cases, unsigned int nb, const char *name))(void)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (strcmp(cases[i].name, name) == 0)
			return cases[i].fn;
	return NULL;
}

int
main(int argc, char **argv)
{
	static const struct rsd_test tests[] = {
		{ "under the guard datagrams are answered, dropped, held and queued", lives },
		{ "whoever touches a payload dies, and the stage is named", dies },
		{ "a fault elsewhere is none of the guard's", leaves_others_alone },
	};
	struct rsd_test one = { .name = argv[argc - 1], .fn = guard_elsewhere };

	if (argc == 1)
		return rsd_test_run("guard", tests, RTE_DIM(tests));
	if (strcmp(one.name, "elsewhere") != 0)
		one.fn = find(guard_live, nb_guard_live, one.name);
	if (one.fn == NULL)
		one.fn = find(guard_dead, nb_guard_dead, one.name);
	return one.fn != NULL ? run_case(&one) : EXIT_FAILURE;
}
