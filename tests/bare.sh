#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What a newcomer meets: a Debian 12 with nothing on it, this tree, one command.
#
#	sudo tests/bare.sh [--base DIR] [COMMAND...]
#
# COMMAND is run in a copy of the tree, `./check --quick` when not given. DIR is a minimal Debian 12 or
# becomes one (/var/tmp/ringside-debian12 when not given); it is copied and stays as it is.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/tests/chroot.sh"

base=/var/tmp/ringside-debian12
if [ "${1:-}" = --base ]; then
	base=${2:?--base: a folder is missing}
	shift 2
fi
[ $# != 0 ] || set -- ./check --quick

chroot_make bookworm "$base" || exit 1
scratch=$(mktemp -d "$(dirname "$base")/ringside-bare.XXXXXX") || exit 1
trap 'rm -rf --one-file-system "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
cp -a "$base/." "$scratch" && chroot_copy "$here" "$scratch" || exit 1
chroot_run "$scratch" "$@"
