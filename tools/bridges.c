/* SPDX-License-Identifier: MIT */
#include "bridges.h"

#include "memory.h"
#include "vmnetacl.h"

#include <dirent.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSFS_NET "/sys/class/net"

/* NET_ADDR_SET of <linux/netdevice.h>, which cannot be included together with <net/if.h>. */
#define ADDRESS_WAS_SET 3

static bool attribute_exists(const char *interface, const char *attribute)
{
    char path[sizeof SYSFS_NET + VMNETACL_NAME_MAX + 32];

    (void)snprintf(path, sizeof path, SYSFS_NET "/%s/%s", interface, attribute); /* always fits */
    return access(path, F_OK) == 0;
}

/* Read an attribute that is a number; 0 when it cannot be read. */
static unsigned long read_number(const char *interface, const char *attribute)
{
    char path[sizeof SYSFS_NET + VMNETACL_NAME_MAX + 32];
    char text[32] = "";
    FILE *file;

    (void)snprintf(path, sizeof path, SYSFS_NET "/%s/%s", interface, attribute); /* always fits */
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fgets(text, sizeof text, file) == NULL)
        text[0] = '\0';
    (void)fclose(file);            /* it was only read, so this cannot lose data */
    return strtoul(text, NULL, 0); /* the kernel writes "0x1003" or "3" */
}

void bridge_look(struct bridge *bridge, const char *name)
{
    *bridge = (struct bridge){.is_known = access(SYSFS_NET "/", X_OK) == 0};
    if (!bridge->is_known || !vmnetacl_name_valid(name, strlen(name)) || !attribute_exists(name, "ifindex"))
        return;
    bridge->exists = true;
    bridge->is_bridge = attribute_exists(name, "bridge");
    bridge->is_up = (read_number(name, "flags") & IFF_UP) != 0;
    bridge->has_fixed_mac = read_number(name, "addr_assign_type") == ADDRESS_WAS_SET;
}

void bridges_list(char ***names, size_t *names_count)
{
    DIR *directory = opendir(SYSFS_NET);
    struct dirent *entry;

    *names = NULL;
    *names_count = 0;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (!vmnetacl_name_valid(entry->d_name, strlen(entry->d_name)) || !attribute_exists(entry->d_name, "bridge"))
            continue;
        *names = memory_grow(*names, *names_count, sizeof **names);
        (*names)[(*names_count)++] = memory_copy(entry->d_name);
    }
    if (directory != NULL)
        (void)closedir(directory); /* it was only read, so this cannot lose data */
}

void bridges_free(char **names, size_t names_count)
{
    for (size_t i = 0; i < names_count; i++)
        free(names[i]);
    free(names);
}
