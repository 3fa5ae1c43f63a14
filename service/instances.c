/* SPDX-License-Identifier: MIT */
#include "instances.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILL_AGAIN_MS 1000

/* Every descriptor but the connection is closed on exec; no signal is blocked; there is no environment. */
static int spawn(pid_t *pid, int connection_fd)
{
    static char name[] = "vmnet-helperd";
    static char serve[] = "--serve";
    char *const arguments[] = {name, serve, NULL};
    char *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    int error = posix_spawn_file_actions_init(&actions);

    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        (void)sigemptyset(&none); /* cannot fail */
        error = posix_spawn_file_actions_adddup2(&actions, connection_fd, STDIN_FILENO);
        error = error != 0 ? error : posix_spawnattr_setsigmask(&attributes, &none);
        error = error != 0 ? error : posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        /* The file of this process: after an upgrade, this loop still starts instances of its own version. */
        error = error != 0 ? error : posix_spawn(pid, "/proc/self/exe", &actions, &attributes, arguments, environment);
        (void)posix_spawnattr_destroy(&attributes); /* cannot fail, as below */
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

bool instance_start(struct instances *instances, int connection_fd, uid_t uid, long long now_ms)
{
    struct instance *instance = &instances->list[instances->count];

    errno = spawn(&instance->pid, connection_fd);
    if (errno != 0)
        return false;
    instance->uid = uid;
    instance->end_ms = now_ms + INSTANCE_TIMEOUT_MS;
    instances->count++;
    return true;
}

bool instance_reap(struct instances *instances, uid_t *uid, int *status)
{
    pid_t pid;

    /* There may be other children: this process keeps those that it had before the exec. */
    while ((pid = waitpid(-1, status, WNOHANG)) > 0) {
        size_t i = 0;
        while (i < instances->count && instances->list[i].pid != pid)
            i++;
        if (i == instances->count)
            continue;
        *uid = instances->list[i].uid;
        instances->list[i] = instances->list[--instances->count];
        return true;
    }
    return false;
}

void instances_kill_late(struct instances *instances, long long now_ms)
{
    for (size_t i = 0; i < instances->count; i++) {
        struct instance *instance = &instances->list[i];
        if (now_ms < instance->end_ms)
            continue;
        (void)kill(instance->pid, SIGKILL); /* it has not been waited for, so the number is its own */
        instance->end_ms = now_ms + KILL_AGAIN_MS;
    }
}

long long instances_first_end(const struct instances *instances)
{
    long long first = LLONG_MAX;

    for (size_t i = 0; i < instances->count; i++)
        if (instances->list[i].end_ms < first)
            first = instances->list[i].end_ms;
    return first;
}
