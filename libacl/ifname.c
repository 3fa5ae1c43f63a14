/* SPDX-License-Identifier: MIT */
#include "ifname.h"

/*
 * The kernel's dev_valid_name() refuses '/', ':' and what its isspace() holds for a blank, 0xa0 among them. The ':' is
 * no formality: the ioctls of old cut a name at it, so that "virbr0:1" means virbr0 to them and passes by a rule that
 * denies virbr0. A '%' makes a name a pattern, and control bytes have no place in a log.
 */
static bool byte_fits(unsigned char byte)
{
    return byte > 0x20 && byte != 0x7f && byte != 0xa0 && byte != '/' && byte != ':' && byte != '%';
}

size_t ifname_bad_byte(const char *name, size_t name_len)
{
    size_t i = 0;

    while (i < name_len && byte_fits((unsigned char)name[i]))
        i++;
    return i;
}

bool ifname_is_dots(const char *name, size_t name_len)
{
    return (name_len == 1 && name[0] == '.') || (name_len == 2 && name[0] == '.' && name[1] == '.');
}

bool vmnetacl_name_valid(const char *name, size_t name_len)
{
    return name_len >= 1 && name_len <= VMNETACL_NAME_MAX && !ifname_is_dots(name, name_len) &&
           ifname_bad_byte(name, name_len) == name_len;
}
