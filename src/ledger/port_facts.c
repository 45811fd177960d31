/* SPDX-License-Identifier: BSD-3-Clause */
/* Facts of a port: what its driver does, and what can be read of this one as it runs. */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_ethdev.h>

#include "ledger/driver_facts.h"

static bool
is_hardware(const char *iface)
{
	char path[64 + IF_NAMESIZE];

	snprintf(path, sizeof(path), "/sys/class/net/%s/device", iface);
	return access(path, F_OK) == 0;
}

/* Can the device fetch a frame from several places? */
static bool
gathers(const char *iface)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GSG };
	struct ifreq ifr = { .ifr_data = (char *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return false;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", iface);
	ret = ioctl(fd, SIOCETHTOOL, &ifr);
	close(fd);
	return ret == 0 && value.data != 0;
}

/*
 * The packet socket hands the kernel the pages of its ring, not a copy of them. They are copied
 * when the frame goes on to somebody in this machine, which is where virtual interfaces lead; a NIC
 * that gathers fetches them itself.
 */
static void
refine_af_packet(const struct rte_eth_dev_info *dev, struct rsd_driver_facts *f)
{
	char iface[IF_NAMESIZE];

	if (dev->if_index == 0 || if_indextoname(dev->if_index, iface) == NULL ||
		!is_hardware(iface))
		return;
	f->rx_dma = 1;
	f->tx_dma = 1;
	f->known = "read in the driver's and the kernel's source; observed without a NIC";
	if (!gathers(iface))
		return;
	f->tx_copies = 1;
	f->tx_kernel = 0;
	f->tx_how = "the driver copies from mbuf to ring, where the NIC fetches it";
}

static void
refine_virtio(const char *devargs, struct rsd_driver_facts *f)
{
	/* A device that speaks virtio itself: nobody copies, but nobody has looked, either. */
	if (strstr(devargs, "path=/dev/vhost-vdpa") == NULL)
		return;
	f->peer_copies = false;
	f->rx_copies = f->tx_copies = -1;
	f->rx_how = f->tx_how = "not known for this vhost-vdpa device";
	f->known = "nobody has looked into this device";
}

/* These names are of NICs; a device of that name somewhere else is something else. */
static void
check_bus(const struct rte_eth_dev_info *dev, struct rsd_driver_facts *f)
{
	const struct rte_bus *bus = rte_dev_bus(dev->device);
	const char *name = bus != NULL ? rte_bus_name(bus) : NULL;

	if (f->rx_dma == 1 && (name == NULL || strcmp(name, "pci") != 0))
		*f = *rsd_driver_facts("");
}

void
rsd_driver_facts_of(uint16_t port_id, struct rsd_driver_facts *f)
{
	const struct rte_devargs *devargs;
	struct rte_eth_dev_info dev;
	const char *args = "";

	if (rte_eth_dev_info_get(port_id, &dev) != 0) {
		*f = *rsd_driver_facts("");
		return;
	}
	devargs = rte_dev_devargs(dev.device);
	if (devargs != NULL && devargs->args != NULL)
		args = devargs->args;
	rsd_driver_facts_for(dev.driver_name, args, f);
	check_bus(&dev, f);
	if (f->driver == rsd_driver_facts("")->driver)
		f->driver = dev.driver_name;
	if (strcmp(dev.driver_name, "net_af_xdp") == 0)
		rsd_driver_facts_set_xdp(f, rsd_xdp_mode_get(), "told by XDP_OPTIONS");
	else if (strcmp(dev.driver_name, "net_af_packet") == 0)
		refine_af_packet(&dev, f);
	else if (strncmp(dev.driver_name, "net_virtio", strlen("net_virtio")) == 0)
		refine_virtio(args, f);
}
