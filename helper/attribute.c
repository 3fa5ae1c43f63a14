/* SPDX-License-Identifier: MIT */
/* Runs on what the kernel has sent, and relies on no length in it. */
#include "attribute.h"

#include <string.h>

struct attribute attribute_all(const struct nlmsghdr *message, size_t header_len)
{
    size_t start = NLMSG_SPACE(header_len);

    if (message->nlmsg_len < start)
        return (struct attribute){.at = NULL};
    return (struct attribute){.at = (const unsigned char *)message + start, .len = message->nlmsg_len - start};
}

bool attribute_take(struct attribute *in, struct attribute *value, uint16_t *type)
{
    struct nlattr header;
    size_t step;

    if (in->at == NULL || in->len < sizeof header)
        return false;
    memcpy(&header, in->at, sizeof header);
    if (header.nla_len < sizeof header || header.nla_len > in->len)
        return false;
    *type = (uint16_t)(header.nla_type & (uint16_t)NLA_TYPE_MASK);
    *value = (struct attribute){.at = in->at + sizeof header, .len = header.nla_len - sizeof header};
    step = (size_t)NLA_ALIGN(header.nla_len);
    step = step < in->len ? step : in->len; /* the last one may lack its padding */
    in->at += step;
    in->len -= step;
    return true;
}

struct attribute attribute_find(struct attribute in, uint16_t type)
{
    struct attribute value;
    uint16_t found;

    while (attribute_take(&in, &value, &found))
        if (found == type)
            return value;
    return (struct attribute){.at = NULL};
}

bool attribute_number(struct attribute value, uint32_t *number)
{
    uint16_t two;

    if (value.at == NULL || (value.len != 1 && value.len != 2 && value.len != 4))
        return false;
    if (value.len == 1)
        *number = *value.at;
    else if (value.len == 4)
        memcpy(number, value.at, 4);
    if (value.len == 2) {
        memcpy(&two, value.at, 2);
        *number = two;
    }
    return true;
}
