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

static bool has_no_new_privs(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

/*
 * For when the helper needs the service, and does not ask it or would not be served. text: what the helper lacks in
 * this process. cure: what else would help.
 */
static void fail_without_service(struct doctor *doctor, bool is_failure, const char *text, const char *cure)
{
    const struct service *service = &doctor->helper.service;

    doctor_fail_or_note(doctor, is_failure, memory_format("%s; %s", text, service->text),
                        memory_format("%s; or %s", service->cure, cure));
}

void doctor_check_no_new_privs(struct doctor *doctor)
{
    if (!has_no_new_privs())
        doctor_ok(doctor, memory_copy("this process may gain privilege"));
    else if (doctor_is_served(doctor))
        doctor_ok(doctor, memory_copy("this process runs under no_new_privs, so vmnet-helper asks the service"));
    else if (getuid() == 0 && doctor->helper.service.is_usable)
        doctor_ok(doctor, memory_copy("this process runs under no_new_privs, which takes nothing from root; for other "
                                      "users, vmnet-helper asks the service"));
    else
        fail_without_service(
            doctor, getuid() != 0,
            "this process runs under no_new_privs, so no setuid program and no file capability gives privilege to what "
            "it starts; systemd's NoNewPrivileges=, QEMU's '-sandbox on', flatpak and containers do that",
            "start QEMU from a session without it, or in the service that starts it, as root: systemctl edit UNIT, "
            "[Service] NoNewPrivileges=no; 'grep NoNewPrivs /proc/self/status' shows 0 then");
}

/*
 * capabilities(7): exec gives no capability that is not in the bounding set, not even to root. A helper to which exec
 * gives a uid does not ask the service, and one with a capability that exec cannot give is not executed.
 */
void doctor_check_bounding_set(struct doctor *doctor)
{
    bool is_asked = !doctor->helper.opens_as_user && (doctor_asks_service(doctor) || getuid() == 0);
    const char *under_no_new_privs =
        doctor->helper.service.is_usable && !is_asked && !doctor->helper.opens_as_user
            ? "start QEMU with 'setpriv --no-new-privs', so that vmnet-helper asks the service; or "
            : "";

    if (prctl(PR_CAPBSET_READ, CAP_NET_ADMIN, 0, 0, 0) != 0)
        doctor_ok(doctor, memory_copy("the helper can have CAP_NET_ADMIN"));
    else if (doctor->helper.service.is_usable && is_asked)
        doctor_ok(doctor,
                  memory_copy("the capability bounding set of this process lacks CAP_NET_ADMIN, so vmnet-helper "
                              "asks the service"));
    else
        doctor_fail(doctor,
                    memory_copy("the capability bounding set of this process lacks CAP_NET_ADMIN, so the helper cannot "
                                "have it, as in most containers"),
                    memory_format("%sstart QEMU outside of the container; or give the container or the service "
                                  "CAP_NET_ADMIN, if it may change all of its network",
                                  under_no_new_privs));
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
    const struct service *service = &doctor->helper.service;

    if (user_namespace_is_first(map) && (is_owner || !is_known))
        doctor_ok(doctor, memory_copy("this is the user namespace of the system"));
    else if (doctor_is_served(doctor))
        doctor_ok(doctor, memory_copy("this is a user namespace, as in a rootless container, so vmnet-helper asks the "
                                      "service"));
    else if (is_owner && service->path == NULL)
        doctor_note(doctor,
                    memory_copy("this is a user namespace with a network of its own, as in a rootless container; the "
                                "bridges of the host are not here"),
                    memory_format("to use a bridge of the host, start QEMU outside of the container or sandbox; or %s",
                                  service->cure));
    else
        fail_without_service(doctor, true,
                             is_owner ? "this is a user namespace with a network of its own, as in a rootless "
                                        "container; the bridges of the host are not here"
                                      : "this is a user namespace, as in a rootless container, and root in it may not "
                                        "change the network here; a setuid program gains nothing",
                             "start QEMU outside of the container or sandbox");
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
