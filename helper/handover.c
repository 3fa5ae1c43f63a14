/* SPDX-License-Identifier: MIT */
/* Runs without any privilege; the descriptor that is passed is the only result of it. See unix(7), cmsg(3). */
#include "handover.h"

#include "message.h"
#include "request.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

static int socket_option(int fd, int option)
{
    int value;
    socklen_t value_len = sizeof value;

    if (getsockopt(fd, SOL_SOCKET, option, &value, &value_len) != 0)
        die(EX_USAGE,
            "descriptor %d is not a socket: %m; QEMU passes one with --fd, but sudo, flatpak-spawn and toolbox "
            "do not pass it on",
            fd);
    return value;
}

void handover_require_socket(int fd, int tun_fd)
{
    struct sockaddr_un peer;
    socklen_t peer_len = sizeof peer;

    if (fd == tun_fd) /* the caller cannot have meant what we opened */
        die(EX_USAGE, "descriptor %d is not open; QEMU passes an open socket with --fd", fd);
    if (socket_option(fd, SO_DOMAIN) != AF_UNIX || socket_option(fd, SO_TYPE) != SOCK_STREAM)
        die(EX_USAGE, "descriptor %d is not an AF_UNIX stream socket; QEMU passes one with --fd", fd);
    if (getpeername(fd, (struct sockaddr *)&peer, &peer_len) != 0)
        die(EX_USAGE, "descriptor %d is not connected: %m; QEMU passes a connected socket with --fd", fd);
}

void handover_send(int socket_fd, const int *fds, size_t count)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(QUEUES_MAX * sizeof(int))];
    } control = {.space = {0}};
    char byte = 0; /* a message without a byte would carry no descriptor */
    struct iovec part = {.iov_base = &byte, .iov_len = sizeof byte};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof *fds)};

    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = (socklen_t)CMSG_LEN(count * sizeof *fds);
    memcpy(CMSG_DATA(&control.header), fds, count * sizeof *fds);
    if (sendmsg(socket_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)sizeof byte)
        die(EX_OSERR, "cannot hand the tap over to QEMU: %m; QEMU may have ended");
    for (size_t i = 0; i < count; i++)
        (void)close(fds[i]); /* a failure after the message would make QEMU refuse what it has just been given */
    (void)close(socket_fd);
}
