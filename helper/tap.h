/* SPDX-License-Identifier: MIT */
#pragma once

#include "request.h"
#include "vmnetacl.h"

#include <net/if.h>
#include <stdbool.h>

struct caller;
struct netlink;

/* All that phase 9 needs, so that it asks for nothing. */
struct tap {
    int fds[QUEUES_MAX];      /* of /dev/net/tun: one for each queue; all but the first from tap_prepare() on */
    unsigned queues;          /* how many they are */
    uid_t owner;              /* the caller, who owns a tap of several queues: see queue.h */
    int ifindex;              /* once it is created */
    bool has_vnet_hdr;        /* a struct virtio_net_hdr before each frame */
    char name[IFNAMSIZ];      /* a pattern like "tap%d" until the kernel has filled it in */
    unsigned char address[6]; /* of the host's side */
    char alias[128];
};

/*
 * Phase 2: open /dev/net/tun, which only root may open on some hosts.
 *
 * True when it ends: the first descriptor is open, and is not yet an interface.
 * It must not: create anything.
 */
void tap_open(struct tap *tap);

/*
 * Phase 7: choose the interface's properties, all but the number in the name, and open the device for further queues,
 * before a filter forbids it.
 */
void tap_prepare(struct tap *tap, const struct caller *caller, const struct request *request,
                 const struct vmnetacl_decision *decision);

/* The IFF_... flags that each of its descriptors is attached with: TUNSETIFF. */
int tap_flags(const struct tap *tap);

/*
 * Phase 9 begins: create the interface, and connect to rtnetlink(7).
 *
 * True when it ends: there is a new interface, which is down and a port of nothing; its index is known. Its queues are
 * those of our descriptors, and no others. It exists until the last descriptor of it is closed.
 * It must not: need any capability but CAP_NET_ADMIN; take over an interface that exists.
 */
void tap_create(struct tap *tap, struct netlink *netlink);
