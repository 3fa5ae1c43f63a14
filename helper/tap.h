/* SPDX-License-Identifier: MIT */
#pragma once

#include "vmnetacl.h"

#include <net/if.h>
#include <stdbool.h>

struct caller;
struct netlink;
struct request;

/* All that phase 9 needs, so that it asks for nothing. */
struct tap {
    int fd;                   /* of /dev/net/tun */
    int ifindex;              /* once it is created */
    bool has_vnet_hdr;        /* a struct virtio_net_hdr before each frame */
    char name[IFNAMSIZ];      /* a pattern like "tap%d" until the kernel has filled it in */
    unsigned char address[6]; /* of the host's side */
    char alias[128];
};

/*
 * Phase 2: open /dev/net/tun, which only root may open on some hosts.
 *
 * True when it ends: tap->fd is open, and is not yet an interface.
 * It must not: create anything.
 */
void tap_open(struct tap *tap);

/* Choose the interface's properties before a filter forbids it: all but the number in the name. */
void tap_prepare(struct tap *tap, const struct caller *caller, const struct request *request,
                 const struct vmnetacl_decision *decision);

/*
 * Phase 9 begins: create the interface, and connect to rtnetlink(7).
 *
 * True when it ends: there is a new interface, which is down and a port of nothing; its index is known. It exists until
 * the last descriptor of it is closed.
 * It must not: need any capability but CAP_NET_ADMIN; take over an interface that exists.
 */
void tap_create(struct tap *tap, struct netlink *netlink);
