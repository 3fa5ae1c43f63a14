/* SPDX-License-Identifier: MIT */
/* Runs with full privilege, on what the caller prepared: nothing here may depend on it. */
#include "process.h"

#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

/* Else the next descriptor that we open would be what the C library takes for stderr. */
static void open_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        if (errno != EBADF || open("/dev/null", O_RDWR) != fd)
            die(EX_OSERR, "cannot open /dev/null as descriptor %d, which was closed: %m", fd);
    }
}

/* Exec keeps ignored signals and the mask. Only standard signals are reset: an ignored real-time one does no harm. */
static void reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number <= SIGSYS; number++)
        if (number != SIGKILL && number != SIGSTOP && sigaction(number, &action, NULL) != 0)
            die(EX_OSERR, "cannot reset signal %d: %m", number);
    action.sa_handler = SIG_IGN; /* if a reader has gone, write(2) fails with EPIPE, and we report that */
    if (sigaction(SIGPIPE, &action, NULL) != 0 || sigemptyset(&none) != 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0)
        die(EX_OSERR, "cannot reset the signals: %m");
}

/*
 * A caller could stop helpers, and continue them when the rules have long been changed. The signal that is pending then
 * is taken before anything else: all that the process can still do is this.
 */
static void end_late(int number)
{
    (void)number; /* SIGALRM */
    message_tell(EX_TEMPFAIL, "this start was stopped by its deadline of 10 seconds; try again");
    _exit(EX_TEMPFAIL);
}

static void set_deadline(void)
{
    const struct sigaction action = {.sa_handler = end_late};

    if (sigaction(SIGALRM, &action, NULL) != 0)
        die(EX_OSERR, "cannot set a deadline: %m");
    (void)alarm(10); /* cannot fail */
}

void process_end_deadline(void)
{
    static const struct itimerval none = {.it_value = {.tv_sec = 0}};

    (void)setitimer(ITIMER_REAL, &none, NULL); /* as alarm(0); cannot fail */
}

void process_make_sane(int argc)
{
    const struct rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};

    open_standard_descriptors();
    /* execve() with an empty argument list: before Linux 5.18 argv[1] is then the environment (CVE-2021-4034). */
    if (argc < 1)
        die(EX_USAGE, "called without argument 0; call it as QEMU does");
    if (clearenv() != 0)
        die(EX_OSERR, "cannot clear the environment: %m");
    (void)umask(077); /* cannot fail */
    reset_signals();
    set_deadline();
    if (setrlimit(RLIMIT_CORE, &no_core) != 0)
        die(EX_OSERR, "cannot forbid core files: %m");
    if (prctl(PR_SET_DUMPABLE, 0) != 0)
        die(EX_OSERR, "cannot make the process not dumpable: %m");
    if (chdir("/") != 0)
        die(EX_OSERR, "cannot change the working directory to /: %m");
}

void process_close_all_but(int fd, int other_fd)
{
    unsigned low = (unsigned)(fd < other_fd ? fd : other_fd);
    unsigned high = (unsigned)(fd < other_fd ? other_fd : fd);
    long status = 0; /* by number: musl has no close_range() */

    if (low > STDERR_FILENO + 1)
        status |= syscall(SYS_close_range, STDERR_FILENO + 1, low - 1, 0);
    if (high > low + 1)
        status |= syscall(SYS_close_range, low + 1, high - 1, 0);
    status |= syscall(SYS_close_range, high + 1, ~0U, 0);
    if (status != 0)
        die(EX_OSERR, "cannot close the descriptors that the caller left open: %m; this needs Linux 5.9 or later");
}
