/* SPDX-License-Identifier: MIT */
#include "ifname.h"

/*
 * The kernel's dev_valid_name() refuses '/', ':' and what its isspace() holds for a blank, 0xa0 among them. The ':' is
 * no formality: the old ioctls cut a name at it, so "virbr0:1" means virbr0 to them, and a rule that denies virbr0
 * would not match it. A '%' makes a name a pattern, and control bytes have no place in a log.
 */
const bool ifname_refused[UCHAR_MAX + 1] = {
    [0 ... ' '] = true, ['%'] = true, ['/'] = true, [':'] = true, [0x7f] = true, [0xa0] = true,
};

bool vmnetacl_name_valid(const char *name, size_t name_len)
{
    return name_len >= 1 && name_len <= VMNETACL_NAME_MAX && !ifname_is_dots(name, name_len) &&
           ifname_bad_byte(name, name + name_len) == name + name_len;
}
