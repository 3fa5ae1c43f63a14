/* SPDX-License-Identifier: MIT */
/*
 * Runs when the project is built, on the machine that builds it. Prints a seccomp filter for the target machine, as the
 * bytes of its program, which libseccomp writes in the target's byte order.
 *
 *     filter_generate helper|worker|offline_worker [ARCHITECTURE]
 *
 * ARCHITECTURE is a name that seccomp_arch_resolve_name(3) knows; without it, the target is this machine.
 */
#include <errno.h>
#include <linux/futex.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ALLOW(call, ...) check(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(call), __VA_ARGS__), #call)
#define KILL(call, ...)  check(seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(call), __VA_ARGS__), #call)
#define TRAP(call, ...)  check(seccomp_rule_add(filter, SCMP_ACT_TRAP, SCMP_SYS(call), __VA_ARGS__), #call)
/* The kernel looks at 32 bits of these arguments, so the filter does too. */
#define ARGUMENT_IS(number, value) SCMP_CMP(number, SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)(value))

static void check(int status, const char *what)
{
    if (status == 0)
        return;
    fprintf(stderr, "filter_generate: %s: %s\n", what, strerror(-status));
    exit(EXIT_FAILURE);
}

/* All that the helper does once it is locked in: create the tap, plug it in, hand it over, say how it went, end. */
static void add_helper_rules(scmp_filter_ctx filter)
{
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNSETIFF));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNGETIFF));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNSETOWNER)); /* this one and the next three: for several queues */
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNDETACHFILTER));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNSETFILTEREBPF));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNSETSTEERINGEBPF));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, SIOCGIFINDEX));
    ALLOW(socket, 3, ARGUMENT_IS(0, AF_NETLINK), ARGUMENT_IS(1, SOCK_RAW | SOCK_CLOEXEC),
          ARGUMENT_IS(2, NETLINK_ROUTE));
    ALLOW(sendmsg, 0);
    ALLOW(recvmsg, 0);
    ALLOW(capget, 0);
    ALLOW(capset, 0);
    ALLOW(write, 1, ARGUMENT_IS(0, STDERR_FILENO));
    ALLOW(setitimer, 1, ARGUMENT_IS(0, ITIMER_REAL)); /* the deadline ends */
    ALLOW(close, 0);
    ALLOW(exit_group, 0);
}

/*
 * A wait without a timeout for another thread of this process. It has no other, so it would wait for ever: a thread of
 * the program held a lock when this process was forked. SIGSYS, which the worker handles, ends it.
 */
static void add_deadlock_rules(scmp_filter_ctx filter)
{
    const uint32_t operations[] = {FUTEX_WAIT_PRIVATE, FUTEX_WAIT_BITSET_PRIVATE};
    const uint32_t mask = ~(uint32_t)FUTEX_CLOCK_REALTIME;

    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        TRAP(futex, 2, SCMP_CMP(1, SCMP_CMP_MASKED_EQ, mask, operations[i]), SCMP_CMP(3, SCMP_CMP_EQ, 0, 0));
        TRAP(futex_time64, 2, SCMP_CMP(1, SCMP_CMP_MASKED_EQ, mask, operations[i]), SCMP_CMP(3, SCMP_CMP_EQ, 0, 0));
    }
}

/*
 * The process that asks the name service runs modules that may use files, memory, sockets and locks. None of them needs
 * to start a program, to look into or act on other processes, to change what it is, or to become traceable.
 *
 * Nor may a module start a thread or a process. The caller can make that fail (RLIMIT_NPROC, pids.max of a cgroup), the
 * module then says that it is not available, the C library asks the next one, and a deny for a group that only the
 * first one knows would be lost. Refusing it always, by a kill, is a failure that no caller can turn on and off.
 */
