/* SPDX-License-Identifier: BSD-3-Clause */
/* In which mode the kernel runs the AF_XDP sockets of this process. */
#ifndef RSD_LEDGER_XDP_MODE_H
#define RSD_LEDGER_XDP_MODE_H

enum rsd_xdp_mode {
	RSD_XDP_NONE,     /* no such socket */
	RSD_XDP_COPIES,   /* all of them in copy mode */
	RSD_XDP_NO_COPY,  /* all of them in the mode in which the device uses their memory itself */
	RSD_XDP_DISAGREE, /* some this, some that: not known which is whose */
	RSD_XDP_UNKNOWN,  /* the kernel would not say */
};

/*
 * Asks every one of them by XDP_OPTIONS. A socket that is not bound yet says the same as one in
 * copy mode: ask when the ports are set up.
 */
enum rsd_xdp_mode rsd_xdp_mode_get(void);

#endif
