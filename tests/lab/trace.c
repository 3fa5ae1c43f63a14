/* SPDX-License-Identifier: MIT
 *
 * See trace.h. Runs as root.
 */
#define _GNU_SOURCE
#include "trace.h"

#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* glibc's own name for struct ptrace_syscall_info has changed between versions; the kernel's layout has not. */
struct syscall_info {
    uint8_t op;
    uint8_t pad[3];
    uint32_t arch;
    uint64_t instruction_pointer;
    uint64_t stack_pointer;
    union {
        struct {
            uint64_t nr;
            uint64_t args[6];
        } entry;
        struct {
            int64_t rval;
            uint8_t is_error;
        } exit;
    } u;
};

enum {
    INFO_ENTRY = 1,
    INFO_EXIT = 2
};

struct trace {
    struct lab_child *child;
    pid_t pid;        /* who is traced now: the child, or its child */
    bool is_counting; /* the calls of the traced process, which the plan is about */
    const struct lab_plan *plan;
    bool after_exec;
    unsigned ordinal;
    long number; /* of the call under way */
    bool in_call;
    bool faking; /* the next entry must be reached with SYSEMU */
};

#if defined __x86_64__ || defined __aarch64__
/* On to the next call, which with SYSEMU is not made. */
static long proceed(pid_t pid, bool faking, long signal_number)
{
    return ptrace(faking ? PTRACE_SYSEMU : PTRACE_SYSCALL, pid, NULL, (void *)signal_number);
}

static void registers_get(pid_t pid, struct user_regs_struct *registers)
{
    struct iovec part = {.iov_base = registers, .iov_len = sizeof *registers};

    if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &part) != 0)
        lab_die("PTRACE_GETREGSET");
}

static void registers_set(pid_t pid, struct user_regs_struct *registers)
{
    struct iovec part = {.iov_base = registers, .iov_len = sizeof *registers};

    if (ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &part) != 0)
        lab_die("PTRACE_SETREGSET");
}
#endif

#if defined __x86_64__
static void value_set(pid_t pid, int64_t value)
{
    struct user_regs_struct registers;

    registers_get(pid, &registers);
    registers.rax = (unsigned long long)value;
    registers_set(pid, &registers);
}

void lab_call_replace(const struct lab_stop *stop, long number, const uint64_t args[6])
{
    struct user_regs_struct registers;

    registers_get(stop->pid, &registers);
    registers.orig_rax = (unsigned long long)number;
    registers.rdi = args[0];
    registers.rsi = args[1];
    registers.rdx = args[2];
    registers.r10 = args[3];
    registers.r8 = args[4];
    registers.r9 = args[5];
    registers_set(stop->pid, &registers);
}
#elif defined __aarch64__
static void value_set(pid_t pid, int64_t value)
{
    struct user_regs_struct registers;

    registers_get(pid, &registers);
    registers.regs[0] = (unsigned long long)value;
    registers_set(pid, &registers);
}

void lab_call_replace(const struct lab_stop *stop, long number, const uint64_t args[6])
{
    struct user_regs_struct registers;
    int call = (int)number;
    struct iovec part = {.iov_base = &call, .iov_len = sizeof call};

    registers_get(stop->pid, &registers);
    for (int i = 0; i < 6; i++)
        registers.regs[i] = args[i];
    registers_set(stop->pid, &registers);
    if (ptrace(PTRACE_SETREGSET, stop->pid, (void *)NT_ARM_SYSTEM_CALL, &part) != 0)
        lab_die("PTRACE_SETREGSET");
}
#else /* its registers are not known here: CMakeLists.txt leaves out the tests that need them */
static long proceed(pid_t pid, bool faking, long signal_number)
{
    (void)faking; /* glibc has no PTRACE_SYSEMU for all architectures, as their kernels have none */
    return ptrace(PTRACE_SYSCALL, pid, NULL, (void *)signal_number);
}

static void value_set(pid_t pid, int64_t value)
{
    (void)pid;
    (void)value;
    errno = ENOSYS;
    lab_die("change what a system call returns, on this architecture");
}

void lab_call_replace(const struct lab_stop *stop, long number, const uint64_t args[6])
{
    (void)stop;
    (void)number;
    (void)args;
    errno = ENOSYS;
    lab_die("make another system call, on this architecture");
}
#endif

