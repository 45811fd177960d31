/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port of each kind needs from the machine. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_common.h>

#include "base/log.h"
#include "control/netdev.h"
#include "control/preflight_ports.h"

#define TUN_DEVICE "/dev/net/tun"

/* -- rights ------------------------------------------------------------------------------------ */

static bool
has_cap(cap_value_t cap)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t on = CAP_CLEAR;

	if (caps != NULL) {
		cap_get_flag(caps, cap, CAP_EFFECTIVE, &on);
		cap_free(caps);
	}
	return on == CAP_SET;
}

/* All that a port needs in one line: setcap replaces what it gave before. */
static void
need_caps(struct rsd_preflight *pf, const struct rsd_conf_port *port, const cap_value_t *caps,
	unsigned int nb)
{
	char lacking[128] = "", all[128] = "", program[256] = "";
	size_t l = 0, a = 0;
	unsigned int i;

	for (i = 0; i < nb; i++) {
		char *name = cap_to_name(caps[i]);

		if (name == NULL)
			continue;
		a += (size_t)snprintf(all + a, sizeof(all) - a, "%s%s", a == 0 ? "" : ",", name);
		if (!has_cap(caps[i]))
			l += (size_t)snprintf(
				lacking + l, sizeof(lacking) - l, "%s%s", l == 0 ? "" : ", ", name);
		cap_free(name);
	}
	if (lacking[0] == '\0')
		return;
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		strcpy(program, "FILE");
	rsd_missing(pf, "%s: rights are missing: %s; run as root, or: setcap %s+ep %s", port->spec,
		lacking, all, program);
}

/* -- interfaces -------------------------------------------------------------------------------- */

static void
check_tun_device(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	int fd = open(TUN_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return;
	}
	switch (errno) {
	case ENOENT:
		rsd_missing(pf,
			"%s: " TUN_DEVICE " is absent; modprobe tun, and in a container: mkdir -p "
			"/dev/net && mknod " TUN_DEVICE " c 10 200",
			port->spec);
		break;
	case ENODEV:
	case ENXIO:
		rsd_missing(
			pf, "%s: the kernel's tun driver is not loaded; modprobe tun", port->spec);
		break;
	default:
		rsd_missing(pf,
			"%s: " TUN_DEVICE
			" cannot be opened: %s; run as root, or: chmod 666 " TUN_DEVICE,
			port->spec, strerror(errno));
	}
}

static void
check_tap(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	static const cap_value_t caps[] = { CAP_NET_ADMIN };
	const char *name = port->arg;
	struct rsd_netdev dev;

	check_tun_device(pf, port);
	need_caps(pf, port, caps, RTE_DIM(caps));
	if (name[0] == '\0' || rsd_netdev_get(name, &dev) != 0)
		return; /* it will be made */
	if (strcmp(dev.kind, "tun") != 0 || !dev.tap)
		rsd_missing(pf,
			"%s: there is an interface %s already, and it is no TAP but %s; give "
			"another name, or: "
			"ip link del %s",
			port->spec, name, dev.kind[0] != '\0' ? dev.kind : "hardware", name);
	else if (!dev.multi_queue)
		rsd_missing(pf,
			"%s: TAP %s was made for one queue, or another program holds it; give "
			"another name, or: "
			"ip link del %s",
			port->spec, name, name);
	else if (dev.readers > 0)
		rsd_missing(pf,
			"%s: TAP %s is in use by another program; give another name, or stop it: "
			"fuser -v " TUN_DEVICE,
			port->spec, name);
}

/* Returns 0 when the interface is there. */
static int
check_iface(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	struct rsd_netdev dev;

	if (rsd_netdev_get(port->arg, &dev) != 0) {
		rsd_missing(pf,
			"%s: there is no interface %s in this network namespace; see: ip link",
			port->spec, port->arg);
		return -ENODEV;
	}
	if (!dev.up)
		rsd_missing(pf, "%s: interface %s is down; ip link set %s up", port->spec,
			port->arg, port->arg);
	return 0;
}

static void
check_afpacket(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	static const cap_value_t caps[] = { CAP_NET_RAW };

	need_caps(pf, port, caps, RTE_DIM(caps));
	check_iface(pf, port);
}

/* AF_XDP binds to queues from 0 on; frames that come in on others never reach us. */
static void
check_afxdp_queues(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	const struct rsd_conf *conf = pf->conf;
	struct rsd_channels ch;
	unsigned int polled;

	rsd_netdev_channels(port->arg, &ch);
	polled = conf->queues != 0 ? conf->queues : RTE_MAX(conf->nb_cores, 1u);
	polled = RTE_MIN(polled, ch.combined);
	if (ch.rx <= polled)
		return;
	/* Where there are no combined channels, they are set one by one. */
	rsd_missing(pf,
		"%s: %s spreads frames over %u queues and %u would be polled; more --queues, or: "
		"ethtool -L %s "
		"combined %u || ethtool -L %s rx %u",
		port->spec, port->arg, ch.rx, polled, port->arg, polled, port->arg, polled);
}

static void
check_afxdp(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	static const cap_value_t caps[] = { CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF };

	/* CAP_SYS_ADMIN includes CAP_BPF. */
	need_caps(pf, port, caps, RTE_DIM(caps) - has_cap(CAP_SYS_ADMIN));
	if (check_iface(pf, port) == 0)
		check_afxdp_queues(pf, port);
}

/* -- sockets and files ------------------------------------------------------------------------- */

