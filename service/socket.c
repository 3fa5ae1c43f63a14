/* SPDX-License-Identifier: MIT */
#include "socket.h"

#include <sys/socket.h>

int socket_option(int fd, int option)
{
    int value;
    socklen_t value_len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &value_len) == 0 ? value : -1;
}
