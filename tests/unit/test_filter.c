/* SPDX-License-Identifier: MIT */
/* The seccomp filter, as installed: each call that is allowed, and many that are not. Each in a child of its own. */
#include "child.h"
#include "filter.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/if_tun.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

/* One system call, by number. */
struct call {
    const char *name;
    long number;
    unsigned long arguments[6];
};

#define POINTER(pointer) ((unsigned long)(uintptr_t)(pointer))

static char path[] = "/proc/self/exe";
static char *const no_arguments[] = {path, NULL};
static struct msghdr message;
static struct iovec part = {.iov_base = path, .iov_len = 1};
#ifdef SYS_socketcall
static unsigned long message_arguments[] = {(unsigned long)-1, POINTER(&message), 0};
static unsigned long socket_arguments[] = {AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE};
#endif
static struct __user_cap_header_struct cap_header = {.version = _LINUX_CAPABILITY_VERSION_3};
static struct __user_cap_data_struct cap_data[2];

static void lock_in(void)
{
    CHILD_CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    filter_install();
}

static int make_call(const void *argument)
{
    const struct call *call = argument;
    const unsigned long *arguments = call->arguments;

    lock_in();
    (void)syscall(call->number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    (void)syscall(SYS_exit_group, 42); /* not _exit(), for which a sanitizer does more */
    return 43;
}

static int load_nothing(const void *unused)
{
    (void)unused;
    lock_in();
    (void)syscall(SYS_exit_group, 0);
    return 1;
}

static void test_filter_allowed_calls_go_through(void **state)
{
    static const struct call rows[] = {
        {"create a tap", SYS_ioctl, {(unsigned long)-1, TUNSETIFF}},
#if ULONG_MAX > UINT32_MAX /* the kernel takes 32 bits of it, and so must the filter */
        {"create a tap, high bits", SYS_ioctl, {(unsigned long)-1, 0x100000000UL | TUNSETIFF}},
#endif
        {"name of a tap", SYS_ioctl, {(unsigned long)-1, TUNGETIFF}},
        {"owner of a tap", SYS_ioctl, {(unsigned long)-1, TUNSETOWNER, 0}},
        {"filter of a tap", SYS_ioctl, {(unsigned long)-1, TUNDETACHFILTER}},
        {"eBPF filter of a tap", SYS_ioctl, {(unsigned long)-1, TUNSETFILTEREBPF}},
        {"eBPF program that selects a queue", SYS_ioctl, {(unsigned long)-1, TUNSETSTEERINGEBPF}},
        {"index of a link", SYS_ioctl, {(unsigned long)-1, SIOCGIFINDEX}},
        {"netlink socket", SYS_socket, {AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE}},
        {"send", SYS_sendmsg, {(unsigned long)-1, POINTER(&message)}},
        {"receive", SYS_recvmsg, {(unsigned long)-1, POINTER(&message)}},
#ifdef SYS_socketcall /* as the C library does there */
        {"send by socketcall", SYS_socketcall, {SYS_SENDMSG, POINTER(message_arguments)}},
        {"receive by socketcall", SYS_socketcall, {SYS_RECVMSG, POINTER(message_arguments)}},
#endif
        {"read the capabilities", SYS_capget, {POINTER(&cap_header), POINTER(cap_data)}},
        {"set the capabilities", SYS_capset, {POINTER(&cap_header), POINTER(cap_data)}},
        {"write to stderr", SYS_write, {STDERR_FILENO, POINTER(path), 0}},
        {"close", SYS_close, {(unsigned long)-1}},
        {"exit", SYS_exit_group, {42}},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        print_message("  %s\n", rows[i].name);
        child_run(make_call, &rows[i], &result);
        child_assert_exit(&result, 42, "");
    }
}

static void test_filter_other_calls_kill(void **state)
{
    static const struct call rows[] = {
        {"other ioctl: persistence", SYS_ioctl, {(unsigned long)-1, TUNSETPERSIST, 1}},
        {"other ioctl: group", SYS_ioctl, {(unsigned long)-1, TUNSETGROUP, 0}},
        {"other ioctl: filter", SYS_ioctl, {(unsigned long)-1, TUNATTACHFILTER, POINTER(path)}},
        {"other ioctl: queue", SYS_ioctl, {(unsigned long)-1, TUNSETQUEUE, POINTER(path)}},
        {"other ioctl: number beside", SYS_ioctl, {(unsigned long)-1, TUNSETIFF + 1}},
        {"other ioctl: flags of a link", SYS_ioctl, {(unsigned long)-1, SIOCSIFFLAGS, 0}},
        {"other ioctl: name of a link", SYS_ioctl, {(unsigned long)-1, SIOCSIFNAME, 0}},
        {"other ioctl: terminal input", SYS_ioctl, {0, TIOCSTI, POINTER(path)}},
        {"socket: unix", SYS_socket, {AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0}},
        {"socket: internet", SYS_socket, {AF_INET, SOCK_RAW | SOCK_CLOEXEC, 0}},
        {"socket: packet", SYS_socket, {AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0}},
        {"socket: other netlink family", SYS_socket, {AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER}},
        {"socket: other netlink type", SYS_socket, {AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_ROUTE}},
        {"socket: kept over exec", SYS_socket, {AF_NETLINK, SOCK_RAW, NETLINK_ROUTE}},
#ifdef SYS_socketcall
        {"socketcall: socket", SYS_socketcall, {SYS_SOCKET, POINTER(socket_arguments)}},
        {"socketcall: socket, as if the pointer were a type", SYS_socketcall, {SYS_SOCKET, SOCK_RAW | SOCK_CLOEXEC, 0}},
        {"socketcall: bind", SYS_socketcall, {SYS_BIND, POINTER(message_arguments)}},
        {"socketcall: sendto", SYS_socketcall, {SYS_SENDTO, POINTER(message_arguments)}},
#endif
        {"write to stdout", SYS_write, {STDOUT_FILENO, POINTER(path), 0}},
        {"write to stdin", SYS_write, {STDIN_FILENO, POINTER(path), 0}},
        {"write to the first of ours", SYS_write, {3, POINTER(path), 0}},
        {"write to -1", SYS_write, {(unsigned long)-1, POINTER(path), 0}},
        {"writev to stderr", SYS_writev, {STDERR_FILENO, POINTER(&part), 1}},
        {"pwrite64", SYS_pwrite64, {STDERR_FILENO, POINTER(path), 1, 0}},
        {"read", SYS_read, {0, POINTER(path), 0}},
        {"openat", SYS_openat, {(unsigned long)AT_FDCWD, POINTER(path), O_RDONLY}},
        {"openat2", SYS_openat2, {(unsigned long)AT_FDCWD, POINTER(path), 0, 0}},
        {"execve", SYS_execve, {POINTER(path), POINTER(no_arguments), POINTER(no_arguments)}},
        {"execveat", SYS_execveat, {(unsigned long)AT_FDCWD, POINTER(path), POINTER(no_arguments), 0, 0}},
        {"clone", SYS_clone, {SIGCHLD}},
        {"clone3", SYS_clone3, {0, 0}},
#ifdef SYS_mmap2
        {"mmap2", SYS_mmap2, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, (unsigned long)-1, 0}},
#endif
#ifdef SYS_mmap
        {"mmap", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, (unsigned long)-1, 0}},
#endif
        {"mprotect", SYS_mprotect, {0, 4096, PROT_READ | PROT_EXEC}},
        {"munmap", SYS_munmap, {0, 0}},
        {"brk", SYS_brk, {0}},
        {"sendto", SYS_sendto, {(unsigned long)-1, POINTER(path), 1, 0, 0, 0}},
        {"sendmmsg", SYS_sendmmsg, {(unsigned long)-1, 0, 0, 0}},
        {"recvfrom", SYS_recvfrom, {(unsigned long)-1, POINTER(path), 1, 0, 0, 0}},
        {"connect", SYS_connect, {(unsigned long)-1, 0, 0}},
        {"bind", SYS_bind, {(unsigned long)-1, 0, 0}},
        {"setsockopt", SYS_setsockopt, {(unsigned long)-1, 0, 0, 0, 0}},
        {"dup", SYS_dup, {0}},
        {"fcntl", SYS_fcntl, {0, F_GETFD}},
        {"close_range", SYS_close_range, {100, 100, 0}},
        {"getpid", SYS_getpid, {0}},
        {"getuid", SYS_getuid, {0}},
        {"setuid", SYS_setuid, {0}},
        {"setresuid", SYS_setresuid, {0, 0, 0}},
        {"setgroups", SYS_setgroups, {0, 0}},
        {"prctl", SYS_prctl, {PR_SET_DUMPABLE, 1}},
        {"seccomp", SYS_seccomp, {0, 0, 0}},
        {"unshare", SYS_unshare, {CLONE_NEWUSER}},
        {"setns", SYS_setns, {(unsigned long)-1, 0}},
        {"mount", SYS_mount, {0, 0, 0, 0, 0}},
        {"ptrace", SYS_ptrace, {0, 0, 0, 0}},
        {"process_vm_writev", SYS_process_vm_writev, {0, 0, 0, 0, 0, 0}},
        {"kill", SYS_kill, {0, 0}},
        {"rt_sigaction", SYS_rt_sigaction, {SIGSYS, 0, 0, 8}},
        {"rt_sigreturn", SYS_rt_sigreturn, {0}},
        {"bpf", SYS_bpf, {0, 0, 0}},
        {"io_uring_setup", SYS_io_uring_setup, {1, 0}},
        {"userfaultfd", SYS_userfaultfd, {0}},
        {"pidfd_getfd", SYS_pidfd_getfd, {0, 0, 0}},
        {"exit of one thread", SYS_exit, {42}},
        {"no such call", 0x3fffffff, {0}},
#ifdef __x86_64__
        {"open", SYS_open, {POINTER(path), O_RDONLY}},
        {"fork", SYS_fork, {0}},
        {"vfork", SYS_vfork, {0}},
        /* The 32-bit ABI on 64 bits has numbers of its own: an allowed call must not come by one. */
        {"x32: close", 0x40000000 | SYS_close, {(unsigned long)-1}},
        {"x32: write", 0x40000000 | SYS_write, {STDERR_FILENO, POINTER(path), 0}},
        {"x32: ioctl", 0x40000000 | 514, {(unsigned long)-1, TUNSETIFF}},
        {"x32: exit_group", 0x40000000 | SYS_exit_group, {42}},
#endif
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        child_run(make_call, &rows[i], &result);
        if (result.signal != SIGSYS)
            fail_msg("%s: exit code %d, signal %d: %s", rows[i].name, result.exit_code, result.signal,
                     result.stderr_text);
    }
}

