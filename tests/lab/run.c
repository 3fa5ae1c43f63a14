/* SPDX-License-Identifier: MIT
 *
 * See run.h. Runs as root; between fork and exec, the child becomes the caller.
 */
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    DEADLINE_DEFAULT_MS = 300000,
    ARGUMENT_MAX = 64,
    EXEC_FD_LOWEST = 500, /* out of the way of every number that a test may want */
};

static const gid_t vmuser_groups[] = {4250};
const struct lab_caller lab_vmuser = {.uid = 4242, .gid = 4242, .groups = vmuser_groups, .group_count = 1};
const struct lab_caller lab_vmother = {.uid = 4243, .gid = 4243};
const struct lab_caller lab_root = {.uid = 0, .gid = 0};

void lab_die(const char *what)
{
    const int error = errno;

    fprintf(stderr, "lab: %s: %s\n", what, strerror(error));
    fflush(NULL);
    _exit(125);
}

void lab_limit_set(int socket_number, void *hook_data)
{
    const struct lab_limit *limit = hook_data;

    (void)socket_number; /* not at stake */
    if (setrlimit((unsigned)limit->resource, &limit->value) != 0)
        lab_die("setrlimit");
}

const char *lab_program_find(const char *variable)
{
    const char *path = getenv(variable);

    if (path == NULL || access(path, X_OK) != 0) {
        fprintf(stderr, "%s must name a program: it is '%s'\n", variable, path != NULL ? path : "");
        exit(EXIT_FAILURE);
    }
    return path;
}

long long lab_now_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        lab_die("clock_gettime");
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A fresh copy of template with every "{fd}" replaced. It lives until the child execs. */
static char *argument_expand(const char *template, int socket_number)
{
    char *text = NULL;
    size_t text_len = 0;
    FILE *out = open_memstream(&text, &text_len);

    if (out == NULL)
        lab_die("open_memstream");
    while (*template != '\0') {
        if (strncmp(template, "{fd}", 4) == 0) {
            fprintf(out, "%d", socket_number);
            template += 4;
        } else {
            fputc(*template ++, out);
        }
    }
    if (fclose(out) != 0)
        lab_die("open_memstream");
    return text;
}

/* Fill argv (ARGUMENT_MAX slots and one for the NULL). */
static void arguments_build(const struct lab_start *start, int socket_number, char **argv)
{
    const char *fd_argument = start->fd_argument != NULL ? start->fd_argument : "--fd={fd}";
    size_t count = 0;

    if (start->argv_empty) {
        argv[0] = NULL;
        return;
    }
    argv[count++] = strdup(start->argv0 != NULL ? start->argv0 : start->program);
    for (const char *const *argument = start->arguments; argument != NULL && *argument != NULL; argument++) {
        if (count + 1 >= ARGUMENT_MAX) {
            errno = E2BIG;
            lab_die("too many arguments");
        }
        argv[count++] = argument_expand(*argument, socket_number);
    }
    if (*fd_argument != '\0')
        argv[count++] = argument_expand(fd_argument, socket_number);
    argv[count] = NULL;
}

/* An array of copies: execve takes its strings as not const. They live until the child execs. */
static char **environment_build(const char *const *environment)
{
    size_t count = 0;

    while (environment != NULL && environment[count] != NULL)
        count++;
    char **copies = calloc(count + 1, sizeof *copies);
    if (copies == NULL)
        lab_die("calloc");
    for (size_t i = 0; i < count; i++)
        if ((copies[i] = strdup(environment[i])) == NULL)
            lab_die("strdup");
    return copies;
}

static void signals_reset(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL); /* refused for SIGKILL, SIGSTOP and libc's own: those are at their default */
    if (sigemptyset(&none) != 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0)
        lab_die("sigprocmask");
}

/* Leave 0 and 1 on /dev/null, 2 on stderr_fd, the socket on its number, exec_fd (close-on-exec); nothing else.
 * Returns exec_fd's new number. */
