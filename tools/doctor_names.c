/* SPDX-License-Identifier: MIT */
#include "doctor_names.h"

#include "message.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* In a process of its own: what is allocated here is never freed. */
static enum doctor_names look_up(const char *name)
{
    size_t size = 1024;
    struct passwd entry;
    struct passwd *found = NULL;
    char *strings;
    gid_t group;
    int groups_count = 1;
    int error;

    do {
        strings = malloc(size *= 2);
        if (strings == NULL)
            return DOCTOR_NAMES_FAILED;
        error = name != NULL ? getpwnam_r(name, &entry, strings, size, &found)
                             : getpwuid_r(getuid(), &entry, strings, size, &found);
    } while (error == ERANGE && size < 1024 * 1024);
    if (error != 0)
        return DOCTOR_NAMES_FAILED;
    if (found == NULL)
        return DOCTOR_NAMES_UNKNOWN;
    (void)getgrouplist(found->pw_name, found->pw_gid, &group, &groups_count); /* it only has to answer */
    return DOCTOR_NAMES_FOUND;
}

/* Wait until the other end of the pipe is closed. Returns false when that takes too long. */
static bool wait_for_end(int fd)
{
    struct pollfd pipe_end = {.fd = fd};
    struct timespec start;
    struct timespec now;
    int passed_ms = 0;
    int count;

    if (clock_gettime(CLOCK_MONOTONIC, &start) != 0)
        die(EX_OSERR, "cannot read the clock: %m");
    do {
        count = poll(&pipe_end, 1, DOCTOR_NAMES_MS - passed_ms);
        if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
            die(EX_OSERR, "cannot read the clock: %m");
        passed_ms = (int)((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000);
    } while (count < 0 && errno == EINTR && passed_ms < DOCTOR_NAMES_MS);
    return count > 0;
}

enum doctor_names doctor_names_probe(const char *name)
{
    int ends[2];
    bool is_in_time;
    int status;
    pid_t child;

    if (pipe(ends) != 0)
        die(EX_OSERR, "cannot make a pipe: %m");
    child = fork();
    if (child < 0)
        die(EX_OSERR, "cannot start a process: %m; a limit may be reached, see 'ulimit -u'");
    if (child == 0) {
        (void)close(ends[0]); /* it was never used */
        _exit((int)look_up(name));
    }
    (void)close(ends[1]); /* it was never used */
    is_in_time = wait_for_end(ends[0]);
    (void)close(ends[0]); /* nothing is read from it */
    if (!is_in_time)
        (void)kill(child, SIGKILL); /* it is not waited for yet, so it exists */
    while (waitpid(child, &status, 0) != child)
        if (errno != EINTR)
            return DOCTOR_NAMES_FAILED;
    if (!is_in_time)
        return DOCTOR_NAMES_LATE;
    return WIFEXITED(status) && WEXITSTATUS(status) <= DOCTOR_NAMES_FAILED ? (enum doctor_names)WEXITSTATUS(status)
                                                                           : DOCTOR_NAMES_FAILED;
}
