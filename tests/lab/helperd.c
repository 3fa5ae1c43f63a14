/* SPDX-License-Identifier: MIT
 *
 * See helperd.h.
 */
#define _GNU_SOURCE
#include "helperd.h"

#include "run.h"
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 60000
};

static bool is_listening(void)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = LAB_HELPERD_SOCKET};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        lab_die("socket");
    const bool connected = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return connected;
}

pid_t lab_helperd_listen(const char *program)
{
    static char *const environment[] = {NULL};
    const struct timespec pause = {.tv_nsec = 2000000};
    const long long deadline = lab_now_ms() + PATIENCE_MS;

    lab_command("mkdir -p /run/vmnet");
    fflush(NULL);
    const pid_t pid = fork();
    if (pid < 0)
        lab_die("fork");
    if (pid == 0) {
        if (syscall(SYS_close_range, 3, ~0U, 0) != 0) /* as from an init system: it closes none that it is given */
            lab_die("close_range");
        execle(program, "vmnet-helperd", "--listen", LAB_HELPERD_SOCKET, (char *)NULL, environment);
        lab_die(program);
    }
    while (!is_listening()) {
        int status;
        if (waitpid(pid, &status, WNOHANG) != 0 || lab_now_ms() > deadline)
            lab_die("vmnet-helperd does not listen");
        (void)nanosleep(&pause, NULL); /* as long as it lasts */
    }
    return pid;
}

int lab_helperd_end(pid_t pid)
{
    int status;

    if (kill(pid, SIGTERM) != 0)
        lab_die("kill");
    while (waitpid(pid, &status, 0) != pid)
        if (errno != EINTR)
            lab_die("waitpid");
    return status;
}
