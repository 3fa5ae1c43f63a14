/* SPDX-License-Identifier: MIT */
/* A few rtnetlink(7) messages in one buffer, sent with one call. Bounded: allocates nothing. */
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

struct netlink {
    int fd;
    uint32_t sequence;    /* of the last message, from 1 */
    size_t used;          /* bytes in buffer */
    size_t message_start; /* of the last message in buffer */
    _Alignas(struct nlmsghdr) unsigned char buffer[1024];
};

/* Open the socket of an all-zero struct. For what it changes, CAP_NET_ADMIN must be in effect now and when it sends. */
void netlink_connect(struct netlink *netlink);

/* Begin a message of a type, with the header that belongs to the type. Returns its sequence number. */
uint32_t netlink_start(struct netlink *netlink, uint16_t type, const void *header, size_t header_len);

/* Append an attribute to the message. */
void netlink_put(struct netlink *netlink, uint16_t type, const void *data, size_t data_len);

/* Send the messages made since the last time. The kernel answers the last, and of the others those that fail. */
void netlink_send(struct netlink *netlink);

/* The next answer: 0 when the last message succeeded; else the number of one that failed, and errno says why. */
uint32_t netlink_wait(struct netlink *netlink);
