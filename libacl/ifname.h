/* SPDX-License-Identifier: MIT */
/* The bytes of an interface's name. Pure. */
#ifndef VMNETACL_IFNAME_H
#define VMNETACL_IFNAME_H

#include "vmnetacl.h"

/* The index of the first byte that no interface's name can hold, or name_len when there is none. */
size_t ifname_bad_byte(const char *name, size_t name_len);

/* True for "." and "..", which the kernel refuses because a name becomes a folder in sysfs. */
bool ifname_is_dots(const char *name, size_t name_len);

#endif
