/* SPDX-License-Identifier: MIT */
#include "service.h"

#include "memory.h"
#include "text.h"
#include "user_namespace.h"
#include "vmnetacl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* In the order in which vmnet-helper tries them. The second is the host's, as toolbox and distrobox show it. */
static const char *const sockets[] = {"/run/vmnet/helper.sock", "/run/host/run/vmnet/helper.sock"};

/* The end of the name of the service's socket, in any of its spellings: /var/run is the same directory. */
#define SOCKET_NAME "/vmnet/helper.sock"

/*
 * Would a connection be accepted? 0 or an errno, as connect(2) of a stream has it. A datagram socket asks: the kernel
 * looks for the socket, checks that this process may write to it, and finds a listener of another type (EPROTOTYPE,
 * unix_find_bsd() in net/unix/af_unix.c). The service sees nothing of it, and is not started.
 */
static int probe(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0)
        return access(path, F_OK) != 0 ? errno : EAFNOSUPPORT;
    strcpy(address.sun_path, path); /* one of the above: it fits */
    error = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? ECONNREFUSED : errno;
    (void)close(fd); /* nothing was sent */
    return error == EPROTOTYPE ? 0 : error;
}

/* Takes ownership of text and cure. */
static void conclude(struct service *service, char *text, char *cure)
{
    service->text = text;
    service->cure = cure;
    service->is_usable = cure == NULL;
}

static const char *start_cure(void)
{
    if (user_namespace_is_inner())
        return "as root on the host: systemctl enable --now vmnet-helper.socket, and give the container or sandbox its "
               "directory /run/vmnet";
    if (access(VMNET_HELPERD_PATH, F_OK) != 0 && errno == ENOENT)
        return "as root, install vmnet-helperd, which may be in a package of its own, and then: systemctl enable --now "
               "vmnet-helper.socket";
    return "as root: systemctl enable --now vmnet-helper.socket";
}

static void report_absent(struct service *service)
{
    conclude(service, memory_format("there is no service at %s", sockets[0]), memory_copy(start_cure()));
}

static bool is_other_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISSOCK(status.st_mode);
}

static void report_silent(struct service *service)
{
    conclude(service, memory_format("nobody listens at %s, the socket of the service", service->path),
             memory_copy(user_namespace_is_inner()
                             ? "as root on the host: systemctl restart vmnet-helper.socket; then start the container "
                               "or sandbox again, which may have the old socket"
                             : "as root: systemctl restart vmnet-helper.socket"));
}

static void report_denied(struct service *service, const struct account *account, bool with_names)
{
    struct stat status;
    char *who = account_describe(account);
    char *group;

    if (stat(service->path, &status) != 0) {
        conclude(service,
                 memory_format("%s cannot get to %s, the socket of the service: %s", who, service->path,
                               strerror(errno)),
                 memory_format("'namei -l %s' shows which directory does not let the user in", service->path));
    } else if ((status.st_mode & S_IWGRP) != 0 && status.st_gid != 0 && !account_has_group(account, status.st_gid)) {
        group = account_describe_group(status.st_gid, with_names);
        conclude(service,
                 memory_format("%s may not use the service: %s, of mode %04o, is only for root and %s", who,
                               service->path, (unsigned)(status.st_mode & 07777), group),
                 account_group_cure(account, status.st_gid, with_names));
        free(group);
    } else {
        conclude(service,
                 memory_format("%s may not use the service at %s, whose mode is %04o", who, service->path,
                               (unsigned)(status.st_mode & 07777)),
                 memory_copy("ask the administrator: SocketMode= and SocketGroup= of vmnet-helper.socket say who may"));
    }
    free(who);
}

/* Does our user namespace belong to another uid? A user with subordinate ids, subuid(5), has thousands there. */
static bool is_subordinate(const struct account *account)
{
    int fd = user_namespace_is_inner() ? open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC) : -1;
    uid_t owner = account->caller.uid;

    if (fd < 0)
        return false;
    if (ioctl(fd, NS_GET_OWNER_UID, &owner) != 0)
        owner = account->caller.uid; /* unknown */
    (void)close(fd);                 /* only opened: nothing to fail */
    return owner != account->caller.uid;
}

