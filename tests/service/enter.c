/* SPDX-License-Identifier: MIT
 *
 * See enter.h.
 */
#define _GNU_SOURCE
#include "enter.h"

#include "run.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void map_write(const char *process, const char *leaf, const char *map)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%s/%s", process, leaf);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, map, strlen(map)) != (ssize_t)strlen(map))
        lab_die(path);
    close(fd);
}

/* Stays root in our user namespace, and writes the maps of its parent when told to. */
static void map_helper_start(struct enter *enter)
{
    const pid_t target = getpid();
    char process[16], byte;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, enter->helper_fds) != 0)
        lab_die("socketpair");
    const pid_t pid = fork();
    if (pid < 0)
        lab_die("fork");
    if (pid > 0)
        return;
    close(enter->helper_fds[0]);
    if (read(enter->helper_fds[1], &byte, 1) != 1)
        _exit(0);
    snprintf(process, sizeof process, "%d", (int)target);
    map_write(process, "uid_map", enter->map);
    map_write(process, "gid_map", enter->map);
    if (write(enter->helper_fds[1], "", 1) != 1)
        lab_die("map");
    _exit(0);
}

static void map_ask_for(const struct enter *enter)
{
    char byte;

    if (write(enter->helper_fds[0], "", 1) != 1 || read(enter->helper_fds[0], &byte, 1) != 1)
        lab_die("map");
}

static void own_map_write(const char *map)
{
    map_write("self", "setgroups", "deny");
    map_write("self", "uid_map", map);
    map_write("self", "gid_map", map);
}

void enter_as_root(int socket_number, void *hook_data)
{
    struct enter *enter = hook_data;

    (void)socket_number; /* not at stake, here and below */
    if (enter->map_by_root)
        map_helper_start(enter);
    if (unshare(enter->flags_as_root) != 0)
        lab_die("unshare");
    if (enter->flags_as_root & CLONE_NEWUSER)
        map_ask_for(enter);
}

void enter_as_caller(int socket_number, void *hook_data)
{
    struct enter *enter = hook_data;

    (void)socket_number;
    /* The change of ids made the process not dumpable, so its maps could not be written. */
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0 || unshare(enter->flags) != 0)
        lab_die("unshare");
    if (enter->flags & CLONE_NEWUSER && enter->map_by_root)
        map_ask_for(enter);
    else if (enter->flags & CLONE_NEWUSER && enter->map != NULL)
        own_map_write(enter->map);
    if (enter->id != 0) {
        lab_become(&(struct lab_caller){.uid = enter->id, .gid = enter->id});
        if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
            lab_die("prctl");
    }
    if (enter->inner == NULL)
        return;
    if (unshare(CLONE_NEWUSER) != 0)
        lab_die("unshare");
    own_map_write(enter->inner);
}
