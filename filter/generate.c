/* SPDX-License-Identifier: MIT */
/*
 * Runs when the project is built, on the machine that builds it. Prints a seccomp filter for the target machine, as the
 * bytes of its program, which libseccomp writes in the target's byte order.
 *
 *     filter_generate helper|worker|offline_worker OBJECT [ARCHITECTURE]
 *
 * OBJECT is constants.c, compiled for the target. ARCHITECTURE is a name that seccomp_arch_resolve_name(3) knows, for a
 * target that architecture.h does not know.
 */
#include "constants.h"

#include <errno.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALLOW(call, ...) check(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(call), __VA_ARGS__), #call)
#define KILL(call, ...)  check(seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(call), __VA_ARGS__), #call)
#define TRAP(call, ...)  check(seccomp_rule_add(filter, SCMP_ACT_TRAP, SCMP_SYS(call), __VA_ARGS__), #call)
/* The number that the target has for the constant called NAME. */
#define OF_TARGET(name) constants[INDEX_OF_##name]
/* The kernel looks at 32 bits of these arguments, so the filter does too. */
#define ARGUMENT_IS(number, name) SCMP_CMP(number, SCMP_CMP_MASKED_EQ, UINT32_MAX, OF_TARGET(name))

static uint32_t constants[CONSTANT_COUNT];

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("filter_generate: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    exit(EXIT_FAILURE);
}

static void check(int status, const char *what)
{
    if (status != 0)
        die("%s: %s", what, strerror(-status));
}

static void constants_take(const struct constants *found, const char *path)
{
#define CONSTANT_NAME(name) #name,
    static const char *const names[] = {CONSTANTS(CONSTANT_NAME)};

    for (size_t i = 0; i < CONSTANT_COUNT; i++) {
        const unsigned char *value = found->of[i].value;
        if (strncmp(found->of[i].name, names[i], sizeof found->of[i].name) != 0)
            die("%s: its constant %zu is not %s; build it anew", path, i, names[i]);
        constants[i] = (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];
    }
}

/* The object file has the target's format, which is not known here: so it is searched for the mark. */
static void constants_read(const char *path)
{
    static unsigned char bytes[1 << 20];
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        die("%s: %s", path, strerror(errno));
    size_t count = fread(bytes, 1, sizeof bytes, file);
    if (ferror(file) || fclose(file) != 0)
        die("%s: cannot read it", path);
    for (size_t at = 0; at + sizeof(struct constants) <= count; at++)
        if (memcmp(bytes + at, CONSTANTS_MARK, sizeof CONSTANTS_MARK) == 0) {
            constants_take((const struct constants *)(const void *)(bytes + at), path);
            return;
        }
    die("%s: it has no constants; it must be filter/constants.c, compiled for the target without LTO", path);
}

/*
 * Where socketcall(2) exists (i386, s390x, powerpc, mips o32), libseccomp adds to each rule for a socket call one for
 * socketcall(2), with the same comparisons. But the second argument of socketcall(2) is a pointer to the arguments of
 * the socket call: a pointer with the right bits would allow a socket of any family. The helper never makes a socket
 * that way, and this rule, which comes before the others, forbids it. It kills the thread, and the helper has no other:
 * libseccomp takes no rule with the action of the default, which kills the process.
 */
static void forbid_socketcall_socket(scmp_filter_ctx filter, uint32_t target)
{
    const unsigned call_socket = 1; /* SYS_SOCKET in linux/net.h */

    if (seccomp_syscall_resolve_name_arch(target, "socketcall") >= 0)
        check(seccomp_rule_add(filter, SCMP_ACT_KILL_THREAD, SCMP_SYS(socketcall), 1,
                               SCMP_CMP(0, SCMP_CMP_EQ, call_socket, 0)),
              "socketcall");
}

