/* SPDX-License-Identifier: MIT */
/*
 * Count the system calls of a helper and find its peak memory. Runs as root.
 *
 * Why not ru_maxrss: the kernel hands the peak of the memory that an exec replaces down to the new program, so that a
 * child of this process never shows less than this process has; and on a machine of several processors its counters
 * are off by some hundred KiB. So: memory shrinks by system calls only, therefore the peak is the largest of what
 * smaps_rollup, which walks the page tables, says at the entry of each call. One of the entries is that of
 * exit_group.
 */
#define _GNU_SOURCE
#include "trace.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "start.h"

/* The first byte of the answer to PTRACE_GET_SYSCALL_INFO; the two headers that define it cannot be had together. */
#define INFO_OP_ENTRY 1
#define INFO_LEN      128

#define OPTIONS                                                                                                        \
    (PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |       \
     PTRACE_O_TRACECLONE)

/* 0 when the process has no memory any more. */
static unsigned resident_kib(pid_t pid)
{
    char path[64], line[256];
    unsigned kib = 0;

    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    while (fgets(line, sizeof line, file) && sscanf(line, "Rss: %u kB", &kib) != 1)
        continue;
    fclose(file);
    return kib;
}

static void entry_count(pid_t pid, struct trace *trace)
{
    unsigned char info[INFO_LEN] = {0};

    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, info) < 1 || info[0] != INFO_OP_ENTRY)
        return;
    trace->calls++;
    unsigned kib = resident_kib(pid);
    if (kib > trace->peak_kib)
        trace->peak_kib = kib;
}

/* The signal to pass on to the process that has stopped; 0 when the stop was ptrace's own. */
static int stop_signal(int status)
{
    int signal_number = WSTOPSIG(status);

    if (signal_number == (SIGTRAP | 0x80) || signal_number == SIGTRAP || signal_number == SIGSTOP)
        return 0;
    return signal_number;
}

/* Follow the process and what it makes until all have ended. True when the first of them exited with 0. */
static bool follow(pid_t first, struct trace *trace)
{
    bool after_exec = false;
    int first_status = -1, status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
        if (pid < 0)
            continue;
        if (!WIFSTOPPED(status)) {
            if (pid == first)
                first_status = status;
            continue;
        }
        if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXEC << 8)))
            after_exec = true;
        else if (after_exec && WSTOPSIG(status) == (SIGTRAP | 0x80))
            entry_count(pid, trace);
        ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)stop_signal(status));
    }
    return first_status == 0;
}

static void child_run(const char *path, int fd)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0 && start_become_user())
        start_exec(path, fd);
    _exit(127);
}

/* Called in a process that has no other children. */
bool trace_helper(const char *path, struct trace *trace)
{
    int ends[2], status;
    bool ok = false;

    *trace = (struct trace){0};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
        perror("bench: socketpair");
        return false;
    }
    pid_t pid = fork();
    if (pid == 0)
        child_run(path, ends[1]);
    close(ends[1]);
    if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) &&
        ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(intptr_t)OPTIONS) == 0 &&
        ptrace(PTRACE_SYSCALL, pid, NULL, NULL) == 0)
        ok = follow(pid, trace);

    /* What it sent waits in the socket. */
    int tap_fd = ok ? start_receive_fd(ends[0]) : -1;
    close(ends[0]);
    ok = tap_fd >= 0 && start_close_tap(tap_fd) && trace->calls > 0 && trace->peak_kib > 0;
    if (!ok)
        fprintf(stderr, "bench: %s: does not work when traced\n", path);
    return ok;
}
