/* SPDX-License-Identifier: MIT
 *
 * See attack.h.
 */
#define _GNU_SOURCE
#include "attack.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Run as the caller; bit i says that attack i worked. */
static unsigned attacks_make(pid_t pid, int number)
{
    static const char *const leaves[] = {"fd", "maps", "mem", "environ"};
    unsigned worked = 0;
    char path[64];

    for (unsigned i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", pid, leaves[i]);
        const int fd = open(path, O_RDONLY | O_CLOEXEC | (i == 0 ? O_DIRECTORY : 0));
        char byte;
        /* mem is readable or not by its open; environ by its read */
        if (fd >= 0 && (i != 3 || read(fd, &byte, 1) >= 0))
            worked |= 1U << i;
    }
    const int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd >= 0 && syscall(SYS_pidfd_getfd, pidfd, number, 0) >= 0)
        worked |= 1U << 4;
    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0)
        worked |= 1U << 5;
    /* Dumpable or not, prlimit(2) asks only for the ids. */
    struct rlimit limit;
    if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) == 0 && prlimit(pid, RLIMIT_NOFILE, &limit, NULL) == 0)
        worked |= ATTACK_LIMITS;
    return worked;
}

unsigned attack_as(const struct lab_caller *caller, pid_t pid, int fd)
{
    int status;
    const pid_t attacker = fork();

    if (attacker == 0) {
        lab_become(caller);
        _exit((int)attacks_make(pid, fd));
    }
    if (attacker < 0 || waitpid(attacker, &status, 0) != attacker || !WIFEXITED(status))
        lab_die("attacker");
    return (unsigned)WEXITSTATUS(status);
}

bool attack_signal(const struct lab_caller *caller, pid_t pid, int number)
{
    int status;
    const pid_t sender = fork();

    if (sender == 0) {
        lab_become(caller);
        _exit(kill(pid, number) == 0 ? 0 : 1);
    }
    if (sender < 0 || waitpid(sender, &status, 0) != sender || !WIFEXITED(status) || WEXITSTATUS(status) > 1)
        lab_die("sender");
    return WEXITSTATUS(status) == 0;
}

void attack_stay(int socket_number, void *hook_data)
{
    (void)socket_number; /* not at stake */
    (void)hook_data;
    /* Where Yama forbids a user to trace other processes, this permits it; elsewhere it fails and is not needed. */
    (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
}
