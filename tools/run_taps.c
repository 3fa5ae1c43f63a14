/* SPDX-License-Identifier: MIT */
#include "run_taps.h"

#include "memory.h"
#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* The same file, by a number that is none of stdin, stdout and stderr, which may have been closed. */
static int above_stderr(int fd)
{
    int above;

    if (fd > STDERR_FILENO)
        return fd;
    above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (above < 0)
        die(EX_OSERR, "cannot duplicate a descriptor: %m");
    (void)close(fd); /* another descriptor holds the file, so this cannot fail */
    return above;
}

/* Become the helper, as QEMU starts it. */
static noreturn void helper_exec(const char *helper, const char *bridge, unsigned queues, int socket)
{
    char *arguments[6];
    size_t count = 0;

    if (fcntl(socket, F_SETFD, 0) != 0)
        die(EX_OSERR, "cannot pass a socket to the helper: %m");
    arguments[count++] = memory_copy(helper);
    arguments[count++] = memory_copy("--use-vnet");
    if (queues > 1) /* only vmnet-helper knows this option */
        arguments[count++] = memory_format("--queues=%u", queues);
    arguments[count++] = memory_format("--fd=%d", socket);
    arguments[count++] = memory_format("--br=%s", bridge);
    arguments[count] = NULL;
    (void)execv(helper, arguments);
    die(EX_UNAVAILABLE, "cannot start the helper '%s': %m; 'vmnetctl doctor' looks for the cause", helper);
}

/* The descriptors that came with a message. Returns how many there are; only those that fit are stored. */
static size_t take_fds(struct msghdr *message, int fds[QUEUES_MAX])
{
    size_t count = 0;

    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
        size_t len = header->cmsg_len - CMSG_LEN(0);
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        if (len <= (QUEUES_MAX - count) * sizeof fds[0])
            memcpy(fds + count, CMSG_DATA(header), len);
        count += len / sizeof fds[0];
        if (count > QUEUES_MAX)
            break;
    }
    return count;
}

/* Wait for the message of the helper. Returns how many descriptors it has; 0 if the helper ends without one. */
static size_t receive(int socket, int fds[QUEUES_MAX])
{
    union {
        char bytes[CMSG_SPACE(QUEUES_MAX * sizeof(int))];
        struct cmsghdr aligned;
    } control;
    char byte;
    struct iovec iov = {.iov_base = &byte, .iov_len = sizeof byte};
    struct msghdr message = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t got;

    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno != ECONNRESET) /* this one: the helper has ended; its exit status says how */
        die(EX_OSERR, "cannot receive the descriptor of the tap: %m");
    if ((message.msg_flags & MSG_CTRUNC) != 0)
        die(EX_PROTOCOL, "the helper sent more descriptors than fit, or this process has too many open; see "
                         "RLIMIT_NOFILE in getrlimit(2)");
    return got > 0 ? take_fds(&message, fds) : 0;
}

/* Its own line on stderr says why it failed, and its exit status is ours. */
static void helper_require_success(const char *helper, pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            die(EX_OSERR, "cannot wait for the helper: %m");
    if (WIFSIGNALED(status))
        die(EX_UNAVAILABLE, "the helper '%s' was killed by signal %d (%s); try again", helper, WTERMSIG(status),
            strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0)
        exit(WEXITSTATUS(status));
}

/* Ask for the tap of one card. */
static void tap_open(const char *helper, const char *bridge, unsigned queues, int *fds)
{
    int received[QUEUES_MAX];
    int pair[2];
    size_t count;
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        die(EX_OSERR, "cannot make a socket for the helper: %m");
    pair[0] = above_stderr(pair[0]);
    pair[1] = above_stderr(pair[1]);
    pid = fork();
    if (pid < 0)
        die(EX_OSERR, "cannot start the helper: %m");
    if (pid == 0)
        helper_exec(helper, bridge, queues, pair[1]);
    (void)close(pair[1]); /* while it is open, recvmsg(2) does not see that the helper ends; this cannot fail */
    count = receive(pair[0], received);
    helper_require_success(helper, pid);
    if (count != queues)
        die(EX_PROTOCOL, "the helper '%s' sent %zu descriptors, not %u; is it vmnet-helper?", helper, count, queues);
    (void)close(pair[0]); /* it was only read, so this cannot lose data */
    for (size_t i = 0; i < count; i++)
        fds[i] = above_stderr(received[i]);
}

void taps_open(struct taps *taps, const char *helper)
{
    taps->fds = reallocarray(NULL, taps->cards_count * taps->queues, sizeof taps->fds[0]);
    if (taps->fds == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    for (size_t i = 0; i < taps->cards_count; i++)
        tap_open(helper, taps->cards[i].bridge, taps->queues, taps->fds + i * taps->queues);
}

void taps_inherit(const struct taps *taps)
{
    for (size_t i = 0; i < taps->cards_count * taps->queues; i++)
        if (fcntl(taps->fds[i], F_SETFD, 0) != 0)
            die(EX_OSERR, "cannot pass a tap to the command: %m");
}
