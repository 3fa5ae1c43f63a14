/* SPDX-License-Identifier: MIT */
/* May what this process starts gain the privilege of the helper? */
#include "doctor_checks.h"
#include "kernel_value.h"
#include "memory.h"
#include "user_namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

void doctor_check_no_new_privs(struct doctor *doctor)
{
    bool is_set = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;

    if (is_set)
        doctor_fail_or_note(
            doctor, getuid() != 0,
            memory_copy("this process runs under no_new_privs, so no setuid program and no file capability gives "
                        "privilege to what it starts; systemd's NoNewPrivileges=, QEMU's '-sandbox on', flatpak and "
                        "containers do that"),
            memory_copy("start QEMU from a session without it, or in the service that starts it, as root: systemctl "
                        "edit UNIT, [Service] NoNewPrivileges=no; 'grep NoNewPrivs /proc/self/status' shows 0 then"));
    else
        doctor_ok(doctor, memory_copy("this process may gain privilege"));
}

/* capabilities(7): exec gives no capability that is not in the bounding set, not even to root. */
void doctor_check_bounding_set(struct doctor *doctor)
{
    if (prctl(PR_CAPBSET_READ, CAP_NET_ADMIN, 0, 0, 0) == 0)
        doctor_fail(doctor,
                    memory_copy("the capability bounding set of this process lacks CAP_NET_ADMIN, so the helper cannot "
                                "have it, as in most containers"),
                    memory_copy("start QEMU outside of the container; or give the container or the service "
                                "CAP_NET_ADMIN, if it may change all of its network"));
    else
        doctor_ok(doctor, memory_copy("the helper can have CAP_NET_ADMIN"));
}

/* Does our network namespace belong to our user namespace, or to one below it (ioctl_nsfs(2))? */
static bool owns_network(bool *is_known)
{
    int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int owner = fd < 0 ? -1 : ioctl(fd, NS_GET_USERNS);

    *is_known = owner >= 0 || (fd >= 0 && errno == EPERM);
    if (fd >= 0)
        (void)close(fd); /* nothing was written, here and below */
    if (owner >= 0)
        (void)close(owner);
    return owner >= 0;
}

static void report_namespace(struct doctor *doctor, const char *map)
{
    bool is_known;
    bool is_owner = owns_network(&is_known);

    if (user_namespace_is_first(map) && (is_owner || !is_known))
        doctor_ok(doctor, memory_copy("this is the user namespace of the system"));
    else if (is_owner)
        doctor_note(doctor,
                    memory_copy("this is a user namespace with a network of its own, as in a rootless container; the "
                                "bridges of the host are not here"),
                    memory_copy("to use a bridge of the host, start QEMU outside of the container or sandbox"));
    else
        doctor_fail(doctor,
                    memory_copy("this is a user namespace, as in a rootless container, and root in it may not change "
                                "the network here; a setuid program gains nothing"),
                    memory_copy("start QEMU outside of the container or sandbox"));
}

void doctor_check_user_namespace(struct doctor *doctor)
{
    char *map = kernel_value_text("/proc/self/uid_map");

    if (map == NULL)
        doctor_note(doctor, memory_copy("unknown, since /proc/self/uid_map cannot be read; is /proc mounted?"), NULL);
    else
        report_namespace(doctor, map);
    free(map);
}
