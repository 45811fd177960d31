/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/TestRun.h>

#include "support/cunit_runner.h"

/* A loop that fails on each of a million values says so a few times; the others are counted. */
#define PRINTED_MAX 20

static const char *row;
static unsigned int nb_passed, nb_failed; /* functions */
static unsigned int nb_here;              /* failed checks of the function that runs */
static const char *suite_name;
static unsigned int nb_muted;
static int muted;

void
rsd_test_row(const char *sentence)
{
	row = sentence;
}

unsigned int
rsd_test_failures(void)
{
	return nb_here;
}

void
rsd_test_mute(void)
{
	muted = 1;
	nb_muted = 0;
}

unsigned int
rsd_test_unmute(void)
{
	muted = 0;
	return nb_muted;
}

int
rsd_test_check(int ok, const char *file, unsigned int line, const char *cond, const char *fmt, ...)
{
	char words[512], text[1024];
	va_list ap;

	if (!ok && muted) {
		nb_muted++;
		return 0;
	}
	if (ok)
		return CU_assertImplementation(CU_TRUE, line, cond, file, "", CU_FALSE);
	if (++nb_here > PRINTED_MAX)
		return 0; /* CUnit's list of failures takes long when it is long */
	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "%s%s%s%s%s", row == NULL ? "" : row, row == NULL ? "" : ": ",
		words, words[0] == '\0' ? "" : ": ", cond);
	return CU_assertImplementation(CU_FALSE, line, text, file, "", CU_FALSE);
}

int
rsd_test_check_eq(
	long long got, long long want, const char *file, unsigned int line, const char *text)
{
	return rsd_test_check(got == want, file, line, text, "got %lld, expected %lld", got, want);
}

static void
print_failures(CU_pFailureRecord f)
{
	for (; f != NULL; f = f->pNext)
		printf("  %s:%u: %s\n", f->strFileName == NULL ? "?" : f->strFileName,
			f->uiLineNumber, f->strCondition == NULL ? "?" : f->strCondition);
	if (nb_here > PRINTED_MAX)
		printf("  ... and %u more\n", nb_here - PRINTED_MAX);
}

static void
test_begins(const CU_pTest test, const CU_pSuite suite)
{
	(void)test;
	(void)suite;
	row = NULL;
	muted = 0;
	nb_here = 0;
}

static void
test_ended(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failures)
{
	(void)suite;
	if (failures == NULL)
		nb_passed++;
	else
		nb_failed++;
	printf("%s %s: %s\n", failures == NULL ? "ok  " : "FAIL", suite_name, test->pName);
	print_failures(failures);
	fflush(stdout);
}

static int
framework_error(const char *what)
{
	printf("%s: CUnit: %s: %s\n", suite_name, what, CU_get_error_msg());
	CU_cleanup_registry();
	return EXIT_FAILURE;
}

int
rsd_test_run(const char *suite, const struct rsd_test *tests, size_t nb)
{
	CU_pSuite s;
	size_t i;

	suite_name = suite;
	nb_passed = nb_failed = 0;
	if (CU_initialize_registry() != CUE_SUCCESS)
		return framework_error("registry");
	s = CU_add_suite(suite, NULL, NULL);
	if (s == NULL)
		return framework_error("suite");
	for (i = 0; i < nb; i++)
		if (CU_add_test(s, tests[i].name, tests[i].fn) == NULL)
			return framework_error(tests[i].name);
	CU_set_test_start_handler(test_begins);
	CU_set_test_complete_handler(test_ended);
	if (CU_run_all_tests() != CUE_SUCCESS)
		return framework_error("run");
	CU_cleanup_registry();
	/* What CUnit calls a success is that it ran; a function that never ran has not passed. */
	printf("%u passed, %u failed\n", nb_passed, nb_failed);
	return nb != 0 && nb_failed == 0 && nb_passed == nb ? EXIT_SUCCESS : EXIT_FAILURE;
}

void
rsd_test_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("skipped: ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	exit(RSD_TEST_SKIPPED);
}
