/* SPDX-License-Identifier: MIT */
#pragma once

#include <net/if.h>
#include <stdbool.h>

struct bridge;
struct caller;
struct request;

/* All that phase 9 needs, so that it asks for nothing. */
struct tap {
    int fd;                   /* of /dev/net/tun */
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
void tap_prepare(struct tap *tap, const struct caller *caller, const struct request *request);

/*
 * Phase 9: create the interface and plug it into the bridge.
 *
 * True when it ends: it is a port of the bridge, and up; until the last descriptor of it is closed.
 * It must not: need any capability but CAP_NET_ADMIN; let the port be up before it is a port.
 */
void tap_plug(struct tap *tap, const struct bridge *bridge);
