# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Sourced by the host tests after netns.sh: one line a sentence, and a sum at the end.
#
#   ok SENTENCE CMD...   "ok - SENTENCE" when CMD succeeds, "not ok - SENTENCE" otherwise
#   is SENTENCE GOT WANTED
#   skip REASON          leave with 77: this machine cannot run the test
#   tap_done             print the sum; the script's exit status

TAP_PASSED=0
TAP_FAILED=0

ok()
{
	local sentence=$1

	shift
	if "$@"; then
		TAP_PASSED=$((TAP_PASSED + 1))
		echo "ok - $sentence"
		return 0
	fi
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok - $sentence"
	return 1
}

is()
{
	ok "$1" [ "$2" = "$3" ] || { echo "#   got '$2', expected '$3'"; return 1; }
}

skip()
{
	echo "skipped: $*"
	exit 77
}

need_root()
{
	[ "$(id -u)" = 0 ] || skip "needs root, for network namespaces"
	unshare --net true 2>/dev/null || skip "needs network namespaces"
}

tap_done()
{
	echo "$TAP_PASSED passed, $TAP_FAILED failed"
	[ $TAP_FAILED = 0 ] && [ $TAP_PASSED != 0 ]
	exit
}
