/* SPDX-License-Identifier: MIT
 *
 * A module of the name service (nss(5)) that knows one group, "vmneedy", gid 4260, with the member vmuser. It needs all
 * that real ones may need: sockets to servers, connections to daemons, files everywhere, and memory for code. If
 * something of that is missing, it says that it is not available, as they do. To the C library, that is no error if a
 * later module says that there is no such group.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <nss.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define NAME   "vmneedy"
#define GID    4260

static bool can_open(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    return fd >= 0 && close(fd) == 0;
}

/* Sends one datagram, for which nobody need be there. */
static bool can_send(int family, const void *address, socklen_t address_len)
{
    const int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool is_sent = fd >= 0 && sendto(fd, "", 1, 0, address, address_len) == 1;

    if (fd >= 0)
        close(fd);
    return is_sent;
}

static bool can_send_everywhere(void)
{
    const in_port_t discard = htons(9);
    const struct sockaddr_in inet = {.sin_family = AF_INET,
                                     .sin_port = discard,
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6,
                                       .sin6_port = discard,
                                       .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const struct sockaddr_un log = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};

    return can_send(AF_INET, &inet, sizeof inet) && can_send(AF_INET6, &inet6, sizeof inet6) &&
           can_send(AF_UNIX, &log, sizeof log);
}

static bool can_map_code(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return memory != MAP_FAILED && mprotect(memory, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) == 0;
}

static bool has_all(void)
{
    return can_open("/proc/sys/kernel/ngroups_max") && can_open("/proc/self/status") && can_open("/dev/urandom") &&
           can_open("/home") && can_open("/tmp") && can_map_code() && can_send_everywhere();
}

static enum nss_status fill(struct group *group, char *buffer, size_t size, int *error)
{
    /* Borrowed, and never changed: the interface has no const. */
    static char name[] = NAME, password[] = "x", member[] = "vmuser";
    static char *members[] = {member, NULL};

    (void)buffer; /* not needed, and neither is its size */
    (void)size;
    if (!has_all()) {
        *error = ENOENT;
        return NSS_STATUS_UNAVAIL;
    }
    *group = (struct group){.gr_name = name, .gr_passwd = password, .gr_gid = GID, .gr_mem = members};
    return NSS_STATUS_SUCCESS;
}

EXPORT enum nss_status _nss_vmneedy_getgrnam_r(const char *name, struct group *group, char *buffer, size_t size,
                                               int *error);
EXPORT enum nss_status _nss_vmneedy_getgrgid_r(gid_t gid, struct group *group, char *buffer, size_t size, int *error);

enum nss_status _nss_vmneedy_getgrnam_r(const char *name, struct group *group, char *buffer, size_t size, int *error)
{
    return strcmp(name, NAME) == 0 ? fill(group, buffer, size, error) : NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_vmneedy_getgrgid_r(gid_t gid, struct group *group, char *buffer, size_t size, int *error)
{
    return gid == GID ? fill(group, buffer, size, error) : NSS_STATUS_NOTFOUND;
}
