/* SPDX-License-Identifier: MIT
 *
 * See helperd_test.h.
 */
#define _GNU_SOURCE
#include "helperd_test.h"

#include "witness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

enum {
    PATIENCE_MS = 60000
};

pid_t helperd_pid;

int helperd_world_setup(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    lab_program_install(lab_program_find("VMNET_HELPER"), HELPER_SETUID, 0, 0, 0755);
    return 0;
}

void helperd_start(void)
{
    helperd_pid = lab_helperd_listen(lab_program_find("VMNET_SERVICE"));
}

int helperd_setup(void **state)
{
    helperd_start();
    return helper_rules_reset(state);
}

static bool end(void)
{
    return lab_helperd_end(helperd_pid) == 0;
}

int helperd_teardown(void **state)
{
    (void)state;
    return end() ? 0 : -1;
}

void helperd_restart(void)
{
    assert_true(end());
    helperd_start();
}

void helperd_stop(void)
{
    int status;

    if (kill(helperd_pid, SIGSTOP) != 0 || waitpid(helperd_pid, &status, WUNTRACED) != helperd_pid)
        lab_die("SIGSTOP");
    assert_true(WIFSTOPPED(status));
}

void helperd_continue(void)
{
    if (kill(helperd_pid, SIGCONT) != 0)
        lab_die("SIGCONT");
}

static size_t children_read(pid_t *last)
{
    char path[64];
    size_t count = 0;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)helperd_pid, (int)helperd_pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        lab_die(path);
    while (fscanf(file, "%d", last) == 1)
        count++;
    fclose(file);
    return count;
}

size_t helperd_instances(void)
{
    pid_t last;

    return children_read(&last);
}

static void pause_until(long long end_ms, const char *what)
{
    const struct timespec pause = {.tv_nsec = 2000000};

    if (lab_now_ms() > end_ms)
        fail_msg("%s: not within a minute", what);
    (void)nanosleep(&pause, NULL); /* as long as it lasts */
}

void helperd_signal(int number)
{
    const long long end_ms = lab_now_ms() + PATIENCE_MS;
    struct witness_status status;

    if (kill(helperd_pid, number) != 0)
        lab_die("kill");
    while (witness_status_read(helperd_pid, &status) && (status.signals_pending & 1ULL << (number - 1)) != 0)
        pause_until(end_ms, "the signal is taken");
}

void helperd_instances_await(size_t count)
{
    const long long end_ms = lab_now_ms() + PATIENCE_MS;

    while (helperd_instances() != count)
        pause_until(end_ms, "instances");
}

pid_t helperd_instance_await(uid_t caller)
{
    const long long end_ms = lab_now_ms() + PATIENCE_MS;
    struct witness_status status;
    pid_t pid;

    while (children_read(&pid) != 1 || !witness_status_read(pid, &status) || status.uid[0] != caller ||
           status.no_new_privs != 1)
        pause_until(end_ms, "an instance that is the caller");
    return pid;
}
