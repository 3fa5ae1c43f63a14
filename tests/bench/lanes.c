/* SPDX-License-Identifier: MIT */
/*
 * Starts in parallel lanes. The lanes are made first and wait, so that making them is not in the time.
 */
#define _GNU_SOURCE
#include "lanes.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "start.h"

/* Bytes on the report pipe, one from each lane. */
#define REPORT_READY 'r'
#define REPORT_DONE  'd'

static bool report(int fd, char byte)
{
    return write(fd, &byte, 1) == 1;
}

/* Whether every lane says `expected`. An end of file means that some have ended. */
static bool reports_wait(int fd, char expected)
{
    for (unsigned i = 0; i < LANES_COUNT; i++) {
        char byte;
        if (read(fd, &byte, 1) != 1 || byte != expected)
            return false;
    }
    return true;
}

/*
 * Taps stay open in this process; leaving it closes them, which the kernel finishes before the process can be
 * waited for.
 */
static int lane_run(const char *path, unsigned start_count, int report_fd, int go_fd, int hold_fd)
{
    struct start start;
    char byte;
    int tap_fd;

    if (!start_become_user() || !report(report_fd, REPORT_READY) || read(go_fd, &byte, 1) != 1)
        return 1;
    for (unsigned i = 0; i < start_count; i++) {
        if (!start_helper(path, &start, &tap_fd))
            return 1;
    }
    if (!report(report_fd, REPORT_DONE))
        return 1;
    return read(hold_fd, &byte, 1) == 0 ? 0 : 1;
}

/* Where an end of a pipe is kept open too long, its reader waits for ever: each lane closes what it does not use. */
static bool lanes_fork(struct lanes *lanes, const char *path, unsigned start_count, int reports[2], int go[2],
                       int hold[2])
{
    for (unsigned i = 0; i < LANES_COUNT; i++) {
        unsigned share = start_count * (i + 1) / LANES_COUNT - start_count * i / LANES_COUNT;

        lanes->pids[i] = fork();
        if (lanes->pids[i] < 0)
            return false;
        if (lanes->pids[i] == 0) {
            close(reports[0]);
            close(go[1]);
            close(hold[1]);
            _exit(lane_run(path, share, reports[1], go[0], hold[0]));
        }
    }
    return true;
}

bool lanes_begin(struct lanes *lanes, const char *path, unsigned start_count, double *wall_us)
{
    int reports[2], go[2], hold[2];
    char bytes[LANES_COUNT] = {0};

    memset(lanes, 0, sizeof *lanes);
    if (pipe2(reports, O_CLOEXEC) || pipe2(go, O_CLOEXEC) || pipe2(hold, O_CLOEXEC)) {
        perror("bench: pipe");
        return false;
    }
    bool ok = lanes_fork(lanes, path, start_count, reports, go, hold);
    close(reports[1]);
    close(go[0]);
    close(hold[0]);
    lanes->hold_fd = hold[1];

    ok = ok && reports_wait(reports[0], REPORT_READY);
    double begin = clock_us();
    ok = ok && write(go[1], bytes, sizeof bytes) == (ssize_t)sizeof bytes && reports_wait(reports[0], REPORT_DONE);
    *wall_us = clock_us() - begin;
    close(reports[0]);
    close(go[1]);

    if (!ok) {
        fprintf(stderr, "bench: %s: a lane has failed\n", path);
        (void)lanes_end(lanes); /* the failure is reported already */
    }
    return ok;
}

bool lanes_end(struct lanes *lanes)
{
    bool ok = true;

    close(lanes->hold_fd);
    for (unsigned i = 0; i < LANES_COUNT; i++) {
        int status;
        if (lanes->pids[i] > 0 && (waitpid(lanes->pids[i], &status, 0) != lanes->pids[i] || status != 0))
            ok = false;
    }
    if (!ok)
        fprintf(stderr, "bench: a lane did not end well\n");
    return ok;
}
