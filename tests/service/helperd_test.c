/* SPDX-License-Identifier: MIT
 *
 * See helperd_test.h.
 */
#define _GNU_SOURCE
#include "helperd_test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

pid_t helperd_pid;

int helperd_world_setup(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    lab_program_install(lab_program_find("VMNET_HELPER"), HELPER_SETUID, 0, 0, 0755);
    return 0;
}

static void start(void)
{
    helperd_pid = lab_helperd_listen(lab_program_find("VMNET_SERVICE"));
}

int helperd_setup(void **state)
{
    start();
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
    start();
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

size_t helperd_instances(void)
{
    char path[64];
    size_t count = 0;
    int pid;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)helperd_pid, (int)helperd_pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        lab_die(path);
    while (fscanf(file, "%d", &pid) == 1)
        count++;
    fclose(file);
    return count;
}
