/* SPDX-License-Identifier: MIT */
#include "interface_sysfs.h"

#include "kernel_value.h"
#include "memory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How many interfaces are looked at below one another; MAX_NEST_DEV of <linux/netdevice.h>. */
#define LOWER_MAX 8

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

/* Has it a device, or an interface below it that has one? sysfs has a link "lower_NAME" to each of these. */
static bool has_device(const char *name, unsigned depth)
{
    static const char lower[] = "lower_";
    char *path = memory_format(SYSFS_NET "/%s", name);
    char *device = memory_format("%s/device", path);
    bool is_found = access(device, F_OK) == 0;
    DIR *directory = is_found || depth >= LOWER_MAX ? NULL : opendir(path);
    const struct dirent *entry;

    while (!is_found && directory != NULL && (entry = readdir(directory)) != NULL)
        if (strncmp(entry->d_name, lower, sizeof lower - 1) == 0)
            is_found = has_device(entry->d_name + sizeof lower - 1, depth + 1);
    if (directory != NULL)
        (void)closedir(directory); /* only read from: nothing to fail */
    free(device);
    free(path);
    return is_found;
}

bool interface_leads_outside(const struct interface *interface)
{
    return is_shown(interface) ? has_device(interface->name, 0) : interface->kind[0] == '\0';
}