#ifdef __x86_64__
/* close(-1) by the way in that 32-bit programs use: 6 is close() there, and lstat() here. */
static int call_by_interrupt(const void *is_locked_in)
{
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    long result;

    /* A sanitizer handles SIGSEGV, and would make an exit code of it. */
    CHILD_CHECK(sigaction(SIGSEGV, &by_default, NULL) == 0);
    if (*(const bool *)is_locked_in)
        lock_in();
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(6L), "b"(-1L) : "memory");
    return result == -EBADF ? 42 : 43;
}

static void test_filter_32_bit_call_kills(void **state)
{
    static const bool is_not = false;
    static const bool is_locked_in = true;
    struct child_result without;
    struct child_result with;

    (void)state;
    child_run(call_by_interrupt, &is_not, &without);
    child_run(call_by_interrupt, &is_locked_in, &with);
    /* A kernel without 32-bit calls (CONFIG_IA32_EMULATION, ia32_emulation=off) raises SIGSEGV itself. */
    if (without.exit_code != 42 && without.signal != SIGSEGV)
        fail_msg("without the filter: exit code %d, signal %d: %s", without.exit_code, without.signal,
                 without.stderr_text);
    if (with.signal != (without.exit_code == 42 ? SIGSYS : SIGSEGV))
        fail_msg("with the filter: exit code %d, signal %d: %s", with.exit_code, with.signal, with.stderr_text);
}
#endif

