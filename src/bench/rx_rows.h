/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows, by file. */
#ifndef RSD_BENCH_RX_ROWS_H
#define RSD_BENCH_RX_ROWS_H

#include "bench/rx.h"

extern const struct rsd_rx rsd_rx_recvfrom;      /* rx_recvfrom.c */
extern const struct rsd_rx rsd_rx_recvfrom_spin; /* rx_recvfrom.c */
extern const struct rsd_rx rsd_rx_recvmmsg;      /* rx_recvmmsg.c */
extern const struct rsd_rx rsd_rx_gro;           /* rx_gro.c */
extern const struct rsd_rx rsd_rx_busy_poll;     /* rx_busy_poll.c */
extern const struct rsd_rx rsd_rx_reuseport;     /* rx_reuseport.c */
extern const struct rsd_rx rsd_rx_zerocopy;      /* rx_zerocopy.c */
extern const struct rsd_rx rsd_rx_io_uring;      /* rx_io_uring.c */
extern const struct rsd_rx rsd_rx_tpacket_v3;    /* rx_tpacket.c */
extern const struct rsd_rx rsd_rx_af_xdp;        /* rx_af_xdp.c */
extern const struct rsd_rx rsd_rx_af_xdp_busy;   /* rx_af_xdp.c */
extern const struct rsd_rx rsd_rx_xdp_tx;        /* rx_xdp_tx.c */

#endif
