/* SPDX-License-Identifier: MIT */
/* The bytes of an interface's name. Pure. */
#ifndef VMNETACL_IFNAME_H
#define VMNETACL_IFNAME_H

#include "vmnetacl.h"

#include <limits.h>

/* Is this a byte that no interface's name can hold? */
extern const bool ifname_refused[UCHAR_MAX + 1];

/* The first byte that no interface's name can hold, or end when there is none. */
static inline const char *ifname_bad_byte(const char *name, const char *end)
{
    while (name < end && !ifname_refused[(unsigned char)*name])
        name++;
    return name;
}

/* True for "." and "..", which the kernel refuses because a name becomes a directory in sysfs. */
static inline bool ifname_is_dots(const char *name, size_t name_len)
{
    return (name_len == 1 && name[0] == '.') || (name_len == 2 && name[0] == '.' && name[1] == '.');
}

#endif