static int install_without_no_new_privs(const void *unused)
{
    (void)unused;
    /* Whoever has CAP_SYS_ADMIN may do without no_new_privs. */
    CHILD_CHECK(geteuid() != 0 || setresuid(4242, 4242, 4242) == 0);
    filter_install();
    return 0;
}

static void test_filter_install_refused_reported(void **state)
{
    struct child_result result;

    (void)state;
    child_run(install_without_no_new_privs, NULL, &result);
    child_assert_died(&result, 71, "cannot install the seccomp filter: Permission denied");
}

/* Under QEMU's user emulation none can: then this fails once, with the reason. */
static int filters_can_be_loaded(void **state)
{
    struct child_result result;

    (void)state;
    child_run(load_nothing, NULL, &result);
    if (result.exit_code == 0)
        return 0;
    print_error("no seccomp filter can be loaded here; test on a kernel of the target, not in an emulator: %s",
                result.stderr_text);
    return -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_allowed_calls_go_through),
        cmocka_unit_test(test_filter_other_calls_kill),
#ifdef __x86_64__
        cmocka_unit_test(test_filter_32_bit_call_kills),
#endif
        cmocka_unit_test(test_filter_install_refused_reported),
    };

    return cmocka_run_group_tests(tests, filters_can_be_loaded, NULL);
}
