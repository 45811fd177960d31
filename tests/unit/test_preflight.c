/* SPDX-License-Identifier: BSD-3-Clause */
/* What is missing is told in one line each; what EAL leaves behind is cleared out. Starts no EAL.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/preflight_rows.h"

/* -- things in the directory ------------------------------------------------------------------- */

static const char *
in_tmp(const char *name)
{
	static char path[2][256];
	static unsigned int turn;
	char *p = path[turn++ % 2];

	snprintf(p, sizeof(path[0]), "%s/%s", tmp, name);
	return p;
}

static void
make_file(const char *name)
{
	int fd = open(in_tmp(name), O_CREAT | O_WRONLY, 0600);

	if (fd < 0)
		CU_FAIL_FATAL("a file cannot be made");
	close(fd);
}

static bool
there(const char *name)
{
	struct stat st;

	return lstat(in_tmp(name), &st) == 0;
}

/* A bound socket; closed without unlinking, it is a dead one. */
static int
make_socket(const char *name, int type)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", in_tmp(name));
	unlink(un.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof(un)) != 0 || listen(fd, 1) != 0)
		CU_FAIL_FATAL("a socket cannot be made");
	return fd;
}

static const struct row files_and_sockets_rows[] = {
	{ IP "--port ring --port null", { NULL } },
	{ IP "--port pcap:%T/file", { NULL } },
	{ IP "--port pcap:%T/none",
		{ "pcap:%T/none: capture %T/none cannot be read: No such file or "
		  "directory; give a file of tcpdump -w" } },
	{ IP "--port pcap:%T", { "pcap:%T: %T is a directory; give a file of tcpdump -w" } },
	{ IP "--port virtio-user:%T/live", { NULL } },
	{ IP "--port virtio-user:%T/none",
		{ "virtio-user:%T/none: there is no socket %T/none; start "
		  "the peer that makes it first" } },
	{ IP "--port memif:%T/file", { "memif:%T/file: there is no socket %T/file; start the peer "
				       "that makes it first" } },
	{ IP "--port vhost:%T/none", { NULL } },
	{ IP "--port vhost:%T/dead", { NULL } },
	{ IP "--port vhost:%T/live",
		{ "vhost:%T/live: another program listens on %T/live; stop it or "
		  "give another path, see: ss -xlp src %T/live" } },
	{ IP "--port vhost:%T/file",
		{ "vhost:%T/file: %T/file exists and is no socket; give another "
		  "path, or: rm %T/file" } },
	{ IP "--port vhost:%T/no/x",
		{ "vhost:%T/no/x: directory %T/no is absent; mkdir -p %T/no" } },
	{ IP "--port memif:%T/records,server",
		{ "memif:%T/records,server: another program listens on %T/records; stop it "
		  "or give "
		  "another path, see: ss -xlp src %T/records" } },
	{ IP "--port pci:ffff:1f:1f.7", { "pci:ffff:1f:1f.7: there is no such PCI device; see: "
					  "dpdk-devbind.py --status-dev net" } },
	/* As many lines as there are things missing. */
	{ IP "--port pcap:%T/a --port pcap:%T/b",
		{ "pcap:%T/a: capture %T/a cannot be read: No such file or directory; give "
		  "a file of "
		  "tcpdump -w",
			"pcap:%T/b: capture %T/b cannot be read: No such file or "
			"directory; give a file "
			"of tcpdump -w" } },
	/* DPDK's own words are looked into as well. */
	{ IP "--port net_pcap5,rx_pcap=%T/none,tx_pcap=/x",
		{ "net_pcap5,rx_pcap=%T/none,tx_pcap=/x: capture %T/none cannot be read: "
		  "No such file "
		  "or directory; give a file of tcpdump -w" } },
	{ "-l 0,1 --vdev=net_vhost0,iface=%T/live -- " IP,
		{ "net_vhost0,iface=%T/live: another program listens on %T/live; stop it "
		  "or give "
		  "another path, see: ss -xlp src %T/live" } },
	{ "-l 0,1 --vdev net_null0 --vdev net_memif0,role=client,socket=%T/none -- " IP,
		{ "net_memif0,role=client,socket=%T/none: there is no socket %T/none; "
		  "start the peer "
		  "that makes it first" } },
	{ IP "--port net_ring0 --port net_unheard_of0,iface=x", { NULL } },
};

static void
test_files_and_sockets(void)
{
	int live = make_socket("live", SOCK_STREAM),
	    records = make_socket("records", SOCK_SEQPACKET);

	close(make_socket("dead", SOCK_STREAM));
	make_file("file");
	ROWS(files_and_sockets_rows);
	close(live);
	close(records);
}

