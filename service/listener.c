/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include "message.h"
#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

/* While it is full, connect(2) waits. With a longer one, more of a flood comes before another user's connection. */
#define BACKLOG 64

/* accept(2) must not wait for a connection that has gone, and no instance may inherit the socket. */
static void set_flags(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        die(EX_OSERR, "cannot set up the listening socket: %m");
}

int listener_from_systemd(void)
{
    const char *pid = getenv("LISTEN_PID");
    const char *count = getenv("LISTEN_FDS");
    const int fd = STDERR_FILENO + 1; /* SD_LISTEN_FDS_START */
    char own[16];

    (void)snprintf(own, sizeof own, "%d", (int)getpid()); /* always fits */
    if (pid == NULL || count == NULL || strcmp(pid, own) != 0)
        return -1;
    if (strcmp(count, "1") != 0 || socket_option(fd, SO_DOMAIN) != AF_UNIX ||
        socket_option(fd, SO_TYPE) != SOCK_STREAM || socket_option(fd, SO_ACCEPTCONN) != 1)
        die(EX_USAGE, "systemd must pass one listening AF_UNIX stream socket; see ListenStream= and Accept=no in "
                      "vmnet-helper.socket");
    set_flags(fd);
    return fd;
}

/* Remove the socket of an earlier run that could not do so: one at which nobody listens. */
static void remove_stale(const struct sockaddr_un *address)
{
    struct stat file;
    int fd;

    if (lstat(address->sun_path, &file) != 0)
        return; /* there is none, or bind(2) says what is wrong */
    if (!S_ISSOCK(file.st_mode))
        die(EX_CANTCREAT, "'%s' exists and is not a socket; remove it, or choose another path", address->sun_path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        die(EX_OSERR, "cannot make a socket: %m");
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno != ECONNREFUSED)
        die(EX_TEMPFAIL, "another process listens at '%s'; stop it first", address->sun_path);
    (void)close(fd); /* never used: nothing to fail */
    if (unlink(address->sun_path) != 0)
        die(EX_CANTCREAT, "cannot remove '%s', at which nobody listens: %m", address->sun_path);
}

int listener_make(const char *path, mode_t mode)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (path[0] != '/' || strlen(path) >= sizeof address.sun_path)
        die(EX_USAGE, "'%s' is not an absolute path of at most %zu bytes", path, sizeof address.sun_path - 1);
    if (fd < 0)
        die(EX_OSERR, "cannot make a socket: %m");
    strcpy(address.sun_path, path); /* fits */
    remove_stale(&address);
    (void)umask(~mode & 0777); /* bind(2) makes the file with what is left of 777: it never has another mode */
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        die(EX_CANTCREAT, "cannot make the socket '%s': %m; its directory must exist", path);
    if (listen(fd, BACKLOG) != 0)
        die(EX_OSERR, "cannot listen at '%s': %m", path);
    set_flags(fd);
    return fd;
}
