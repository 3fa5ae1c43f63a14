/* SPDX-License-Identifier: MIT */
#include "child.h"

#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

void __gcov_dump(void) __attribute__((weak));

enum {
    PATIENCE_S = 60 /* many times what any of them takes */
};

void child_run(int (*body)(const void *argument), const void *argument, struct child_result *result)
{
    int pair[2];
    int status;
    pid_t child;
    ssize_t len;

    *result = (struct child_result){.exit_code = -1};
    /* One datagram a write, so that the writes can be counted; and an end when the last writer is gone. */
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (dup2(pair[1], STDERR_FILENO) < 0 || close(pair[0]) != 0 || close(pair[1]) != 0)
            _exit(1);
        (void)alarm(PATIENCE_S); /* cannot fail */
        status = body(argument);
        if (__gcov_dump != NULL)
            __gcov_dump(); /* after _exit(2) nothing is counted */
        _exit(status);
    }
    assert_int_equal(close(pair[1]), 0);
    while ((len = recv(pair[0], result->stderr_text + result->stderr_len,
                       sizeof result->stderr_text - 1 - result->stderr_len, 0)) > 0) {
        result->writes_count++;
        result->stderr_len += (size_t)len;
    }
    assert_int_equal(len, 0);
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        fail_msg("the child did not end within %d s; it said '%s'", PATIENCE_S, result->stderr_text);
    if (WIFEXITED(status))
        result->exit_code = WEXITSTATUS(status);
    else
        result->signal = WTERMSIG(status);
}

void child_say(const char *file, int line, const char *what)
{
    (void)dprintf(STDERR_FILENO, "%s:%d: this does not hold: %s\n", file, line, what); /* the exit code tells too */
}

void child_assert_exit(const struct child_result *result, int exit_code, const char *text)
{
    if (result->exit_code != exit_code || strstr(result->stderr_text, text) == NULL)
        fail_msg("want exit code %d and '%s'; got %d, signal %d, '%s'", exit_code, text, result->exit_code,
                 result->signal, result->stderr_text);
}

void child_assert_died(const struct child_result *result, int exit_code, const char *text)
{
    child_assert_exit(result, exit_code, text);
    assert_int_equal(result->writes_count, 1);
    assert_ptr_equal(strchr(result->stderr_text, '\n'), result->stderr_text + result->stderr_len - 1);
    assert_int_equal(strncmp(result->stderr_text, "vmnet-helper: ", 14), 0);
}

void child_assert_died_of(const struct child_result *result, int exit_code, const char *text, int error)
{
    const char *place = strstr(text, "%m");
    char want[1024];

    if (place == NULL)
        (void)snprintf(want, sizeof want, "%s", text); /* always fits, here and below */
    else
        (void)snprintf(want, sizeof want, "%.*s%s%s", (int)(place - text), text, strerror(error), place + 2);
    child_assert_died(result, exit_code, want);
}
