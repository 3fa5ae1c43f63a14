/* SPDX-License-Identifier: MIT
 *
 * See holder.h.
 */
#define _GNU_SOURCE
#include "holder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whoever has uid 0 effective and changes it has no capability in effect until it is 0 again. */
static void effective_uid_set(uid_t uid)
{
    if (seteuid(uid) != 0)
        lab_die("seteuid");
}

bool holder_persist(int tap_fd, const struct lab_caller *caller)
{
    effective_uid_set(caller->uid);
    /* Some kernels let nobody without privilege attach to a tap that has no owner. */
    const bool is_done = ioctl(tap_fd, TUNSETOWNER, caller->uid) == 0 && ioctl(tap_fd, TUNSETPERSIST, 1) == 0;
    effective_uid_set(0);
    return is_done;
}

int holder_attach(const char *name, unsigned flags, const struct lab_caller *caller)
{
    struct ifreq request = {.ifr_flags = (short)(flags & ~(unsigned)IFF_PERSIST)};

    memcpy(request.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
    effective_uid_set(caller->uid);
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) != 0) {
        close(fd);
        fd = -1;
    }
    effective_uid_set(0);
    return fd;
}

static int reattach(int tap_fd, const struct lab_caller *caller)
{
    char name[IFNAMSIZ];
    unsigned flags;

    if (!lab_tap_identify(tap_fd, name, &flags) || !holder_persist(tap_fd, caller))
        return -1;
    close(tap_fd);
    const int fd = holder_attach(name, flags, caller);
    if (fd >= 0 && ioctl(fd, TUNSETPERSIST, 0) != 0)
        lab_die("TUNSETPERSIST");
    return fd;
}

static bool give_away(int tap_fd, const struct lab_caller *caller)
{
    effective_uid_set(caller->uid);
    const bool is_done = ioctl(tap_fd, TUNSETOWNER, lab_vmother.uid) == 0;
    effective_uid_set(0);
    return is_done;
}

/* The kernel's answer to "move this link into my network namespace", 0 for yes. */
static int move_here(int netlink_fd, int index)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
        struct nlattr attribute;
        uint32_t pid;
    } request = {
        .header = {.nlmsg_len = sizeof request, .nlmsg_type = RTM_SETLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
        .link = {.ifi_index = index},
        .attribute = {.nla_len = sizeof request.attribute + sizeof request.pid, .nla_type = IFLA_NET_NS_PID},
        .pid = (uint32_t)getpid(),
    };
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char rest[256];
    } answer = {.header = {.nlmsg_type = 0}};

    if (send(netlink_fd, &request, sizeof request, 0) != sizeof request ||
        recv(netlink_fd, &answer, sizeof answer, 0) < (ssize_t)(sizeof answer.header + sizeof answer.error) ||
        answer.header.nlmsg_type != NLMSG_ERROR)
        lab_die("netlink");
    return -answer.error.error;
}

/* In a child. With the socket of the first namespace, and with one of the new, where the user has all capabilities. */
static _Noreturn void mover_run(int index, const struct lab_caller *caller)
{
    const int old_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (old_fd < 0)
        lab_die("the mover");
    lab_become(caller);
    bool has_moved = move_here(old_fd, index) == 0;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) { /* where users may have namespaces */
        const int new_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        if (new_fd < 0)
            lab_die("socket");
        has_moved = move_here(old_fd, index) == 0 || has_moved;
        has_moved = move_here(new_fd, index) == 0 || has_moved;
    }
    _exit(has_moved);
}

/* True when it cannot be done. */
static bool move_fails(int tap_fd, const struct lab_caller *caller)
{
    char name[IFNAMSIZ];
    unsigned flags;
    int status;

    if (!lab_tap_identify(tap_fd, name, &flags))
        lab_die("TUNGETIFF");
    const int index = (int)if_nametoindex(name);
    const pid_t mover = fork();
    if (mover == 0)
        mover_run(index, caller);
    if (index == 0 || mover < 0 || waitpid(mover, &status, 0) != mover)
        lab_die("the mover");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int holder_act(int tap_fd, enum holder_deed deed, const struct lab_caller *caller)
{
    switch (deed) {
    case HOLDER_REATTACHES:
        return reattach(tap_fd, caller);
    case HOLDER_GIVES_AWAY:
        return give_away(tap_fd, caller) ? tap_fd : -1;
    case HOLDER_MOVES:
        return move_fails(tap_fd, caller) ? tap_fd : -1;
    case HOLDER_HOLDS:
    case HOLDER_DEED_COUNT: /* is no deed */
        break;
    }
    return tap_fd;
}