/* All that the helper does once it is locked in: create the tap, plug it in, hand it over, say how it went, end. */
static void add_helper_rules(scmp_filter_ctx filter, uint32_t target)
{
    forbid_socketcall_socket(filter, target);
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNSETIFF));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNGETIFF));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNSETOWNER)); /* this one and the next three: for several queues */
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNDETACHFILTER));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNSETFILTEREBPF));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, TUNSETSTEERINGEBPF));
    ALLOW(ioctl, 1, ARGUMENT_IS(1, SIOCGIFINDEX));
    ALLOW(socket, 3, ARGUMENT_IS(0, AF_NETLINK), ARGUMENT_IS(1, SOCK_RAW_CLOEXEC), ARGUMENT_IS(2, NETLINK_ROUTE));
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
    const uint32_t operations[] = {OF_TARGET(FUTEX_WAIT_PRIVATE), OF_TARGET(FUTEX_WAIT_BITSET_PRIVATE)};
    const uint32_t mask = ~OF_TARGET(FUTEX_CLOCK_REALTIME);

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
static void add_worker_rules(scmp_filter_ctx filter, uint32_t target)
{
    (void)target;
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
    KILL(umount, 0); /* the old call of some architectures */
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
 * killed. Where the C library uses socketcall(2), whose family no filter can see, each socket is killed for: there, no
 * name can be looked up.
 */
static void add_offline_worker_rules(scmp_filter_ctx filter, uint32_t target)
{
    add_worker_rules(filter, target);
    KILL(socket, 1, ARGUMENT_IS(0, AF_INET));
    KILL(socket, 1, ARGUMENT_IS(0, AF_INET6));
}

static const struct {
    const char *name;
    const char *array;  /* what its program is called */
    uint32_t otherwise; /* what becomes of a call without a rule */
    void (*add_rules)(scmp_filter_ctx filter, uint32_t target);
} kinds[] = {
    {"helper", "filter_program", SCMP_ACT_KILL_PROCESS, add_helper_rules},
    {"worker", "worker_filter", SCMP_ACT_ALLOW, add_worker_rules},
    {"offline_worker", "offline_worker_filter", SCMP_ACT_ALLOW, add_offline_worker_rules},
};

static void print_program(FILE *program, const char *array)
{
    int byte;
    unsigned long count = 0;

    printf("#include \"architecture.h\"\n"
           "_Static_assert(TARGET_ARCHITECTURE == 0x%xU, \"this seccomp filter was made for another architecture\");\n"
           "#define FILTER_TUNSETIFF 0x%xU\n"
           "_Alignas(8) static const unsigned char %s[] = {",
           (unsigned)OF_TARGET(TARGET_ARCHITECTURE), (unsigned)OF_TARGET(TUNSETIFF), array);
    while ((byte = getc(program)) != EOF)
        printf("%s0x%02x,", count++ % 16 == 0 ? "\n    " : " ", (unsigned)byte);
    printf("\n};\n");
    if (ferror(program) || count == 0 || count % 8 != 0 || fflush(stdout) != 0)
        check(-EIO, "print the program");
}

static void generate(size_t kind, uint32_t target)
{
    scmp_filter_ctx filter = seccomp_init(kinds[kind].otherwise);
    const int fd = memfd_create("filter", MFD_CLOEXEC); /* not tmpfile(), for which /tmp may not be writable */
    FILE *program = fd >= 0 ? fdopen(fd, "w+b") : NULL;

    if (filter == NULL || program == NULL)
        check(-ENOMEM, "begin a filter");
    if (target != seccomp_arch_native()) {
        /* In this order: one filter cannot be for machines of two byte orders. */
        check(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), "remove the native architecture");
        if (seccomp_arch_add(filter, target) != 0)
            die("the building machine's libseccomp %u.%u.%u does not know the target's architecture, 0x%x; build with a "
                "newer one",
                seccomp_version()->major, seccomp_version()->minor, seccomp_version()->micro, (unsigned)target);
    }
    check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "set the answer to others");
    /* A binary tree: the kernel runs the filter for every system call there is when it is installed. */
    check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "have a binary tree made");
    kinds[kind].add_rules(filter, target);
    check(seccomp_export_bpf(filter, fd), "export the filter");
    rewind(program);
    print_program(program, kinds[kind].array);
    seccomp_release(filter);
    check(fclose(program) == 0 ? 0 : -EIO, "close the program");
}

/* architecture.h knows the target from the compiler. The name counts only for a target that it does not know. */
static uint32_t find_target(const char *name)
{
    const uint32_t target = OF_TARGET(TARGET_ARCHITECTURE);
    const uint32_t named = name != NULL ? seccomp_arch_resolve_name(name) : target;

    if (named == 0 && name != NULL)
        die("libseccomp knows no architecture '%s'; see seccomp_arch_resolve_name(3) for VMNET_FILTER_ARCH", name);
    if (named == 0)
        die("filter/architecture.h does not know the compiler's target; set VMNET_FILTER_ARCH to its name, as "
            "seccomp_arch_resolve_name(3) has it");
    if (target != 0 && named != target)
        die("VMNET_FILTER_ARCH is '%s', 0x%x, but the compiler makes programs for 0x%x; do not set it", name,
            (unsigned)named, (unsigned)target);
    return named;
}

int main(int argc, char *argv[])
{
    if (argc != 3 && argc != 4)
        die("usage: filter_generate helper|worker|offline_worker OBJECT [ARCHITECTURE]");
    constants_read(argv[2]);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(argv[1], kinds[i].name) == 0) {
            generate(i, find_target(argv[3]));
            return EXIT_SUCCESS;
        }
    die("there is no filter '%s'", argv[1]);
}
