/* SPDX-License-Identifier: MIT */
/* What is asked for, in bounded form. */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>

#define QUEUES_MAX 16

struct request {
    char bridge[VMNETACL_NAME_MAX + 1];
    int fd;          /* above 2; handover_require_socket() looks at it */
    unsigned queues; /* 1 to QUEUES_MAX: the tap's, each with a descriptor of its own */
    bool use_vnet;   /* a struct virtio_net_hdr before each frame */
};

/*
 * Phase 5, first half: read the arguments. Pure: makes no system call but to end the process.
 *
 * The options may be in any order and repeated; the last one counts. libvirt, and a shell between QEMU and us, do both.
 * True when it ends: the bridge's name is one that an interface can have; fd is a number above 2; queues is in range.
 * It must not: find out whether the bridge exists, or look at the descriptor.
 */
void request_read(struct request *request, int argc, char *const argv[]);
