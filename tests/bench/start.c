/* SPDX-License-Identifier: MIT */
/*
 * Start a helper and measure it. Runs as the unprivileged user; the helper is setuid.
 *
 * The child is made with vfork, so that neither the size of this process nor a copy of its page tables is in the
 * figures.
 */
#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

/* How long an interface may take to go away after its last descriptor is closed. */
#define GONE_DEADLINE_US 10e6

bool start_become_user(void)
{
    if (setgroups(0, NULL) || setresgid(START_UID, START_UID, START_UID) ||
        setresuid(START_UID, START_UID, START_UID)) {
        perror("bench: cannot become the unprivileged user");
        return false;
    }
    return true;
}

/* Only system calls on memory that is already there: between vfork and exec, the parent's memory is ours. */
void start_exec(const char *path, int fd)
{
    char fd_argument[] = "--fd=000";
    char *const argv[] = {(char[]){"helper"}, (char[]){"--use-vnet"}, fd_argument, (char[]){"--br=" START_BRIDGE},
                          NULL};
    char *const envp[] = {(char[]){"PATH=/usr/bin:/bin"}, (char[]){"LANG=C.UTF-8"}, NULL};

    for (int digit = 7, rest = fd; digit >= 5; digit--, rest /= 10)
        fd_argument[digit] = (char)('0' + rest % 10);
    if (fd > 999 || fcntl(fd, F_SETFD, 0))
        return;
    execve(path, argv, envp);
}

static pid_t start_child(const char *path, int fd)
{
    pid_t pid = vfork();

    if (pid == 0) {
        start_exec(path, fd);
        _exit(127);
    }
    return pid;
}

int start_receive_fd(int socket_fd)
{
    char byte;
    struct iovec iov = {.iov_base = &byte, .iov_len = 1};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t len;
    int fd = -1;

    do {
        len = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
    } while (len < 0 && errno == EINTR);

    struct cmsghdr *header = len == 1 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

static double timeval_us(struct timeval value)
{
    return (double)value.tv_sec * 1e6 + (double)value.tv_usec;
}

bool start_helper(const char *path, struct start *start, int *tap_fd)
{
    int ends[2], status;
    struct rusage usage;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
        perror("bench: socketpair");
        return false;
    }

    double begin = clock_us();
    pid_t pid = start_child(path, ends[1]);
    close(ends[1]); /* so that a helper that fails is an end of file, not a wait for ever */
    *tap_fd = start_receive_fd(ends[0]);
    start->fd_us = clock_us() - begin;
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
        perror("bench: cannot start or wait for a helper");
        close(ends[0]);
        return false;
    }
    start->exit_us = clock_us() - begin;
    start->cpu_us = timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime);
    close(ends[0]);

    if (*tap_fd < 0 || status != 0) {
        fprintf(stderr, "bench: %s: %s descriptor, wait status 0x%x\n", path, *tap_fd < 0 ? "no" : "a", status);
        if (*tap_fd >= 0)
            close(*tap_fd);
        return false;
    }
    return true;
}

bool start_close_tap(int tap_fd)
{
    struct ifreq request = {0};
    int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool gone = false;

    if (probe < 0 || ioctl(tap_fd, TUNGETIFF, &request))
        perror("bench: cannot learn the tap's name");
    if (close(tap_fd))
        perror("bench: close");

    double deadline = clock_us() + GONE_DEADLINE_US;
    while (request.ifr_name[0] != '\0' && clock_us() < deadline) {
        gone = ioctl(probe, SIOCGIFINDEX, &request) != 0 && errno == ENODEV;
        if (gone)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    close(probe);
    if (!gone)
        fprintf(stderr, "bench: interface '%s' is still there after its descriptor was closed\n", request.ifr_name);
    return gone;
}