static int descriptors_arrange(int stderr_fd, int socket_fd, int socket_number, int exec_fd)
{
    const int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int stderr_high = fcntl(stderr_fd, F_DUPFD_CLOEXEC, EXEC_FD_LOWEST);
    const int socket_high = fcntl(socket_fd, F_DUPFD_CLOEXEC, EXEC_FD_LOWEST);
    const int exec_high = fcntl(exec_fd, F_DUPFD_CLOEXEC, EXEC_FD_LOWEST);

    if (null_fd < 0 || stderr_high < 0 || socket_high < 0 || exec_high < 0)
        lab_die("descriptors");
    if (dup2(null_fd, 0) < 0 || dup2(null_fd, 1) < 0 || dup2(stderr_high, 2) < 0)
        lab_die("dup2");
    if (syscall(SYS_close_range, 3, EXEC_FD_LOWEST - 1, 0) != 0 || dup2(socket_high, socket_number) < 0)
        lab_die("dup2 of the socket");
    close(stderr_high);
    close(socket_high);
    if (syscall(SYS_close_range, exec_high + 1, ~0U, 0) != 0)
        lab_die("close_range");
    return exec_high;
}

void lab_become(const struct lab_caller *caller)
{
    if (setgroups(caller->group_count, caller->groups) != 0)
        lab_die("setgroups");
    if (setresgid(caller->gid, caller->gid, caller->gid) != 0 || setresuid(caller->uid, caller->uid, caller->uid) != 0)
        lab_die("setresuid");
}

pid_t lab_hold(void (*begin)(const void *data), const void *data)
{
    int ready[2];
    char byte;

    if (pipe2(ready, O_CLOEXEC) != 0)
        lab_die("pipe2");
    const pid_t pid = fork();
    if (pid == 0) {
        begin(data);
        if (write(ready[1], "", 1) != 1)
            lab_die("the holder");
        for (;;)
            (void)pause(); /* until it is killed */
    }
    close(ready[1]);
    if (pid < 0 || read(ready[0], &byte, 1) != 1)
        lab_die("the holder");
    close(ready[0]);
    return pid;
}

static _Noreturn void child_exec(const struct lab_start *start, int stderr_fd, int socket_fd, int exec_fd)
{
    const int socket_number = start->socket_number != 0 ? start->socket_number : LAB_SOCKET_NUMBER;
    char *argv[ARGUMENT_MAX + 1];

    char **environment = environment_build(start->environment);
    arguments_build(start, socket_number, argv);
    signals_reset();
    exec_fd = descriptors_arrange(stderr_fd, socket_fd, socket_number, exec_fd);
    if (start->hook_as_root != NULL)
        start->hook_as_root(socket_number, start->hook_data);
    lab_become(start->caller);
    if (start->hook_as_caller != NULL)
        start->hook_as_caller(socket_number, start->hook_data);

    execve(start->program, argv, environment);
    const int error = errno;
    if (write(exec_fd, &error, sizeof error) != sizeof error)
        lab_die("execve");
    _exit(127);
}

void lab_spawn(const struct lab_start *start, struct lab_child *child)
{
    int stderr_pair[2], exec_pipe[2], socket_pair[2] = {-1, -1};

    /* Seqpacket keeps the borders of the writes. */
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, stderr_pair) != 0)
        lab_die("socketpair");
    if (pipe2(exec_pipe, O_CLOEXEC) != 0)
        lab_die("pipe2");
    if (start->socket == 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socket_pair) != 0)
        lab_die("socketpair");
    const int socket_fd = start->socket != 0 ? start->socket : socket_pair[1];

    fflush(NULL);
    *child = (struct lab_child){.stderr_fd = stderr_pair[0], .socket_fd = socket_pair[0], .exec_fd = exec_pipe[0]};
    child->deadline = lab_now_ms() + (start->deadline_ms != 0 ? start->deadline_ms : DEADLINE_DEFAULT_MS);
    child->pid = fork();
    if (child->pid < 0)
        lab_die("fork");
    if (child->pid == 0)
        child_exec(start, stderr_pair[1], socket_fd, exec_pipe[1]);

    child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    if (child->pidfd < 0)
        lab_die("pidfd_open");
    close(stderr_pair[1]);
    close(exec_pipe[1]);
    if (socket_pair[1] >= 0)
        close(socket_pair[1]);
}