/* Only what nobody listens on, and only where the port makes its own. */
static void
test_dead_sockets(void)
{
	static struct rsd_conf conf;
	struct rsd_error err;
	char words[1024];
	int live;

	close(make_socket("gone", SOCK_STREAM));
	if (parse(IP "--port virtio-user:%T/gone", words, sizeof(words), &conf) == 0)
		RSD_CHECK_EQ(rsd_preflight(&conf, &err), 0);
	RSD_CHECK(there("gone"), "removed the socket of a peer");
	if (parse(IP "--port vhost:%T/gone", words, sizeof(words), &conf) == 0)
		RSD_CHECK_EQ(rsd_preflight(&conf, &err), 0);
	RSD_CHECK(!there("gone"), "left a dead socket where vhost cannot bind");
	live = make_socket("held", SOCK_STREAM);
	if (parse(IP "--port vhost:%T/held", words, sizeof(words), &conf) == 0)
		RSD_CHECK_EQ(rsd_preflight(&conf, &err), -ENODEV);
	RSD_CHECK_EQ(err.code, RSD_EXIT_NOT_READY);
	RSD_CHECK(there("held"), "removed a socket in use");
	close(live);
}

/* -- names and runtime directories ------------------------------------------------------------- */

/* A process that holds the name as EAL does. Returns its pid; closing *release ends it. */
static pid_t
hold_name(const char *file, int *release)
{
	int ready[2], done[2];
	char c;
	pid_t pid;

	if (pipe(ready) != 0 || pipe(done) != 0)
		CU_FAIL_FATAL("pipe");
	pid = fork();
	if (pid == 0) {
		struct flock lock = {
			.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 64, .l_len = 64
		};
		int fd = open(file, O_RDWR);

		close(ready[0]);
		close(done[1]);
		if (fcntl(fd, F_SETLK, &lock) != 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		_exit(read(done[0], &c, 1) == 0 ? 0 : 1);
	}
	close(ready[1]);
	close(done[0]);
	if (read(ready[0], &c, 1) != 1)
		CU_FAIL_FATAL("the lock was not had");
	close(ready[0]);
	*release = done[1];
	return pid;
}

static void
release_name(pid_t pid, int release)
{
	int status;

	close(release);
	waitpid(pid, &status, 0);
	RSD_CHECK_EQ(status, 0);
}

static void
make_runtime_dir(void)
{
	mkdir(in_tmp("dpdk"), 0700);
	mkdir(in_tmp("dpdk/pft"), 0700);
	make_file("dpdk/pft/config");
}

static void
test_name_in_use(void)
{
	struct lines l;
	char want[256];
	int release;
	pid_t pid;

	make_runtime_dir();
	look(IP "--port ring", &l);
	RSD_CHECK_EQ(l.nb, 0);
	pid = hold_name(in_tmp("dpdk/pft/config"), &release);
	look(IP "--port ring", &l);
	snprintf(want, sizeof(want),
		"name pft is in use by process %d (test_preflight); give another --name, or: kill "
		"%d",
		pid, pid);
	RSD_CHECK(l.nb == 1 && strcmp(l.text[0], want) == 0, "%u lines, the first '%s'", l.nb,
		l.text[0]);
	look("--in-memory -- " IP "--port ring", &l);
	RSD_CHECK_EQ(l.nb, 0);
	release_name(pid, release);
	look(IP "--port ring", &l);
	RSD_CHECK_EQ(l.nb, 0);
}

static void
test_clearing_out(void)
{
	static const char *const eals[] = { "dpdk/pft/fbarray_memzone",
		"dpdk/pft/fbarray_memseg-2048k-0-0", "dpdk/pft/hugepage_info",
		"dpdk/pft/mp_socket_77_a", "dpdk/pft/dpdk_telemetry.v2" };
	const char *dir = in_tmp("dpdk/pft");
	char path[256];
	unsigned int i;
	int release;
	pid_t pid;

	snprintf(path, sizeof(path), "%s", dir);
	make_runtime_dir();
	for (i = 0; i < RTE_DIM(eals); i++)
		make_file(eals[i]);
	close(make_socket("dpdk/pft/mp_socket", SOCK_STREAM));
	make_file("dpdk/pft/notes");
	make_file("victim");
	RSD_CHECK_EQ(symlink(in_tmp("victim"), in_tmp("dpdk/pft/fbarray_link")), 0);

	/* Not while another process has the name. */
	pid = hold_name(in_tmp("dpdk/pft/config"), &release);
	RSD_CHECK_EQ(rsd_runtime_dir_remove(path), -EBUSY);
	for (i = 0; i < RTE_DIM(eals); i++)
		RSD_CHECK(there(eals[i]), "%s is gone", eals[i]);
	release_name(pid, release);

	/* What is not EAL's stays, and with it the directory. */
	RSD_CHECK_EQ(rsd_runtime_dir_remove(path), -ENOTEMPTY);
	for (i = 0; i < RTE_DIM(eals); i++)
		RSD_CHECK(!there(eals[i]), "%s is left", eals[i]);
	RSD_CHECK(!there("dpdk/pft/mp_socket") && !there("dpdk/pft/config"), "files are left");
	RSD_CHECK(there("dpdk/pft/notes") && there("dpdk/pft/fbarray_link") && there("victim"),
		"something foreign is gone");

	unlink(in_tmp("dpdk/pft/notes"));
	unlink(in_tmp("dpdk/pft/fbarray_link"));
	RSD_CHECK_EQ(rsd_runtime_dir_remove(path), 0);
	RSD_CHECK(!there("dpdk/pft") && there("dpdk"), "the directory is left, or its parent gone");
	RSD_CHECK_EQ(rsd_runtime_dir_remove(path), 0);
	RSD_CHECK_EQ(rsd_runtime_dir_remove("name"), -EINVAL);
}

/* -- without rights ---------------------------------------------------------------------------- */

/* The lines of preflight as an ordinary user sees them, with XDG_RUNTIME_DIR as given. */
static void
look_unprivileged(const char *text, const char *xdg, struct lines *l)
{
	int out[2], status;
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	if (pipe(out) != 0)
		CU_FAIL_FATAL("pipe");
	pid = fork();
	if (pid == 0) {
		unsetenv("RUNTIME_DIRECTORY");
		unsetenv("XDG_RUNTIME_DIR");
		if (xdg != NULL)
			setenv("XDG_RUNTIME_DIR", xdg, 1);
		if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(1);
		look(text, l);
		_exit(write(out[1], l, sizeof(*l)) == sizeof(*l) ? 0 : 1);
	}
	close(out[1]);
	while (used < sizeof(*l) && (n = read(out[0], (char *)l + used, sizeof(*l) - used)) > 0)
		used += (size_t)n;
	if (used != sizeof(*l))
		l->nb = 0;
	close(out[0]);
	waitpid(pid, &status, 0);
	RSD_CHECK_EQ(status, 0);
}

static void
test_rights(void)
{
	uid_t uid = getuid() == 0 ? 65534 : getuid();
	char program[256] = "", want[512];
	struct lines l;

	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		CU_FAIL_FATAL("readlink");
	look_unprivileged(IP "--port ring", NULL, &l);
	snprintf(want, sizeof(want),
		"XDG_RUNTIME_DIR is not set, so there is no place for the instance's files; run as "
		"root, "
		"or: export XDG_RUNTIME_DIR=/run/user/%u",
		uid);
	RSD_CHECK(
		l.nb == 1 && strcmp(l.text[0], want) == 0, "%u lines, first '%s'", l.nb, l.text[0]);
	look_unprivileged(IP "--port ring", "/proc/nowhere", &l);
	RSD_CHECK(l.nb == 1 && strcmp(l.text[0],
				       "the instance's files cannot be put into /proc/nowhere: No "
				       "such file or directory; run as root, or: export "
				       "XDG_RUNTIME_DIR=DIRECTORY") == 0,
		"%u lines, first '%s'", l.nb, l.text[0]);
	look_unprivileged(IP "--port ring", "/tmp", &l);
	RSD_CHECK_EQ(l.nb, 0);
	look_unprivileged(IP "--port afpacket:lo", "/tmp", &l);
	snprintf(want, sizeof(want),
		"afpacket:lo: rights are missing: cap_net_raw; run as root, or: setcap "
		"cap_net_raw+ep %s",
		program);
	RSD_CHECK(
		l.nb >= 1 && strcmp(l.text[0], want) == 0, "%u lines, first '%s'", l.nb, l.text[0]);
	look_unprivileged(IP "--port afxdp:lo", "/tmp", &l);
	snprintf(want, sizeof(want),
		"afxdp:lo: rights are missing: cap_net_admin, cap_net_raw, cap_bpf; run as root, "
		"or: setcap "
		"cap_net_admin,cap_net_raw,cap_bpf+ep %s",
		program);
	RSD_CHECK(
		l.nb >= 1 && strcmp(l.text[0], want) == 0, "%u lines, first '%s'", l.nb, l.text[0]);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "files and sockets that ports need", test_files_and_sockets },
		{ "dead sockets are removed, living ones are not", test_dead_sockets },
		{ "a name in use is told with its process", test_name_in_use },
		{ "what EAL leaves is cleared out, and nothing else", test_clearing_out },
		{ "rights and places that are missing", test_rights },
	};

	return run_tests("preflight", tests, RTE_DIM(tests));
}
