# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Sourced by debian13.sh and bare.sh: another Debian in a folder.
#
#   chroot_make SUITE DIR    debootstrap a minimal system there, unless there is one
#   chroot_copy TREE DIR     this tree as git would commit it, to DIR/root/ringside
#   chroot_run DIR CMD...    run there, in /root/ringside, with /proc, /sys, /dev and the network
#
# Mounts and processes live in namespaces of their own and end with the command, however it ends: there
# is nothing that could stay mounted.

# Another mirror than debootstrap's own.
CHROOT_MIRROR=${RINGSIDE_MIRROR:-}

chroot_make()
{
	local suite=$1 dir=$2

	[ "$(id -u)" = 0 ] || { echo "needs root, for chroot" >&2; return 1; }
	if [ ! -e "$dir/etc/debian_version" ]; then
		command -v debootstrap >/dev/null ||
			{ echo "debootstrap is missing: apt-get install debootstrap" >&2; return 1; }
		echo "debootstrap $suite to $dir"
		mkdir -p "$dir"
		debootstrap --variant=minbase "$suite" "$dir" ${CHROOT_MIRROR:+"$CHROOT_MIRROR"} >"$dir.log" 2>&1 </dev/null ||
			{ tail -n 5 "$dir.log" >&2; return 1; }
	fi
	cp -L /etc/resolv.conf "$dir/etc/resolv.conf"
}

chroot_files()
{
	git -c safe.directory='*' ls-files -coz --exclude-standard 2>/dev/null ||
		find . -path './build*' -prune -o -type f -print0
}

chroot_copy()
{
	local tree=$1 to=$2/root/ringside

	rm -rf "$to"
	mkdir -p "$to"
	(
		cd "$tree" || exit 1
		chroot_files | while IFS= read -r -d '' f; do
			[ ! -e "$f" ] || printf '%s\0' "$f"
		done | tar -c --null -T - -f - | tar -x -C "$to"
	)
}

chroot_run()
{
	local dir=$1

	shift
	# shellcheck disable=SC2016 # expanded inside
	unshare --mount --propagation private --pid --fork --kill-child -- bash -c '
		dir=$1
		shift
		mount -t proc proc "$dir/proc" && mount -t sysfs sysfs "$dir/sys" &&
			mount --rbind /dev "$dir/dev" || exit 1
		exec chroot "$dir" /usr/bin/env -i HOME=/root TERM="${TERM:-dumb}" LC_ALL=C.UTF-8 \
			PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			bash -c "cd /root/ringside && exec \"\$@\"" bash "$@"
	' bash "$dir" "$@" </dev/null
}
