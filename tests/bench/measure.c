/* SPDX-License-Identifier: MIT */
/*
 * Measure programs in turn, in a process of its own: it changes its user for good, and tracing must have no other
 * children.
 */
#define _GNU_SOURCE
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "start.h"
#include "trace.h"

struct measurement *measurement_new(void)
{
    void *memory = mmap(NULL, sizeof(struct measurement), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        perror("bench: mmap");
        return NULL;
    }
    return memory;
}

/*
 * What a program loads is warm for its successor if that loads the same: with a fixed order, the same one would
 * always gain.
 */
static void order_shuffle(size_t *order, size_t count)
{
    for (size_t i = count - 1; i > 0; i--) {
        size_t other = (size_t)random() % (i + 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}

static bool round_run(struct measurement *measurement, const struct program *programs, const size_t *order,
                      size_t count, size_t round)
{
    for (size_t i = 0; i < count; i++) {
        size_t program = order[i];
        struct start start;
        int tap_fd;

        if (!start_helper(programs[program].path, &start, &tap_fd) || !start_close_tap(tap_fd))
            return false;
        measurement->values[FIGURE_FD_US][program][round] = start.fd_us;
        measurement->values[FIGURE_EXIT_US][program][round] = start.exit_us;
        measurement->values[FIGURE_CPU_US][program][round] = start.cpu_us;
    }
    return true;
}

size_t measurement_count(enum figure figure, size_t round_count)
{
    bool is_traced = figure == FIGURE_PEAK_KIB || figure == FIGURE_CALLS;

    return is_traced && round_count > TRACES_MAX ? TRACES_MAX : round_count;
}

static bool programs_trace(struct measurement *measurement, const struct program *programs, size_t program_count,
                           size_t trace_count)
{
    for (size_t i = 0; i < trace_count * program_count; i++) {
        size_t run = i / program_count, program = i % program_count;
        struct trace trace;

        if (!trace_helper(programs[program].path, &trace))
            return false;
        measurement->values[FIGURE_PEAK_KIB][program][run] = trace.peak_kib;
        measurement->values[FIGURE_CALLS][program][run] = trace.calls;
    }
    return true;
}

static bool programs_run(struct measurement *measurement, const struct program *programs, size_t program_count,
                         size_t round_count, unsigned pause_ms)
{
    const struct timespec pause = {.tv_nsec = (long)pause_ms * 1000000};
    size_t order[PROGRAMS_MAX];

    for (size_t i = 0; i < program_count; i++)
        order[i] = i;
    if (!programs_trace(measurement, programs, program_count, measurement_count(FIGURE_CALLS, round_count)) ||
        !start_become_user())
        return false;

    srandom(1); /* the same orders in every run */
    for (size_t round = 0; round < round_count; round++) {
        order_shuffle(order, program_count);
        nanosleep(&pause, NULL);
        if (!round_run(measurement, programs, order, program_count, round))
            return false;
    }
    return true;
}

bool measure_programs(struct measurement *measurement, const struct program *programs, size_t program_count,
                      size_t round_count, unsigned pause_ms)
{
    int status;

    (void)fflush(NULL); /* or the child would write what is buffered once more; a failure shows at our own last flush */
    pid_t pid = fork();
    if (pid == 0)
        _exit(programs_run(measurement, programs, program_count, round_count, pause_ms) ? 0 : 1);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}
