/* SPDX-License-Identifier: MIT */
/* The socket that callers connect to. */
#pragma once

#include <sys/types.h>

/*
 * The socket that systemd passes (sd_listen_fds(3)); -1 if it has passed none. Ends the process if that is not a
 * listening AF_UNIX stream socket.
 */
int listener_from_systemd(void);

/*
 * Make a socket at an absolute path, with this mode and the group of this process, in place of one that no process
 * listens at. Says what is wrong and exits if that cannot be done.
 */
int listener_make(const char *path, mode_t mode);
