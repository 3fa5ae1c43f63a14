/* SPDX-License-Identifier: MIT
 *
 * See witness.h. Reads /proc as root.
 */
#define _GNU_SOURCE
#include "witness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static const uint64_t net_admin = UINT64_C(1) << CAP_NET_ADMIN;

static void line_take(const char *line, struct witness_status *status)
{
    const struct {
        const char *key;
        uint64_t *value;
    } masks[] = {
        {"CapInh:", &status->cap_inheritable}, {"CapPrm:", &status->cap_permitted},
        {"CapEff:", &status->cap_effective},   {"CapBnd:", &status->cap_bounding},
        {"CapAmb:", &status->cap_ambient},     {"SigBlk:", &status->signals_blocked},
        {"SigIgn:", &status->signals_ignored}, {"SigCgt:", &status->signals_caught},
        {"ShdPnd:", &status->signals_pending},
    };
    const char *rest = strchr(line, ':');

    if (rest == NULL)
        return;
    rest++;
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++)
        if (strncmp(line, masks[i].key, strlen(masks[i].key)) == 0)
            *masks[i].value = strtoull(rest, NULL, 16);
    if (strncmp(line, "Uid:", 4) == 0)
        (void)sscanf(rest, "%u %u %u %u", &status->uid[0], &status->uid[1], &status->uid[2], &status->uid[3]);
    else if (strncmp(line, "Gid:", 4) == 0)
        (void)sscanf(rest, "%u %u %u %u", &status->gid[0], &status->gid[1], &status->gid[2], &status->gid[3]);
    else if (strncmp(line, "NoNewPrivs:", 11) == 0)
        status->no_new_privs = (unsigned)strtoul(rest, NULL, 10);
    else if (strncmp(line, "Seccomp:", 8) == 0)
        status->seccomp = (unsigned)strtoul(rest, NULL, 10);
    else if (strncmp(line, "Groups:", 7) == 0)
        for (char *end; status->group_count < WITNESS_GROUP_MAX; rest = end) {
            const gid_t group = (gid_t)strtoul(rest, &end, 10);
            if (end == rest)
                break;
            status->groups[status->group_count++] = group;
        }
}

bool witness_status_read(pid_t pid, struct witness_status *status)
{
    char path[64], line[1024];
    struct stat about;

    *status = (struct witness_status){0};
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    while (fgets(line, sizeof line, file) != NULL)
        line_take(line, status);
    fclose(file);
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    if (stat(path, &about) != 0)
        return false;
    status->proc_owner = about.st_uid;
    return true;
}

size_t witness_fds_read(pid_t pid, int numbers[WITNESS_FD_MAX])
{
    char path[64];
    const struct dirent *entry;
    size_t count = 0;

    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *dir = opendir(path);
    if (dir == NULL)
        lab_die(path);
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (count < WITNESS_FD_MAX)
            numbers[count] = atoi(entry->d_name);
        count++;
    }
    closedir(dir);
    return count;
}

__attribute__((format(printf, 3, 4))) static void fault_note(struct witness *witness, const struct lab_stop *stop,
                                                             const char *format, ...)
{
    va_list values;
    char what[160];

    if (witness->fault[0] != '\0')
        return;
    va_start(values, format);
    vsnprintf(what, sizeof what, format, values);
    va_end(values);
    snprintf(witness->fault, sizeof witness->fault, "call %u (number %ld, %s): %s", stop->ordinal, stop->number,
             stop->at_entry ? "entry" : "exit", what);
}

/* The saved ids are those of the process that looks up names; a start by file capability cannot have them. */
static bool ids_are_the_callers(const struct witness_status *status, const struct witness *witness)
{
    const struct lab_caller *caller = witness->caller;

    for (int i = 0; i < 4; i++)
        if (status->uid[i] != (i == 2 && !witness->has_file_capability ? 65534 : caller->uid) ||
            status->gid[i] != (i == 2 && !witness->has_file_capability ? 65534 : caller->gid))
            return false;
    if (status->group_count != caller->group_count)
        return false;
    for (size_t i = 0; i < caller->group_count; i++)
        if (status->groups[i] != caller->groups[i])
            return false;
    return true;
}

/* What holds from the end of phase 4 to the end of the process. */
static void after_drop_check(struct witness *witness, const struct lab_stop *stop, const struct witness_status *status)
{
    if (!ids_are_the_callers(status, witness))
        fault_note(witness, stop, "ids are no longer the caller's");
    if (status->no_new_privs != 1)
        fault_note(witness, stop, "no_new_privs is not set");
    if ((status->cap_permitted & ~net_admin) != 0)
        fault_note(witness, stop, "permitted capabilities %llx", (unsigned long long)status->cap_permitted);
    if (status->cap_effective == 0)
        return;
    switch (stop->number) {
    case SYS_capset:
    case SYS_capget: /* reads back that it is gone */
    case SYS_socket:
    case SYS_bind:
    case SYS_ioctl:
    case SYS_sendmsg:
    case SYS_sendto:
    case SYS_recvmsg:
    case SYS_recvfrom:
    case SYS_close:     /* of the netlink socket, before the capability goes */
    case SYS_setitimer: /* one of these failed: the deadline ends, and then the last words */
    case SYS_write:
    case SYS_exit_group:
        break;
    default:
        fault_note(witness, stop, "capabilities are effective: %llx", (unsigned long long)status->cap_effective);
    }
}