static bool
is_socket(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static void
check_peer_socket(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	if (!is_socket(port->arg))
		rsd_missing(pf, "%s: there is no socket %s; start the peer that makes it first",
			port->spec, port->arg);
}

/* 0 somebody listens; -ECONNREFUSED nobody does any more; another -errno. */
static int
knock(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), ret;

	if (fd < 0)
		return -errno;
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	ret = connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0 ? 0 : -errno;
	/* memif speaks in records. */
	if (ret == -EPROTOTYPE)
		ret = 0;
	close(fd);
	return ret;
}

static void
check_own_socket(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	char copy[RSD_CONF_TEXT];
	const char *dir;
	struct stat st;

	snprintf(copy, sizeof(copy), "%s", port->arg);
	dir = dirname(copy);
	if (access(dir, F_OK) != 0)
		rsd_missing(pf, "%s: directory %s is absent; mkdir -p %s", port->spec, dir, dir);
	else if (access(dir, W_OK) != 0)
		rsd_missing(pf, "%s: no socket can be made in %s: %s; give another path",
			port->spec, dir, strerror(errno));
	if (lstat(port->arg, &st) != 0)
		return;
	if (!S_ISSOCK(st.st_mode))
		rsd_missing(pf, "%s: %s exists and is no socket; give another path, or: rm %s",
			port->spec, port->arg, port->arg);
	else if (knock(port->arg) != -ECONNREFUSED)
		rsd_missing(pf,
			"%s: another program listens on %s; stop it or give another path, see: ss "
			"-xlp src %s",
			port->spec, port->arg, port->arg);
}

static void
check_memif(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	if (port->arg2[0] != '\0')
		check_own_socket(pf, port);
	else
		check_peer_socket(pf, port);
}

static void
check_pcap(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	struct stat st;
	int fd = open(port->arg, O_RDONLY | O_CLOEXEC);

	if (port->arg[0] == '\0')
		return;
	if (fd < 0) {
		rsd_missing(pf, "%s: capture %s cannot be read: %s; give a file of tcpdump -w",
			port->spec, port->arg, strerror(errno));
		return;
	}
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		rsd_missing(pf, "%s: %s is a directory; give a file of tcpdump -w", port->spec,
			port->arg);
	close(fd);
}

/* -- hardware ---------------------------------------------------------------------------------- */

static void
check_pci(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	/* Drivers that leave the device to user space, or share it with DPDK. */
	static const char *const fit[] = { "vfio-pci", "igb_uio", "uio_pci_generic", "mlx4_core",
		"mlx5_core", "mana" };
	char path[128], target[256];
	const char *driver;
	unsigned int i;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.12s", port->arg);
	if (access(path, F_OK) != 0) {
		rsd_missing(pf,
			"%s: there is no such PCI device; see: dpdk-devbind.py --status-dev net",
			port->spec);
		return;
	}
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.12s/driver", port->arg);
	n = readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	driver = strrchr(target, '/') != NULL ? strrchr(target, '/') + 1 : "none";
	for (i = 0; i < RTE_DIM(fit); i++)
		if (strcmp(driver, fit[i]) == 0)
			return;
	rsd_missing(pf,
		"%s: its driver is %s, which does not hand it to us; modprobe vfio-pci && "
		"dpdk-devbind.py -b vfio-pci %s",
		port->spec, driver, port->arg);
}

void
rsd_preflight_port(struct rsd_preflight *pf, const struct rsd_conf_port *port)
{
	switch (port->kind) {
	case RSD_PORT_TAP:
		check_tap(pf, port);
		break;
	case RSD_PORT_AFPACKET:
		check_afpacket(pf, port);
		break;
	case RSD_PORT_AFXDP:
		check_afxdp(pf, port);
		break;
	case RSD_PORT_VIRTIO_USER:
		check_peer_socket(pf, port);
		break;
	case RSD_PORT_VHOST:
		check_own_socket(pf, port);
		break;
	case RSD_PORT_MEMIF:
		check_memif(pf, port);
		break;
	case RSD_PORT_PCAP:
		check_pcap(pf, port);
		break;
	case RSD_PORT_PCI:
		check_pci(pf, port);
		break;
	case RSD_PORT_RING:
	case RSD_PORT_NULL:
	case RSD_PORT_DEVARGS:
		break;
	}
}

void
rsd_preflight_hint(const struct rsd_conf_port *port)
{
	struct rsd_netdev dev;

	if (port->kind == RSD_PORT_AFXDP)
		rsd_say("%s: libbpf and libxdp may print lines of their own now; none asks for "
			"anything",
			port->spec);
	if (port->kind != RSD_PORT_AFPACKET && port->kind != RSD_PORT_AFXDP)
		return;
	if (rsd_netdev_get(port->arg, &dev) == 0 && strcmp(dev.kind, "veth") == 0)
		rsd_say("%s: senders on this machine leave UDP checksums unfinished over veth; "
			"they "
			"are finished here, unless --udp-checksum skip, or spared by: ethtool -K "
			"PEER "
			"tx off",
			port->spec);
}

void
rsd_preflight_dead_socket(const struct rsd_conf_port *port)
{
	if (port->kind != RSD_PORT_VHOST && (port->kind != RSD_PORT_MEMIF || port->arg2[0] == '\0'))
		return;
	if (is_socket(port->arg) && knock(port->arg) == -ECONNREFUSED && unlink(port->arg) == 0)
		rsd_say("%s: removed the socket of a program that is gone", port->spec);
}