/* Take one record of stderr, if there is one; false at its end or when there is none. */
static bool stderr_take(int fd, struct lab_result *result)
{
    const size_t room = LAB_STDERR_MAX - result->stderr_len;
    char overflow[1];
    ssize_t len;

    do
        len = room > 0 ? recv(fd, result->stderr_text + result->stderr_len, room, MSG_DONTWAIT)
                       : recv(fd, overflow, sizeof overflow, MSG_DONTWAIT);
    while (len < 0 && errno == EINTR);
    if (len <= 0)
        return false;
    result->stderr_write_count++;
    if (room > 0) {
        result->stderr_len += (size_t)len;
        result->stderr_text[result->stderr_len] = '\0';
    }
    return true;
}

/* Take one message of the helper, if there is one; false at the end or when there is none. */
static bool message_take(int fd, struct lab_result *result)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * LAB_FDS_MAX)];
    char bytes[64];
    struct iovec part = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t len;

    do
        len = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (len < 0 && errno == EINTR);
    if (len <= 0)
        return false;
    result->message_count++;
    result->byte_count += (size_t)len;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int received;
            memcpy(&received, CMSG_DATA(header) + i * sizeof received, sizeof received);
            if (result->fd_count++ == 0)
                result->tap_fd = received;
            else if (result->other_count < LAB_FDS_MAX)
                result->other_fds[result->other_count++] = received;
            else
                close(received);
        }
    }
    return true;
}

/* Read both channels until the child has ended; kill it at the deadline. */
static void child_watch(struct lab_child *child, struct lab_result *result)
{
    struct pollfd watched[] = {
        {.fd = child->stderr_fd, .events = POLLIN},
        {.fd = child->socket_fd, .events = POLLIN},
        {.fd = child->pidfd, .events = POLLIN},
    };

    while (!child->reaped) {
        const long long rest = child->deadline - lab_now_ms();
        const int count = poll(watched, 3, rest < 0 ? 0 : (int)rest);

        if (count < 0 && errno != EINTR)
            lab_die("poll");
        if (count == 0) {
            if (kill(child->pid, SIGKILL) != 0)
                lab_die("kill");
            result->timed_out = true;
            return;
        }
        if (count < 0)
            continue;
        if (watched[2].revents != 0)
            return;
        /* A channel that is at its end is not asked again: it would be ready for ever. */
        if (watched[0].revents != 0 && !stderr_take(child->stderr_fd, result))
            watched[0].fd = -1;
        if (watched[1].revents != 0 && !message_take(child->socket_fd, result))
            watched[1].fd = -1;
    }
}

void lab_collect(struct lab_child *child, struct lab_result *result)
{
    *result = (struct lab_result){.exit_code = -1, .tap_fd = -1};
    child_watch(child, result);
    while (!child->reaped) {
        if (wait4(child->pid, &child->wait_status, 0, &child->usage) == child->pid)
            child->reaped = true;
        else if (errno != EINTR)
            lab_die("wait4");
    }
    while (stderr_take(child->stderr_fd, result))
        ;
    while (child->socket_fd >= 0 && message_take(child->socket_fd, result))
        ;
    if (read(child->exec_fd, &result->exec_errno, sizeof result->exec_errno) != sizeof result->exec_errno)
        result->exec_errno = 0;
    if (WIFEXITED(child->wait_status))
        result->exit_code = WEXITSTATUS(child->wait_status);
    else
        result->term_signal = WTERMSIG(child->wait_status);
    result->usage = child->usage;
    result->call_count = child->call_count;

    close(child->stderr_fd);
    close(child->exec_fd);
    close(child->pidfd);
    if (child->socket_fd >= 0)
        close(child->socket_fd);
    child->stderr_fd = child->exec_fd = child->pidfd = child->socket_fd = -1;
}

void lab_run(const struct lab_start *start, struct lab_result *result)
{
    struct lab_child child;

    lab_spawn(start, &child);
    lab_collect(&child, result);
}

void lab_result_release(struct lab_result *result)
{
    if (result->tap_fd >= 0)
        close(result->tap_fd);
    result->tap_fd = -1;
    while (result->other_count > 0)
        close(result->other_fds[--result->other_count]);
}

bool lab_tap_identify(int tap_fd, char *name, unsigned *flags)
{
    struct ifreq request = {0};

    if (ioctl(tap_fd, TUNGETIFF, &request) != 0)
        return false;
    memcpy(name, request.ifr_name, IFNAMSIZ);
    *flags = (unsigned short)request.ifr_flags;
    return true;
}
