/* SPDX-License-Identifier: MIT */
/* What is asked for, in bounded form. */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>

struct request {
    char bridge[VMNETACL_NAME_MAX + 1];
    int fd;        /* a connected AF_UNIX stream socket, above 2 */
    bool use_vnet; /* frames with a struct virtio_net_hdr in front */
};

/*
 * Phase 5: read the arguments, and look at the descriptor that the tap goes to.
 *
 * Options in any order, each any number of times, the last one counts: libvirt and a shell between us and QEMU do so.
 * True when it ends: the bridge's name is one that an interface can have; fd is a connected AF_UNIX stream socket and
 * not tun_fd; no other descriptor above 2 is open but tun_fd.
 * It must not: find out whether the bridge exists, or read or write the socket.
 */
void request_read(struct request *request, int argc, char *const argv[], int tun_fd);
