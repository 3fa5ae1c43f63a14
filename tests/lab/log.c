/* SPDX-License-Identifier: MIT
 *
 * See log.h.
 */
#define _GNU_SOURCE
#include "log.h"

#include "run.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const struct sockaddr_un log_address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};

struct ucred lab_log_sender;

int lab_log_open(void)
{
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int on = 1;

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
        (unlink(log_address.sun_path) != 0 && errno != ENOENT) ||
        bind(fd, (const struct sockaddr *)&log_address, sizeof log_address) != 0 ||
        chmod(log_address.sun_path, 0666) != 0)
        lab_die("/dev/log");
    return fd;
}

bool lab_log_read(int log_fd, int wait_ms, char *record, size_t record_size, size_t *record_len)
{
    struct pollfd watched = {.fd = log_fd, .events = POLLIN};

    if (poll(&watched, 1, wait_ms) <= 0)
        return false;
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof lab_log_sender)];
    } control;
    struct iovec part = {.iov_base = record, .iov_len = record_size - 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    const ssize_t len = recvmsg(log_fd, &message, MSG_DONTWAIT);
    if (len < 0)
        return false;
    if (CMSG_FIRSTHDR(&message) == NULL || control.header.cmsg_type != SCM_CREDENTIALS)
        lab_die("/dev/log: no credentials");
    memcpy(&lab_log_sender, CMSG_DATA(&control.header), sizeof lab_log_sender);
    record[len] = '\0';
    *record_len = (size_t)len;
    return true;
}

size_t lab_log_fill(void)
{
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    size_t count = 0;

    if (fd < 0 || connect(fd, (const struct sockaddr *)&log_address, sizeof log_address) != 0)
        lab_die("/dev/log");
    while (send(fd, "<86>filler", 10, MSG_DONTWAIT) == 10)
        count++;
    close(fd);
    return count;
}

void lab_log_close(int log_fd)
{
    close(log_fd);
    (void)unlink(log_address.sun_path); /* a test may have removed it already */
}
