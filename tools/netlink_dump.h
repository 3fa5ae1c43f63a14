/* SPDX-License-Identifier: MIT */
/* Lists of the kernel about the network namespace of this process: netlink(7), rtnetlink(7). They need no privilege. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink_bytes {
    const unsigned char *start;
    size_t len;
};

/* What to list. */
struct netlink_question {
    uint16_t type;   /* RTM_GETLINK, RTM_GETNEIGH */
    uint16_t answer; /* the type of the messages to visit: RTM_NEWLINK, RTM_NEWNEIGH */
    uint8_t family;  /* AF_UNSPEC, AF_BRIDGE */
    uint32_t mask;   /* of RTEXT_FILTER_... */
    /* Called before each try: the list may have changed while it was read, and is then read again from its start. */
    void (*begin)(void *data);
    /* message: from its ifinfomsg or ndmsg on. */
    void (*visit)(struct netlink_bytes message, void *data);
};

/* Have each message visited. Returns 0; or an errno, and then only some were visited. */
int netlink_dump(const struct netlink_question *question, void *data);

/* Remove the first size bytes, the fixed part of a message. Returns false when there are fewer. */
bool netlink_take(struct netlink_bytes *bytes, void *part, size_t size);

/* Remove the first attribute from bytes. Returns false when there is none left. */
bool netlink_take_attribute(struct netlink_bytes *bytes, unsigned *type, struct netlink_bytes *value);

/* A number of 32 bits; 0 when it has another size. Is a number of 8 bits not 0? */
uint32_t netlink_number(struct netlink_bytes value);
bool netlink_flag(struct netlink_bytes value);

/* A string; "" when it does not fit into size bytes with its NUL. */
void netlink_string(struct netlink_bytes value, char *text, size_t size);