static int wait_next(pid_t pid, struct lab_child *child)
{
    int status;

    while (wait4(pid, &status, __WALL, &child->usage) != pid)
        if (errno != EINTR)
            lab_die("wait4");
    if ((WIFEXITED(status) || WIFSIGNALED(status)) && pid == child->pid) {
        child->reaped = true;
        child->wait_status = status;
    }
    return status;
}

/* Fill stop from the kernel's account; false when this stop is not at a system call of the program under test. */
static bool stop_read(struct trace *trace, struct lab_stop *stop)
{
    struct syscall_info info = {0};
    const pid_t pid = trace->pid;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) < 0)
        lab_die("PTRACE_GET_SYSCALL_INFO");
    if (!trace->is_counting || (info.op != INFO_ENTRY && info.op != INFO_EXIT))
        return false;
    *stop = (struct lab_stop){.pid = pid, .at_entry = info.op == INFO_ENTRY};
    trace->in_call = stop->at_entry;
    if (stop->at_entry) {
        trace->number = (long)info.u.entry.nr;
        trace->ordinal++;
        memcpy(stop->args, info.u.entry.args, sizeof stop->args);
    } else {
        stop->value = info.u.exit.rval;
    }
    stop->number = trace->number;
    stop->ordinal = trace->ordinal;
    return trace->ordinal > 0; /* the exit of execve itself comes before the first */
}

static enum lab_action stop_handle(struct trace *trace)
{
    const struct lab_plan *plan = trace->plan;
    struct lab_stop stop;
    enum lab_action action = LAB_GO;

    if (!stop_read(trace, &stop))
        return LAB_GO; /* before the program under test, or the exit of the execve that started it */
    if (plan->visit != NULL)
        action = plan->visit(&stop, plan->visit_data);
    if (action == LAB_GO && stop.at_entry && trace->faking)
        value_set(stop.pid, plan->fake_value);
    if (stop.at_entry)
        trace->faking = false;
    return action;
}

static void after_exec_set(struct trace *trace)
{
    trace->after_exec = true;
    trace->is_counting = !trace->plan->of_child;
}

/* A stop that only a plan about the child's child asks for. */
static bool is_fork(int status)
{
    const int event = status >> 16;

    return event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE;
}

/* Let the child run on, and go on with what it has forked, which is traced already. */
static void child_follow(struct trace *trace)
{
    unsigned long pid;

    if (ptrace(PTRACE_GETEVENTMSG, trace->pid, NULL, &pid) != 0)
        lab_die("PTRACE_GETEVENTMSG");
    if (ptrace(PTRACE_DETACH, trace->pid, NULL, NULL) != 0)
        lab_die("PTRACE_DETACH");
    trace->pid = (pid_t)pid;
    trace->is_counting = true;
    trace->in_call = false;
    /* It stops before its first step. */
    (void)wait_next(trace->pid, trace->child);
    if (ptrace(PTRACE_SYSCALL, trace->pid, NULL, NULL) != 0)
        lab_die("PTRACE_SYSCALL");
}

/* True when the child is done with: it ended, or was let go. */
static bool step(struct trace *trace)
{
    const pid_t pid = trace->pid;
    const int status = wait_next(pid, trace->child);
    enum lab_action action = LAB_GO;
    int signal_number = 0;

    if (WIFEXITED(status) || WIFSIGNALED(status))
        return true;
    if (trace->after_exec && pid == trace->child->pid && is_fork(status)) {
        child_follow(trace);
        return false;
    }
    if (WSTOPSIG(status) == (SIGTRAP | 0x80))
        action = stop_handle(trace);
    else if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
        after_exec_set(trace);
    else if (status >> 16 == 0)
        signal_number = WSTOPSIG(status);

    if (action == LAB_KILL) {
        if (kill(pid, SIGKILL) != 0)
            lab_die("kill");
        for (int end = 0; !WIFEXITED(end) && !WIFSIGNALED(end);)
            end = wait_next(pid, trace->child);
        return true;
    }
    if (action == LAB_RELEASE || action == LAB_FREEZE) {
        const long last = action == LAB_FREEZE ? SIGSTOP : 0;
        if (ptrace(PTRACE_DETACH, pid, NULL, (void *)last) != 0)
            lab_die("PTRACE_DETACH");
        if (action == LAB_FREEZE && waitpid(pid, NULL, WUNTRACED) != pid)
            lab_die("waitpid");
        return true;
    }
    /* The entry of the call that is to be skipped must be reached with SYSEMU. */
    if (trace->is_counting && !trace->in_call && trace->ordinal + 1 == trace->plan->fake_at)
        trace->faking = true;
    if (proceed(pid, trace->faking, signal_number) != 0 && errno != ESRCH)
        lab_die("PTRACE_SYSCALL");
    return false;
}

