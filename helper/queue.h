/* SPDX-License-Identifier: MIT */
/*
 * The other queues of a tap with several (IFF_MULTI_QUEUE). Any process that knows the name of such a tap can make its
 * own descriptor a queue, if tun_not_capable() in drivers/net/tun.c lets it: before Linux 7.3, that is every process as
 * long as the tap has no owner. So the tap gets an owner at once, and keeps it.
 */
#pragma once

struct netlink;
struct tap;

/*
 * Phase 7: open the device for all queues but the first, as the caller.
 *
 * Not in phase 2, as root: that phase looks at no argument, so it would have to open QUEUES_MAX for every caller.
 * It must not: have a capability in effect.
 */
void queue_open_others(struct tap *tap);

/* Phase 9, directly after the tap was made: make the caller its owner, and attach the other descriptors. */
void queue_attach_others(const struct tap *tap);

/*
 * Phase 9, before the tap is a port: return if each descriptor is a queue of the tap, the tap has no other queue, not
 * even a disabled one, and the caller is its owner; else delete the tap, say what is wrong, and exit. Removes the
 * filters and eBPF programs that another program has attached to it.
 *
 * From then on, only the caller, or a program with CAP_NET_ADMIN, can add a queue.
 */
void queue_require_ours(const struct tap *tap, struct netlink *netlink);
