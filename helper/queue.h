/* SPDX-License-Identifier: MIT */
/*
 * The further queues of a tap that has several. For such a tap (IFF_MULTI_QUEUE), the kernel takes as a queue the
 * descriptor of anyone who knows its name and whom tun_not_capable() in drivers/net/tun.c lets in: before Linux 7.3
 * that is every user as long as the tap has no owner. So it gets one at once, and keeps it until it is gone.
 */
#pragma once

struct netlink;
struct tap;

/*
 * Phase 7: open the device for all queues but the first, as the caller.
 *
 * Not in phase 2, as root: that looks at no argument, and would have to open QUEUES_MAX for a caller who wants one.
 * It must not: have a capability in effect.
 */
void queue_open_others(struct tap *tap);

/* Phase 9, directly after the tap was made: make the caller its owner, and attach the other descriptors. */
void queue_attach_others(const struct tap *tap);

/*
 * Phase 9, before the tap is a port: return if each descriptor is a queue of the tap, it has no other queue, not even a
 * disabled one, and the caller is its owner; else delete it, say what is wrong, and exit. Filters and eBPF programs
 * that another program has left at it are removed.
 *
 * From then on only the caller, or a program with CAP_NET_ADMIN, can join.
 */
void queue_require_ours(const struct tap *tap, struct netlink *netlink);