/*
 * Is the service in another network namespace? /proc/net/unix has the sockets of ours, by the paths at which they were
 * bound, which may differ from the paths here. If it cannot be read, that is unknown: false.
 */
static bool is_elsewhere(void)
{
    struct text_line line = {.number = 1};
    struct text text;
    bool is_found = false;

    if (text_read(&text, "/proc/net/unix") != 0)
        return false;
    for (; !is_found && text_measure(&text, &line); text_next(&line)) {
        size_t len = sizeof SOCKET_NAME - 1;
        is_found = line.len >= len && memcmp(text.bytes + line.offset + line.len - len, SOCKET_NAME, len) == 0;
    }
    text_free(&text);
    return !is_found;
}

/* By the rules as they are here. In a container, those of the service may be others, which cannot be known. */
static bool permits_any_network(void)
{
    struct vmnetacl_policy *policy = NULL;
    bool is_permitted = vmnetacl_load(&policy, NULL) == VMNETACL_OK && vmnetacl_permits_any_network(policy);

    vmnetacl_free(policy);
    return is_permitted;
}

/* It listens, and the user may connect. */
static void look_at_process(struct service *service, const struct account *account)
{
    service->is_elsewhere = is_elsewhere();
    if (is_subordinate(account))
        conclude(service,
                 memory_format("the service at %s refuses this process, whose user namespace belongs to another uid, "
                               "as with subordinate ids",
                               service->path),
                 memory_copy("start QEMU as the user who started the container: inside, this user is root, or has the "
                             "same name with 'podman run --userns=keep-id'"));
    else if (service->is_elsewhere && !permits_any_network())
        conclude(service,
                 memory_format("the service at %s is in another network namespace, and refuses this process unless its "
                               "switch.conf says 'network: any'",
                               service->path),
                 memory_copy("start QEMU in the network namespace of the service, as with 'podman run --network=host', "
                             "or without PrivateNetwork= in its unit; 'network: any' would serve every process of each "
                             "user whom a rule allows a bridge, see vmnet-switch.conf(5)"));
    else
        conclude(service, memory_format("the service listens at %s", service->path), NULL);
}

/* As the kernel says if the user is this process; else by the mode of the socket. */
static bool may_connect(const struct service *service, const struct account *account, int error)
{
    struct stat status;

    if (account->is_self || stat(service->path, &status) != 0)
        return error != EACCES;
    return account_may_write(account, &status);
}

void service_look(struct service *service, const struct account *account, bool with_names)
{
    int error = ENOENT;

    *service = (struct service){.path = NULL};
    for (size_t i = 0; i < sizeof sockets / sizeof sockets[0] && (error == ENOENT || error == ENOTDIR); i++) {
        error = probe(sockets[i]);
        service->path = error == ENOENT || error == ENOTDIR ? NULL : sockets[i];
    }
    if (service->path == NULL)
        report_absent(service);
    else if (is_other_file(service->path))
        conclude(service, memory_format("%s should be the socket of the service, and is not a socket", service->path),
                 memory_format("'ls -l %s' shows what it is; as root, remove it, then systemctl restart "
                               "vmnet-helper.socket",
                               service->path));
    else if (!may_connect(service, account, error))
        report_denied(service, account, with_names);
    else if (error == ECONNREFUSED)
        report_silent(service);
    else if (error != 0 && error != EACCES)
        conclude(service,
                 memory_format("this process cannot connect to %s, the socket of the service: %s", service->path,
                               strerror(error)),
                 memory_copy("in a service, RestrictAddressFamilies= must have AF_UNIX"));
    else
        look_at_process(service, account);
}

void service_free(struct service *service)
{
    free(service->text);
    free(service->cure);
    *service = (struct service){.path = NULL};
}
