/* SPDX-License-Identifier: MIT
 *
 * fdguest USER HELPER [ARGUMENT...] -- COMMAND [ARGUMENT...]: a guest without QEMU.
 *
 * As USER, start HELPER ARGUMENT... --fd=N and take the tap. Then make a network namespace that plays the guest: its
 * "eth0" is a second tap, and frames are carried between the two, as QEMU carries them between tap and virtual NIC.
 * COMMAND runs in that namespace as root, with TAP=<name on the host> in its environment. When it ends, the guest is
 * gone and its tap with it.
 *
 * Exit status: COMMAND's; or the helper's, with its stderr, when it delivered nothing; 125 for a fault of our own.
 */
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    GROUP_MAX = 64,
    FRAME_MAX = 65536 + 64
};

/* The caller that a login of USER would be. The groups are written to groups (GROUP_MAX). */
static struct lab_caller caller_lookup(const char *user, gid_t *groups)
{
    int count = GROUP_MAX;

    errno = ENOENT;
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL || getgrouplist(user, entry->pw_gid, groups, &count) < 0)
        lab_die(user);
    return (
        struct lab_caller){.uid = entry->pw_uid, .gid = entry->pw_gid, .groups = groups, .group_count = (size_t)count};
}

static void link_set_up(const char *name)
{
    struct ifreq request = {0};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(request.ifr_name, name, strlen(name) + 1);
    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0)
        lab_die(name);
    request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
    if (ioctl(fd, SIOCSIFFLAGS, &request) != 0)
        lab_die(name);
    close(fd);
}

static unsigned link_mtu_read(const char *name)
{
    struct ifreq request = {0};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(request.ifr_name, name, strlen(name) + 1);
    if (fd < 0 || ioctl(fd, SIOCGIFMTU, &request) != 0)
        lab_die(name);
    close(fd);
    return (unsigned)request.ifr_mtu;
}

/* Enter a fresh network namespace and make its eth0, with the header format and the MTU of the tap on the host. */
static int guest_make(unsigned tap_flags, unsigned mtu)
{
    struct ifreq request = {.ifr_name = "eth0"};

    if (unshare(CLONE_NEWNET) != 0)
        lab_die("unshare");
    const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    request.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | (tap_flags & IFF_VNET_HDR));
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0)
        lab_die("eth0");

    const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    request.ifr_mtu = (int)mtu;
    if (control < 0 || ioctl(control, SIOCSIFMTU, &request) != 0)
        lab_die("MTU of eth0");
    close(control);
    link_set_up("lo");
    link_set_up("eth0");
    return fd;
}

/* Carry frames both ways until killed. A frame that the other side does not take is lost, as on any wire. */
static _Noreturn void frames_carry(int host_fd, int guest_fd)
{
    static char frame[FRAME_MAX];
    struct pollfd ends[2] = {{.fd = host_fd, .events = POLLIN}, {.fd = guest_fd, .events = POLLIN}};

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        lab_die("prctl");
    for (;;) {
        if (poll(ends, 2, -1) < 0 && errno != EINTR)
            lab_die("poll");
        for (int i = 0; i < 2; i++) {
            if ((ends[i].revents & POLLIN) == 0)
                continue;
            const ssize_t len = read(ends[i].fd, frame, sizeof frame);
            if (len > 0 && write(ends[1 - i].fd, frame, (size_t)len) < 0 && errno == EBADFD)
                lab_die("the tap is gone");
        }
    }
}

static int command_run(char **command, int host_fd, int guest_fd)
{
    int status;
    const pid_t pump = fork();

    if (pump == 0)
        frames_carry(host_fd, guest_fd);
    const pid_t pid = pump < 0 ? -1 : fork();
    if (pid == 0) {
        execvp(command[0], command);
        lab_die(command[0]);
    }
    if (pid < 0)
        lab_die("fork");
    while (waitpid(pid, &status, 0) != pid)
        if (errno != EINTR)
            lab_die("waitpid");
    if (kill(pump, SIGKILL) != 0 || waitpid(pump, NULL, 0) != pump)
        lab_die("the carrier of frames");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    int separator = 3;
    char name[IFNAMSIZ];
    unsigned flags;
    gid_t groups[GROUP_MAX];
    static struct lab_result result;

    while (separator < argc && strcmp(argv[separator], "--") != 0)
        separator++;
    if (separator + 1 >= argc) {
        fprintf(stderr, "usage: fdguest USER HELPER [ARGUMENT...] -- COMMAND [ARGUMENT...]\n");
        return 125;
    }
    argv[separator] = NULL;
    const struct lab_caller caller = caller_lookup(argv[1], groups);
    const struct lab_start start = {.program = argv[2], .arguments = (const char *const *)argv + 3, .caller = &caller};
    lab_run(&start, &result);
    fputs(result.stderr_text, stderr);
    if (result.tap_fd < 0) {
        fprintf(stderr, "fdguest: no tap came; the helper ended with status %d, signal %d\n", result.exit_code,
                result.term_signal);
        return result.exit_code > 0 ? result.exit_code : 125;
    }
    if (!lab_tap_identify(result.tap_fd, name, &flags))
        lab_die("not a tap");
    if (setenv("TAP", name, 1) != 0)
        lab_die("setenv");
    const unsigned mtu = link_mtu_read(name);
    return command_run(argv + separator + 1, result.tap_fd, guest_make(flags, mtu));
}
