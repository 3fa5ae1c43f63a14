/* SPDX-License-Identifier: MIT */
/* Runs without any privilege. The descriptor passed is all that is left of what there was: unix(7), cmsg(3). */
#include "handover.h"

#include "message.h"

#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

void handover_send(int socket_fd, int tap_fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.space = {0}};
    char byte = 0; /* a message without a byte would carry no descriptor */
    struct iovec part = {.iov_base = &byte, .iov_len = sizeof byte};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};

    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof tap_fd);
    memcpy(CMSG_DATA(&control.header), &tap_fd, sizeof tap_fd);
    if (sendmsg(socket_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)sizeof byte)
        die(EX_OSERR, "cannot hand the tap over to QEMU: %m; QEMU may have ended");
    (void)close(tap_fd); /* a failure after the message would make QEMU refuse what it has just been given */
    (void)close(socket_fd);
}
