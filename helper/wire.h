/* SPDX-License-Identifier: MIT */
/*
 * What the client, vmnet-helper without privilege, and the service, vmnet-helperd, say to each other over a connected
 * AF_UNIX stream socket.
 *
 * The client sends one struct wire_request, and no descriptor: the service never gets the socket of QEMU. The service
 * sends one answer and closes the connection. The answer's first byte is the exit code that the client ends with. After
 * 0, nothing follows, and the message with the 0 carries the descriptors, one for each queue. After another code the
 * text of the message follows, without "vmnet-helper: " and newline, as it is: the client escapes it. EX_TEMPFAIL
 * without a text means that the service has too much to do and has not looked at the request: the client tries again.
 */
#pragma once

#include "vmnetacl.h"

#include <assert.h>

/* In braces. Not "VMN1": an array of four bytes has no room for its NUL, and gcc 15 warns. */
#define WIRE_MAGIC 'V', 'M', 'N', '1'

enum {
    WIRE_USE_VNET = 0x01 /* a struct virtio_net_hdr before each frame */
};

struct wire_request {
    char magic[4];
    unsigned char flags;  /* WIRE_... */
    unsigned char queues; /* 1 to QUEUES_MAX */
    unsigned char zero[2];
    char bridge[VMNETACL_NAME_MAX + 1]; /* filled up with NULs */
};

static_assert(sizeof(struct wire_request) == 24, "all is bytes: the same on every machine");

/* Where the service listens; and where a toolbox or distrobox container shows the same socket. */
#define WIRE_SOCKETS                                                                                                   \
    {                                                                                                                  \
        "/run/vmnet/helper.sock", "/run/host/run/vmnet/helper.sock"                                                    \
    }
