#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The same tree on Debian 13, which has DPDK 24.11: builds there without warnings, and passes lint,
# unit and pipeline tests.
#
#	sudo tests/debian13.sh [DIR]
#
# DIR becomes a Debian 13, or is one already; /var/tmp/ringside-debian13 when not given.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/tests/chroot.sh"

# In the chroot.
inside()
{
	local failed=0 log=/tmp/step.log

	. tests/support/packages.sh
	echo "packages"
	rs_packages $log "${RS_PACKAGES_BUILD[@]}" "${RS_PACKAGES_TEST[@]}" || return 1
	echo "build with gcc, DPDK $(pkg-config --modversion libdpdk)"
	if ! { meson setup --wipe build-13 . || meson setup build-13 .; } >$log 2>&1 ||
		! ninja -k0 -C build-13 >>$log 2>&1; then
		grep -E 'ERROR|error:|warning:|undefined reference' $log || tail -n 30 $log
		echo "0 passed, 1 failed"
		return 1
	fi
	echo "tests"
	meson test -C build-13 --no-rebuild --suite lint --suite unit --suite pipeline >$log 2>&1 || failed=1
	python3 tests/sum_results.py build-13/meson-logs/testlog.json | awk -v bad=$failed '
		{ if (NR > 1) print last; last = $0 }
		END {
			split(last, n, " ")
			if (bad && n[2] == 0)
				n[2] = 1
			printf "%d passed, %d failed%s\n", n[1], n[2], n[3] ? ", " n[3] " skipped" : ""
			exit n[2] != 0 || n[1] == 0
		}'
}

if [ "${1:-}" = --inside ]; then
	inside
	exit
fi
dir=${1:-/var/tmp/ringside-debian13}
chroot_make trixie "$dir" && chroot_copy "$here" "$dir" &&
	chroot_run "$dir" bash tests/debian13.sh --inside
