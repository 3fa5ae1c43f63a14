/* SPDX-License-Identifier: MIT */
/*
 * Runs as root with the caller's effective ids: the caller may look at the namespaces of his process, and root without
 * CAP_SYS_PTRACE may not (PTRACE_MODE_READ_FSCREDS, ptrace(2)). See pidfd_open(2), ioctl_pidfd(2), ioctl_nsfs(2),
 * namespaces(7), and SO_PEERPIDFD in net/core/sock.c.
 */
#include "peer.h"

#include "caller.h"
#include "message.h"
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

/* Of Linux 6.5 and 6.11; older headers lack them. */
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif
#define PIDFD_GET_NET  _IO(0xFF, 4)
#define PIDFD_GET_USER _IO(0xFF, 9)

enum {
    NET,
    USER,
    KINDS
};

static const struct {
    unsigned of_pidfd;
    const char *name;
} kinds[KINDS] = {[NET] = {PIDFD_GET_NET, "net"}, [USER] = {PIDFD_GET_USER, "user"}};

void peer_tell_refused(void)
{
    message_tell(EX_NOPERM,
                 "cannot tell whose user namespace the client is in: its uid is a subordinate id, or it is not "
                 "dumpable, has capabilities, or has more than one uid or gid; have vmnet-helper ask, as the "
                 "user that the namespace belongs to");
}

/* Has the process ended? EINVAL is of getsockopt(2) before Linux 6.16, and ENOENT of a path in /proc. */
static bool is_ended(int error)
{
    return error == ESRCH || error == EINVAL || error == ENOENT;
}

/* errno is about the client, unless the machine has run out of something, which passes. */
static noreturn void refuse(void)
{
    if (errno == ENOMEM || errno == EMFILE || errno == ENFILE)
        die(EX_TEMPFAIL, "cannot look at the caller's namespaces: %m; try again");
    if (is_ended(errno)) /* perhaps killed by its user: no reason to refuse the uid for a while, as below */
        die(EX_NOPERM, "the process that asks has ended");
    peer_tell_refused();
    _exit(PEER_EXIT_REFUSED);
}

/* The process at the other end. Before Linux 6.5, the one that has its number now: SECURITY.md says what that means. */
static int open_process(int connection_fd, pid_t *pid)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    int pidfd;

    if (getsockopt(connection_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        refuse();
    *pid = peer.pid;
    len = sizeof pidfd;
    if (getsockopt(connection_fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len) == 0)
        return pidfd;
    if (errno != ENOPROTOOPT)
        refuse();
    pidfd = (int)syscall(SYS_pidfd_open, peer.pid, 0);
    if (pidfd < 0)
        refuse();
    return pidfd;
}

/* Before Linux 6.11: by the process's number, which is its own as long as it has not ended. */
static int open_by_number(int pidfd, pid_t pid, const char *name)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    char path[64];
    int fd;

    (void)snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, name); /* always fits */
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && poll(&end, 1, 0) != 0) {
        (void)close(fd); /* only opened: nothing to fail */
        errno = ESRCH;
        return -1;
    }
    return fd;
}

/* The caller's namespaces. */
static void open_namespaces(const struct caller *caller, int connection_fd, int fds[KINDS])
{
    pid_t pid;
    int pidfd;

    root_borrow_ids(caller);
    pidfd = open_process(connection_fd, &pid);
    for (size_t i = 0; i < KINDS; i++) {
        fds[i] = ioctl(pidfd, kinds[i].of_pidfd, 0);
        if (fds[i] < 0 && (errno == ENOTTY || errno == EINVAL))
            fds[i] = open_by_number(pidfd, pid, kinds[i].name);
        if (fds[i] < 0)
            refuse();
    }
    (void)close(pidfd);
    root_return_ids();
}

#define OUR_NET  "/proc/self/ns/net"
#define OUR_USER "/proc/self/ns/user"

static bool is_same(const struct stat *file, const struct stat *other)
{
    return file->st_dev == other->st_dev && file->st_ino == other->st_ino;
}

static bool is_ours(int fd, const char *path)
{
    struct stat theirs;
    struct stat ours;

    if (fstat(fd, &theirs) != 0 || stat(path, &ours) != 0)
        die(EX_OSERR, "cannot look at %s: %m", path);
    return is_same(&theirs, &ours);
}

/*
 * Return if each user namespace from the caller's up to ours belongs to his uid. A user with subordinate ids,
 * subuid(5), can run processes with thousands of uids in a namespace that belongs to his own uid. A process with such a
 * uid can make a further one, which belongs to that uid: so it is not enough to look at the first.
 */
static void require_own(int fd, const struct caller *caller)
{
    uid_t owner;
    int parent;

    while (!is_ours(fd, OUR_USER)) {
        errno = 0;
        if (ioctl(fd, NS_GET_OWNER_UID, &owner) != 0 || owner != caller->uid)
            refuse();
        parent = ioctl(fd, NS_GET_PARENT);
        if (parent < 0)
            refuse();
        (void)close(fd); /* only opened: nothing to fail, here and below */
        fd = parent;
    }
    (void)close(fd);
}

void peer_require_user_namespace(struct caller *caller, int connection_fd)
{
    int fds[KINDS];

    open_namespaces(caller, connection_fd, fds);
    caller->is_elsewhere = !is_ours(fds[NET], OUR_NET);
    (void)close(fds[NET]);
    require_own(fds[USER], caller);
}

/* If the process has ended and another one has its number, that has this uid, too: else stat(2) would fail. */
bool peer_is_local(const struct ucred *peer)
{
    struct stat theirs;
    struct stat ours;
    char path[64];
    int status;

    (void)snprintf(path, sizeof path, "/proc/%d/ns/user", (int)peer->pid); /* always fits */
    root_borrow_file_ids(peer->uid, peer->gid);
    status = stat(path, &theirs);
    root_return_file_ids();
    return status == 0 && stat(OUR_USER, &ours) == 0 && is_same(&theirs, &ours);
}
