# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2034 # the lists are for who sources this
#
# Sourced by check and quickstart: Debian packages, installed when they are missing.
#
#   rs_packages LOG PACKAGE...   0: all are here now; 1: not, and why was said on stderr

RS_PACKAGES_BUILD=(gcc libc6-dev meson ninja-build pkg-config python3
	libdpdk-dev libinih-dev libjansson-dev libnuma-dev libcap-dev
	liburing-dev libbpf-dev libxdp-dev)
# What the engine and the comparisons run with.
RS_PACKAGES_RUN=(dpdk-dev iproute2 iputils-ping procps)
RS_PACKAGES_TEST=(libcunit1-dev g++ ethtool python3-scapy strace sockperf)
# The second compiler, with its sanitizers and fuzzer.
RS_PACKAGES_CLANG=(clang libclang-rt-dev)

rs_packages_missing()
{
	local p

	for p in "$@"; do
		[ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
	done
}

rs_packages()
{
	local log=$1 missing
	local apt=(apt-get -q -y -o DPkg::Lock::Timeout=300 -o APT::Color=0)

	shift
	mapfile -t missing < <(rs_packages_missing "$@")
	[ ${#missing[@]} = 0 ] && return 0
	if ! command -v apt-get >/dev/null; then
		echo "missing: ${missing[*]}; this is not Debian, install what corresponds" >&2
		return 1
	fi
	if [ "$(id -u)" != 0 ]; then
		echo "missing: run as root, or: sudo apt-get install ${missing[*]}" >&2
		return 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	"${apt[@]}" update >"$log" 2>&1 </dev/null
	"${apt[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1 </dev/null && return 0
	tail -n 15 "$log" >&2
	echo "apt-get could not install: ${missing[*]}" >&2
	return 1
}
