/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs a list of test functions over CUnit and says what failed. A test program is
 *
 *	int main(void)
 *	{
 *		static const struct rsd_test tests[] = { { "sentence", function }, ... };
 *		return rsd_test_run("suite", tests, RTE_DIM(tests));
 *	}
 */
#ifndef RSD_TESTS_CUNIT_RUNNER_H
#define RSD_TESTS_CUNIT_RUNNER_H

#include <stddef.h>

#include <CUnit/CUnit.h>

#define RSD_TEST_SKIPPED 77 /* what meson and automake take for "cannot run here" */

struct rsd_test {
	const char *name; /* a sentence: what holds when it passes */
	void (*fn)(void);
};

/* As CU_ASSERT, with words for the report in printf style. Goes on afterwards; true when it held.
 */
#define RSD_CHECK(cond, ...) rsd_test_check((cond) ? 1 : 0, __FILE__, __LINE__, #cond, __VA_ARGS__)

/* Numbers that must be equal; both are printed when they are not. */
#define RSD_CHECK_EQ(got, want) \
	rsd_test_check_eq(      \
		(long long)(got), (long long)(want), __FILE__, __LINE__, #got " == " #want)

int rsd_test_check(int ok, const char *file, unsigned int line, const char *cond, const char *fmt,
	...) __attribute__((format(printf, 5, 6)));
int rsd_test_check_eq(
	long long got, long long want, const char *file, unsigned int line, const char *text);

/*
 * Words put in front of every failure from now on, e.g. the sentence of the row a table test is at.
 * Kept by reference; NULL for none.
 */
void rsd_test_row(const char *sentence);

/* RSD_CHECK() and RSD_CHECK_EQ() that failed so far in the function that runs. */
unsigned int rsd_test_failures(void);

/*
 * Between these two a failed check is counted, not reported: for tests that plant a fault to see
 * that a check finds it. Returns how many there were.
 */
void rsd_test_mute(void);
unsigned int rsd_test_unmute(void);

/*
 * Run all. Every failure is printed as file:line, the last line is "N passed, N failed", where
 * functions are counted. Returns the exit status for main(): 0 when all ran and passed, else 1.
 */
int rsd_test_run(const char *suite, const struct rsd_test *tests, size_t nb);

/*
 * Leave the program at once with exit status 77 and the reason as its last line. Only before
 * rsd_test_run(): a function that finds it cannot run has not passed.
 */
_Noreturn void rsd_test_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
