/* SPDX-License-Identifier: MIT
 *
 * What the kernel says of a network interface, read from sysfs and /proc/sys: on purpose not in the way in which the
 * helper asks. All of it speaks of the network namespace that /sys was mounted in, which is lab.sh's.
 */
#ifndef VMNET_LAB_LINK_H
#define VMNET_LAB_LINK_H

#include <stdbool.h>
#include <stddef.h>

struct lab_link {
    unsigned index;
    unsigned mtu;
    unsigned flags; /* IFF_*, as the kernel keeps them: IFF_RUNNING and IFF_LOWER_UP are not among them */
    unsigned char address[6];
    char master[16]; /* the bridge's name, "" for none */
    char alias[256];
    char operstate[16]; /* "up", "down", "unknown" … */
    int addr_gen_mode;  /* 0 EUI-64, 1 none …; -1 when the kernel has no IPv6 */
    unsigned ipv6_count;
    unsigned tun_flags; /* IFF_TAP …; 0 when the interface is no tun or tap */
};

/* Read the interface called name; false when there is none. */
bool lab_link_read(const char *name, struct lab_link *link);

/* How many tun and tap interfaces exist. */
size_t lab_tap_count(void);

/* Wait until count taps exist: the kernel frees a dead process' descriptors a little after its parent hears of it.
 * True at once when it is so; false when it is not within two minutes. */
bool lab_tap_count_becomes(size_t count);

/* Wait until the kernel passes on what the host sends to this bridge. A bridge has its carrier from its first port that
 * forwards; the kernel sees that a little later, and drops all frames until then. False when it does not within two
 * minutes. */
bool lab_bridge_carries(const char *name);

#endif