/* What holds at the calls that use the privilege. */
static void privileged_call_check(struct witness *witness, const struct lab_stop *stop,
                                  const struct witness_status *status)
{
    if (!witness->dropped)
        fault_note(witness, stop, "the privilege was not dropped first");
    if (status->seccomp != 2)
        fault_note(witness, stop, "no seccomp filter");
    /* Not less either, or the kernel would refuse the call: a grant shows that it did not. */
    if (((status->cap_permitted | status->cap_effective) & ~net_admin) != 0)
        fault_note(witness, stop, "capabilities: permitted %llx, effective %llx",
                   (unsigned long long)status->cap_permitted, (unsigned long long)status->cap_effective);
    if (status->cap_inheritable != 0 || status->cap_ambient != 0)
        fault_note(witness, stop, "inheritable or ambient capabilities");
    if (status->proc_owner != 0)
        fault_note(witness, stop, "dumpable: /proc/PID is owned by %u", status->proc_owner);
    /* SIGPIPE is ignored; SIGALRM, the deadline, ends the process. */
    if (status->signals_blocked != 0 || status->signals_caught != 1ULL << (SIGALRM - 1) ||
        status->signals_ignored != 1ULL << (SIGPIPE - 1))
        fault_note(witness, stop, "signals blocked %llx, caught %llx, ignored %llx",
                   (unsigned long long)status->signals_blocked, (unsigned long long)status->signals_caught,
                   (unsigned long long)status->signals_ignored);
}

static void path_check(struct witness *witness, const struct lab_stop *stop, uint64_t address)
{
    char path[256];

    if (!lab_string_read(stop->pid, address, path, sizeof path))
        return; /* the kernel will refuse it just so */
    if (witness->locked)
        fault_note(witness, stop, "open of %s after the filter", path);
    /* By its whole path, or directory by directory. */
    if (strstr(path, "bridge.conf") != NULL)
        witness->rules_opened = true;
    if (!witness->dropped && strstr(path, "qemu") != NULL)
        fault_note(witness, stop, "%s is opened before the privilege is dropped", path);
}

static void entry_check(struct witness *witness, const struct lab_stop *stop, const struct witness_status *status)
{
    switch (stop->number) {
    case SYS_execve:
    case SYS_execveat:
        fault_note(witness, stop, "exec");
        break;
#ifdef SYS_fork
    case SYS_fork:
    case SYS_vfork:
#endif
    case SYS_clone:
    case SYS_clone3:
        if (!witness->may_fork || witness->fork_count++ > 0 || !witness->dropped || witness->locked)
            fault_note(witness, stop, "a new process");
        break;
#ifdef SYS_open
    case SYS_open:
        path_check(witness, stop, stop->args[0]);
        break;
#endif
    case SYS_openat:
    case SYS_openat2:
        path_check(witness, stop, stop->args[1]);
        break;
    case SYS_socket:
        if (stop->args[0] == AF_NETLINK)
            witness->netlink_count++;
        else if (witness->locked)
            fault_note(witness, stop, "a socket of family %d after the filter", (int)stop->args[0]);
        break;
    case SYS_ioctl:
        if (stop->args[1] == TUNSETIFF || stop->args[1] == TUNSETOWNER) {
            witness->plugged = true;
            privileged_call_check(witness, stop, status);
        }
        break;
    case SYS_sendmsg:
        if ((int)stop->args[0] == witness->socket_number) {
            witness->handed_over = true;
            if (status->cap_permitted != 0 || status->cap_effective != 0)
                fault_note(witness, stop, "handed over with capabilities");
        }
        break;
    default:
        break;
    }
}

static void exit_check(struct witness *witness, const struct lab_stop *stop, const struct witness_status *status)
{
    /* Root stays root: there, the drop is told by its capabilities. */
    if (!witness->dropped && status->no_new_privs == 1 && ids_are_the_callers(status, witness) &&
        (status->cap_permitted & ~net_admin) == 0 && status->cap_effective == 0)
        witness->dropped = true;
    if (status->seccomp == 2)
        witness->locked = true;
    if (stop->value == -EPERM && (stop->number == SYS_setresuid || stop->number == SYS_setuid ||
                                  stop->number == SYS_setreuid || stop->number == SYS_setfsuid))
        witness->tried_root = true;
}

enum lab_action witness_visit(const struct lab_stop *stop, void *visit_data)
{
    struct witness *witness = visit_data;
    struct witness_status status;

    if (!witness_status_read(stop->pid, &status))
        return LAB_GO;
    if (!stop->at_entry)
        exit_check(witness, stop, &status);
    if (witness->dropped)
        after_drop_check(witness, stop, &status);
    if (stop->at_entry)
        entry_check(witness, stop, &status);
    if (stop->at_entry && stop->number == SYS_prctl && stop->args[0] == PR_SET_DUMPABLE && stop->args[1] == 0)
        witness->undumpable_after_drop = ids_are_the_callers(&status, witness);
    return LAB_GO;
}

bool witness_changes_privilege(long number)
{
    return number == SYS_setresuid || number == SYS_setresgid || number == SYS_setuid || number == SYS_setgid ||
           number == SYS_setgroups || number == SYS_capset || number == SYS_prctl;
}
