/* SPDX-License-Identifier: MIT */
/* The attributes of a netlink message that the kernel has sent: netlink(7), section "Netlink attributes". Pure. */
#pragma once

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes of an attribute's value, or of all attributes of a message. */
struct attribute {
    const unsigned char *at; /* NULL: there is no such attribute */
    size_t len;
};

/* All attributes after the header that belongs to the message's type. */
struct attribute attribute_all(const struct nlmsghdr *message, size_t header_len);

/* The first one of a type among those in a value. */
struct attribute attribute_find(struct attribute in, uint16_t type);

/* Step through those in a value: take the first one off, and its type. False when there are no more. */
bool attribute_take(struct attribute *in, struct attribute *value, uint16_t *type);

/* A number of 1, 2 or 4 bytes. Returns false when there is none. */
bool attribute_number(struct attribute value, uint32_t *number);