struct hooks {
    void (*hook_as_caller)(int socket_number, void *hook_data);
    void *hook_data;
    void (*hook_as_root)(int socket_number, void *hook_data);
};

static void root_hook_call(int socket_number, void *hook_data)
{
    const struct hooks *hooks = hook_data;

    if (hooks->hook_as_root != NULL)
        hooks->hook_as_root(socket_number, hooks->hook_data);
}

static void self_stop(int socket_number, void *hook_data)
{
    const struct hooks *hooks = hook_data;

    if (hooks->hook_as_caller != NULL)
        hooks->hook_as_caller(socket_number, hooks->hook_data);
    if (kill(getpid(), SIGSTOP) != 0)
        lab_die("SIGSTOP");
}

static void spawn_and_follow(const struct lab_start *start, const struct lab_plan *plan, struct lab_child *child)
{
    struct hooks hooks = {start->hook_as_caller, start->hook_data, start->hook_as_root};
    struct lab_start stopping = *start;
    struct trace trace = {.child = child, .plan = plan};
    int status;

    stopping.hook_as_root = root_hook_call;
    stopping.hook_as_caller = self_stop;
    stopping.hook_data = &hooks;
    lab_spawn(&stopping, child);
    while (waitpid(child->pid, &status, WUNTRACED) != child->pid)
        if (errno != EINTR)
            lab_die("waitpid");
    if (!WIFSTOPPED(status)) {
        errno = ECHILD;
        lab_die("the child ended before it could be traced");
    }
    const long forks = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL | (plan->of_child ? forks : 0);
    trace.pid = child->pid;
    if (ptrace(PTRACE_SEIZE, child->pid, NULL, (void *)options) != 0)
        lab_die("PTRACE_SEIZE");
    if (kill(child->pid, SIGCONT) != 0)
        lab_die("SIGCONT");
    while (!step(&trace))
        ;
    child->call_count = trace.ordinal;
}

/*
 * Tracer and child take turns. On one processor that costs no interrupt of another, which is a good part of the time.
 */
void lab_trace(const struct lab_start *start, const struct lab_plan *plan, struct lab_child *child)
{
    const unsigned processor = (unsigned)sched_getcpu();
    cpu_set_t before, one;
    bool is_pinned = processor < CPU_SETSIZE && sched_getaffinity(0, sizeof before, &before) == 0;

    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    is_pinned = is_pinned && sched_setaffinity(0, sizeof one, &one) == 0; /* without it, it only takes longer */
    spawn_and_follow(start, plan, child);
    if (is_pinned && sched_setaffinity(0, sizeof before, &before) != 0)
        lab_die("sched_setaffinity");
}

void lab_trace_run(const struct lab_start *start, const struct lab_plan *plan, struct lab_result *result)
{
    struct lab_child child;

    lab_trace(start, plan, &child);
    lab_collect(&child, result);
}

void lab_trace_thaw(struct lab_child *child)
{
    if (kill(child->pid, SIGCONT) != 0)
        lab_die("SIGCONT");
}

bool lab_memory_read(pid_t pid, uint64_t address, void *bytes, size_t len)
{
    struct iovec here = {.iov_base = bytes, .iov_len = len};
    struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = len};

    return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)len;
}

bool lab_memory_write(pid_t pid, uint64_t address, const void *bytes, size_t len)
{
    struct iovec here = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len}; /* only read */
    struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = len};

    return process_vm_writev(pid, &here, 1, &there, 1, 0) == (ssize_t)len;
}

bool lab_string_read(pid_t pid, uint64_t address, char *text, size_t text_size)
{
    for (size_t i = 0; i < text_size; i++) {
        if (!lab_memory_read(pid, address + i, text + i, 1))
            return false;
        if (text[i] == '\0')
            return true;
    }
    text[text_size - 1] = '\0';
    return true;
}
