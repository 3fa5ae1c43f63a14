/* SPDX-License-Identifier: MIT */
/* A few rtnetlink(7) messages in one buffer, sent with one call. Bounded: allocates nothing. */
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink {
    int fd;
    uint32_t sequence;    /* of the last message, from 1 */
    size_t used;          /* bytes in buffer */
    size_t message_start; /* of the last message in buffer */
    uint32_t first_sent;  /* number of the first message that was sent last */
    /* Of the answer to what was sent last. */
    bool is_complete;
    bool is_inconsistent; /* what a dump shows changed meanwhile, so that it may lack something (NLM_F_DUMP_INTR) */
    size_t received;      /* bytes of it that wait to be looked at, up to this offset, */
    size_t next;          /* from this one */
    _Alignas(struct nlmsghdr) unsigned char buffer[4096];
};

/* Open the socket of an all-zero struct. For what it changes, CAP_NET_ADMIN must be in effect now and when it sends. */
void netlink_connect(struct netlink *netlink);

/*
 * Begin a message of a type, with the header that belongs to the type. flags: NLM_F_..., besides NLM_F_REQUEST.
 * Returns its sequence number.
 */
uint32_t netlink_start(struct netlink *netlink, uint16_t type, uint16_t flags, const void *header, size_t header_len);

/* Append an attribute to the message. */
void netlink_put(struct netlink *netlink, uint16_t type, const void *data, size_t data_len);

/* Begin an attribute that consists of the attributes put after it; end it with the offset that was returned. */
size_t netlink_nest(struct netlink *netlink, uint16_t type);
void netlink_nest_end(struct netlink *netlink, size_t offset);

/* Begin a question about a link, without its statistics, which take long. index 0: other attributes say which. */
uint32_t netlink_ask_link(struct netlink *netlink, uint16_t flags, int index);

/* Send the messages made since the last time. The kernel answers the last, and of the others those that fail. */
void netlink_send(struct netlink *netlink);

/* The next answer: 0 when the last message succeeded; else the number of one that failed, and errno says why. */
uint32_t netlink_wait(struct netlink *netlink);

/*
 * The next message of the answers to what was sent last, good until the next call: data, or, as NLMSG_ERROR, that an
 * earlier question has failed. NULL after the last one's answer: errno is 0, or why that one failed.
 */
const struct nlmsghdr *netlink_next(struct netlink *netlink);

/* What is after the header that all messages have. NLMSG_DATA(3) takes the const off. */
static inline const void *netlink_data(const struct nlmsghdr *message)
{
    return (const char *)message + NLMSG_HDRLEN;
}

/* The errno in a message of the type NLMSG_ERROR. */
int netlink_error(const struct nlmsghdr *message);
