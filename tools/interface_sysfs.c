/* SPDX-License-Identifier: MIT */
#include "interface_sysfs.h"

#include "kernel_value.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSFS_NET "/sys/class/net"

/* NET_ADDR_SET of <linux/netdevice.h>, which cannot be included together with <net/if.h>. */
#define ADDRESS_WAS_SET 3

static unsigned long read_number(const struct interface *interface, const char *attribute, unsigned long fallback)
{
    char *path = memory_format(SYSFS_NET "/%s/%s", interface->name, attribute);
    unsigned long number = kernel_value_number(path, fallback);

    free(path);
    return number;
}

/* Another network namespace can have the same name with the same index, but hardly with the same address, too. */
static bool is_shown(const struct interface *interface)
{
    const unsigned char *bytes = interface->address;
    char *path = memory_format(SYSFS_NET "/%s/address", interface->name);
    char *address =
        memory_format("%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
    bool is_same = interface->has_address && read_number(interface, "ifindex", 0) == interface->index &&
                   kernel_value_is(path, address);

    free(address);
    free(path);
    return is_same;
}

bool interface_has_floating_address(const struct interface *interface)
{
    return is_shown(interface) && read_number(interface, "addr_assign_type", ADDRESS_WAS_SET) != ADDRESS_WAS_SET;
}

bool interface_is_physical(const struct interface *interface)
{
    char *path = memory_format(SYSFS_NET "/%s/device", interface->name);
    bool has_device = access(path, F_OK) == 0;

    free(path);
    return is_shown(interface) ? has_device : interface->kind[0] == '\0';
}
