/* SPDX-License-Identifier: MIT
 *
 * See link.h.
 */
#define _GNU_SOURCE
#include "link.h"

#include "run.h"
#include "world.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    DEADLINE_MS = 120000,
    PAUSE_NS = 2000000
};

/* The first line of dir/name/leaf without its newline; false when the file is not there or cannot be read. */
static bool line_read(const char *dir, const char *name, const char *leaf, char *line, size_t line_size)
{
    char path[PATH_MAX];
    bool found = false;

    snprintf(path, sizeof path, "%s/%s/%s", dir, name, leaf);
    FILE *file = fopen(path, "re");
    line[0] = '\0';
    if (file == NULL)
        return false;
    if (fgets(line, (int)line_size, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        found = true;
    }
    fclose(file);
    return found;
}

static unsigned number_read(const char *name, const char *leaf)
{
    char line[64];

    return line_read("/sys/class/net", name, leaf, line, sizeof line) ? (unsigned)strtoul(line, NULL, 0) : 0;
}

static unsigned ipv6_count_read(const char *name)
{
    FILE *file = fopen("/proc/net/if_inet6", "re");
    char line[256], owner[32];
    unsigned count = 0;

    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%*s %*s %*s %*s %*s %31s", owner) == 1 && strcmp(owner, name) == 0)
            count++;
    fclose(file);
    return count;
}

bool lab_link_read(const char *name, struct lab_link *link)
{
    char line[64], path[PATH_MAX], target[PATH_MAX] = "";

    *link = (struct lab_link){.addr_gen_mode = -1};
    link->index = number_read(name, "ifindex");
    if (link->index == 0)
        return false;
    link->mtu = number_read(name, "mtu");
    link->flags = number_read(name, "flags");
    link->tun_flags = number_read(name, "tun_flags");
    line_read("/sys/class/net", name, "ifalias", link->alias, sizeof link->alias);
    line_read("/sys/class/net", name, "operstate", link->operstate, sizeof link->operstate);
    if (line_read("/sys/class/net", name, "address", line, sizeof line) &&
        sscanf(line, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &link->address[0], &link->address[1], &link->address[2],
               &link->address[3], &link->address[4], &link->address[5]) != 6)
        memset(link->address, 0, sizeof link->address);
    snprintf(path, sizeof path, "/sys/class/net/%s/master", name);
    if (readlink(path, target, sizeof target - 1) > 0)
        snprintf(link->master, sizeof link->master, "%.15s", basename(target));
    if (line_read("/proc/sys/net/ipv6/conf", name, "addr_gen_mode", line, sizeof line))
        link->addr_gen_mode = atoi(line);
    link->ipv6_count = ipv6_count_read(name);
    return true;
}

size_t lab_tap_count(void)
{
    DIR *dir = opendir("/sys/class/net");
    size_t count = 0;
    const struct dirent *entry;

    if (dir == NULL)
        lab_die("/sys/class/net");
    while ((entry = readdir(dir)) != NULL) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "/sys/class/net/%s/tun_flags", entry->d_name);
        if (access(path, F_OK) == 0)
            count++;
    }
    closedir(dir);
    return count;
}

bool lab_tap_count_becomes(size_t count)
{
    const long long deadline = lab_now_ms() + DEADLINE_MS;
    const struct timespec pause = {.tv_nsec = PAUSE_NS};

    while (lab_tap_count() != count) {
        if (lab_now_ms() > deadline)
            return false;
        (void)nanosleep(&pause, NULL); /* cut short by a signal, it is only asked again sooner */
    }
    return true;
}

bool lab_bridge_carries(const char *name)
{
    const long long deadline = lab_now_ms() + DEADLINE_MS;
    const struct timespec pause = {.tv_nsec = PAUSE_NS};

    /* The answer to ip(8) comes under the lock that the kernel does this with; what sysfs says does not. */
    while (lab_command_status("ip -j link show dev %s | grep -q '\"operstate\":\"UP\"'", name) != 0) {
        if (lab_now_ms() > deadline)
            return false;
        (void)nanosleep(&pause, NULL); /* as above */
    }
    return true;
}