static void add_worker_rules(scmp_filter_ctx filter)
{
    KILL(execve, 0);
    KILL(execveat, 0);
    KILL(ptrace, 0);
    KILL(process_vm_readv, 0);
    KILL(process_vm_writev, 0);
    KILL(process_madvise, 0);
    KILL(kcmp, 0);
    KILL(pidfd_getfd, 0);
    KILL(setuid, 0); /* if all its ids were equal, another process with these ids could lower its limits */
    KILL(setgid, 0);
    KILL(setreuid, 0);
    KILL(setregid, 0);
    KILL(setresuid, 0);
    KILL(setresgid, 0);
    KILL(setfsuid, 0);
    KILL(setfsgid, 0);
    KILL(setgroups, 0);
    KILL(setuid32, 0);
    KILL(setgid32, 0);
    KILL(setreuid32, 0);
    KILL(setregid32, 0);
    KILL(setresuid32, 0);
    KILL(setresgid32, 0);
    KILL(setfsuid32, 0);
    KILL(setfsgid32, 0);
    KILL(setgroups32, 0);
    KILL(setpgid, 0);
    KILL(setsid, 0);
    KILL(setns, 0);
    KILL(unshare, 0);
    KILL(fork, 0);
    KILL(vfork, 0);
    KILL(clone, 0);
    KILL(clone3, 0);
    KILL(mount, 0);
    KILL(mount_setattr, 0);
    KILL(move_mount, 0);
    KILL(open_tree, 0);
    KILL(fsopen, 0);
    KILL(fsmount, 0);
    KILL(fspick, 0);
    KILL(umount2, 0);
    KILL(pivot_root, 0);
    KILL(chroot, 0);
    KILL(bpf, 0);
    KILL(perf_event_open, 0);
    KILL(userfaultfd, 0);
    KILL(io_uring_setup, 0);
    KILL(add_key, 0);
    KILL(keyctl, 0);
    KILL(request_key, 0);
    KILL(prctl, 2, ARGUMENT_IS(0, PR_SET_DUMPABLE), SCMP_CMP(1, SCMP_CMP_NE, 0, 0));
    KILL(prlimit64, 1, SCMP_CMP(0, SCMP_CMP_NE, 0, 0)); /* of another process */
    KILL(ioctl, 1, ARGUMENT_IS(1, TUNSETIFF));
    add_deadlock_rules(filter);
}

/*
 * For where sockets of the internet protocols are forbidden, as by RestrictAddressFamilies= of a unit. A module that
 * gets an error for one says that it is not available, and again the next module would be asked instead: so it is
 * killed.
 */
static void add_offline_worker_rules(scmp_filter_ctx filter)
{
    add_worker_rules(filter);
    KILL(socket, 1, ARGUMENT_IS(0, AF_INET));
    KILL(socket, 1, ARGUMENT_IS(0, AF_INET6));
}

static const struct {
    const char *name;
    const char *array;  /* what its program is called */
    uint32_t otherwise; /* what becomes of a call without a rule */
    void (*add_rules)(scmp_filter_ctx filter);
} kinds[] = {
    {"helper", "filter_program", SCMP_ACT_KILL_PROCESS, add_helper_rules},
    {"worker", "worker_filter", SCMP_ACT_ALLOW, add_worker_rules},
    {"offline_worker", "offline_worker_filter", SCMP_ACT_ALLOW, add_offline_worker_rules},
};

static void print_program(FILE *program, const char *array)
{
    int byte;
    unsigned long count = 0;

    printf("#define FILTER_TUNSETIFF %luUL\n"
           "_Alignas(8) static const unsigned char %s[] = {",
           (unsigned long)TUNSETIFF, array);
    while ((byte = getc(program)) != EOF)
        printf("%s0x%02x,", count++ % 16 == 0 ? "\n    " : " ", (unsigned)byte);
    printf("\n};\n");
    if (ferror(program) || count == 0 || count % 8 != 0 || fflush(stdout) != 0)
        check(-EIO, "print the program");
}

static void generate(size_t kind, uint32_t target)
{
    scmp_filter_ctx filter = seccomp_init(kinds[kind].otherwise);
    FILE *program = tmpfile();

    if (filter == NULL || program == NULL)
        check(-ENOMEM, "begin a filter");
    if (target != seccomp_arch_native()) {
        /* In this order: one filter cannot be for machines of two byte orders. */
        check(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), "remove the native architecture");
        check(seccomp_arch_add(filter, target), "add the target's architecture");
    }
    check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "set the answer to others");
    /* A binary tree: the kernel runs the filter for every system call there is when it is installed. */
    check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "have a binary tree made");
    kinds[kind].add_rules(filter);
    check(seccomp_export_bpf(filter, fileno(program)), "export the filter");
    rewind(program);
    print_program(program, kinds[kind].array);
    seccomp_release(filter);
    check(fclose(program) == 0 ? 0 : -EIO, "close the program");
}

int main(int argc, char *argv[])
{
    uint32_t target = argc > 2 ? seccomp_arch_resolve_name(argv[2]) : seccomp_arch_native();

    for (size_t i = 0; target != 0 && argc > 1 && i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(argv[1], kinds[i].name) != 0)
            continue;
        generate(i, target);
        return EXIT_SUCCESS;
    }
    check(-EINVAL, "usage: filter_generate helper|worker|offline_worker [ARCHITECTURE]");
    return EXIT_FAILURE;
}
