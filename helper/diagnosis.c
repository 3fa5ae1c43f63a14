/* SPDX-License-Identifier: MIT */
/* Runs only in a helper that was installed or started in a way that cannot work, maybe as root without its powers. */
#include "diagnosis.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The beginning of a file in /proc, as a string; "" when it cannot be read. */
static void read_start(const char *path, char *text, size_t text_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, text_size - 1) : -1;

    text[len > 0 ? len : 0] = '\0';
    if (fd >= 0)
        (void)close(fd); /* only read from: nothing to fail */
}

/* user_namespaces(7): the initial one maps all ids to themselves. */
bool diagnosis_in_user_namespace(void)
{
    char map[64];
    unsigned inside;
    unsigned outside;
    unsigned count;

    read_start("/proc/self/uid_map", map, sizeof map);
    return map[0] == '\0' || sscanf(map, "%u %u %u", &inside, &outside, &count) != 3 || inside != 0 || outside != 0 ||
           count != 4294967295U;
}

/* A traced program gains nothing at exec, unless its tracer may do as much itself: ptrace(2), execve(2). */
static bool is_traced(void)
{
    char status[2048];
    const char *tracer;

    read_start("/proc/self/status", status, sizeof status);
    tracer = strstr(status, "\nTracerPid:\t");
    return tracer != NULL && strncmp(tracer, "\nTracerPid:\t0\n", 14) != 0;
}

const char diagnosis_user_namespace[] = "this is inside a user namespace, where a setuid program of the host gains "
                                        "nothing; start it outside of the container or sandbox";

const char *diagnosis_find(const char *program)
{
    struct stat file = {.st_mode = 0};
    struct statvfs file_system = {.f_flag = 0};
    bool has_capability = getxattr(program, "security.capability", NULL, 0) > 0;
    bool is_known = stat(program, &file) == 0 && statvfs(program, &file_system) == 0;

    if (geteuid() == 0)
        return "this is root without CAP_NET_ADMIN, as in a container or in a service with a capability bounding set; "
               "run it where root has CAP_NET_ADMIN";
    if (is_known && (file.st_mode & S_ISUID) == 0 && !has_capability)
        return "the program is not setuid root and has no file capability; 'vmnetctl doctor' shows what root can do";
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
        return "no_new_privs is set, so a setuid program gains nothing; start it without '-sandbox on', systemd's "
               "NoNewPrivileges=, flatpak or a container";
    if (diagnosis_in_user_namespace())
        return diagnosis_user_namespace;
    if (is_known && (file_system.f_flag & ST_NOSUID) != 0)
        return "the file system that the program is on is mounted nosuid; install it on another";
    if (is_known && file.st_uid != 0 && !has_capability)
        return "the program is setuid, but to a user other than root; as root, install it again";
    if (is_traced())
        return "the program is traced, so it gains nothing; run it without strace or a debugger";
    return "the kernel did not grant the program's setuid bit or file capability; see the section DIAGNOSTICS of "
           "vmnet-helper(8)";
}
