/* SPDX-License-Identifier: MIT
 *
 * What the helper may do at each moment of its life, seen from outside at every system call; and that its caller, whose
 * uid it carries, cannot lay hands on it.
 */
#define _GNU_SOURCE
#include "helper.h"

#include "attack.h"
#include "witness.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/if_tun.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static struct lab_result *result; /* of the latest traced start */

static struct witness witnessed_run(const struct lab_start *partial, bool has_file_capability)
{
    const struct lab_start start = helper_start_complete(partial);
    struct witness witness = {.caller = start.caller,
                              .socket_number = LAB_SOCKET_NUMBER,
                              .has_file_capability = has_file_capability};
    const struct lab_plan plan = {.visit = witness_visit, .visit_data = &witness};

    result = helper_trace(&start, &plan);
    if (witness.fault[0] != '\0')
        fail_msg("%s", witness.fault);
    return witness;
}

static void test_grant_every_start_keeps_the_phases(void **state)
{
    static const struct {
        const char *name;
        struct lab_start start;
        bool has_file_capability;
    } rows[] = {
        {"setuid by a member of a group", {.program = HELPER_SETUID, .caller = &lab_vmuser}, false},
        {"setuid by another", {.program = HELPER_SETUID, .caller = &lab_vmother}, false},
        {"setuid by root", {.program = HELPER_SETUID, .caller = &lab_root}, false},
        {"group", {.program = HELPER_GROUP, .caller = &lab_vmuser}, false},
        {"file capability", {.program = HELPER_FSCAPS, .caller = &lab_vmuser}, true},
        {"root", {.program = HELPER_PLAIN, .caller = &lab_root}, false},
    };

    (void)state; /* cmocka's signature, here and below */
    helper_skip_with_service("it traces the process that makes the tap");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i].name);
        const struct witness witness = witnessed_run(&rows[i].start, rows[i].has_file_capability);
        helper_assert_granted(result, "virbr0");
        assert_true(witness.dropped);
        assert_true(witness.rules_opened);
        assert_true(witness.locked);
        assert_true(witness.plugged);
        assert_true(witness.handed_over);
        assert_true(witness.netlink_count > 0);
        assert_true(witness.undumpable_after_drop);
        if (rows[i].start.caller->uid != 0)
            assert_true(witness.tried_root);
    }
    helper_release(result);
}

static void test_denial_every_start_ends_before_the_plug(void **state)
{
    static const char *const arguments[] = {"--br=br0", NULL};
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS, HELPER_PLAIN};

    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    for (size_t i = 0; i < 4; i++) {
        const struct lab_start start = {.program = programs[i],
                                        .caller = i == 3 ? &lab_root : &lab_vmuser,
                                        .arguments = arguments};
        const struct witness witness = witnessed_run(&start, i == 2);
        helper_assert_refused(result, EXIT_NOPERM, "access denied by acl file");
        assert_true(witness.dropped);
        assert_false(witness.plugged);
        assert_false(witness.handed_over);
    }
}

/* A file that got more capabilities than it needs: the rest is given up. */
static void test_file_capabilities_too_many_dropped(void **state)
{
    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    lab_command("setcap cap_net_admin,cap_setpcap,cap_dac_override,cap_sys_admin=eip " HELPER_FSCAPS);
    witnessed_run(&(struct lab_start){.program = HELPER_FSCAPS}, true);
    helper_assert_granted(result, "virbr0");
    lab_command("setcap cap_net_admin=ep " HELPER_FSCAPS);
    helper_release(result);
}

/* Inheritable and ambient capabilities that the caller brings along. */
static void capabilities_bring(int socket_number, void *hook_data)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{.effective = ~0U, .permitted = ~0U, .inheritable = 1U << CAP_NET_RAW}};

    (void)socket_number; /* not at stake */
    (void)hook_data;
    if (syscall(SYS_capget, &header, data) != 0)
        lab_die("capget");
    data[0].inheritable = 1U << CAP_NET_RAW | 1U << CAP_NET_ADMIN;
    if (syscall(SYS_capset, &header, data) != 0 || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) != 0)
        lab_die("capset");
}

static void test_capabilities_brought_along_dropped(void **state)
{
    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    witnessed_run(
        &(struct lab_start){.program = HELPER_PLAIN, .caller = &lab_root, .hook_as_caller = capabilities_bring}, false);
    helper_assert_granted(result, "virbr0");
    helper_release(result);
}

/* Effective and saved ids of somebody else: what a setuid program of another user starts us with. */
static void ids_split(int socket_number, void *hook_data)
{
    const gid_t group = VMGROUP;

    (void)socket_number; /* not at stake */
    (void)hook_data;
    if (setgroups(1, &group) != 0 || setresgid(lab_vmuser.gid, lab_vmother.gid, lab_vmother.gid) != 0 ||
        setresuid(lab_vmuser.uid, lab_vmother.uid, lab_vmother.uid) != 0)
        lab_die("setresuid");
}

/* The real ids say who the caller is: his files are read, and his ids remain, none of the other user's. */
static void test_real_ids_count(void **state)
{
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS};

    (void)state;
    helper_skip_with_service("there, the effective ids count: see service.peer");
    helper_rules_write("include /etc/qemu/vmuser.conf\ninclude /etc/qemu/vmother.conf\n");
    lab_text_write("/etc/qemu/vmuser.conf", "allow virbr0\n", 0, lab_vmuser.gid, 0640);
    lab_text_write("/etc/qemu/vmother.conf", "deny virbr0\n", 0, lab_vmother.gid, 0640);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        const struct lab_start start = {.program = programs[i], .caller = &lab_root, .hook_as_caller = ids_split};
        struct witness witness = {.caller = &lab_vmuser,
                                  .socket_number = LAB_SOCKET_NUMBER,
                                  .has_file_capability = i == 2};
        const struct lab_plan plan = {.visit = witness_visit, .visit_data = &witness};
        result = helper_trace(&start, &plan);
        if (witness.fault[0] != '\0')
            fail_msg("%s", witness.fault);
        const struct lab_link link = helper_assert_granted(result, "virbr0");
        assert_non_null(strstr(link.alias, "4242"));
    }
}

/* As many groups as the kernel lets a process have; the last one is the one that may read the rule. */
static void test_many_groups_all_count(void **state)
{
    enum {
        GROUPS = 65536,
        FIRST = 100000
    };
    static gid_t groups[GROUPS];
    static const size_t counts[] = {0, 1, 32, 33, 1000, GROUPS};

    (void)state;
    for (size_t i = 0; i < GROUPS; i++)
        groups[i] = (gid_t)(FIRST + i);
    helper_rules_write("include /etc/qemu/more.conf\n");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const struct lab_caller caller = {.uid = 4242, .gid = 4242, .groups = groups, .group_count = counts[i]};
        const struct lab_start start = {.caller = &caller};
        lab_text_write("/etc/qemu/more.conf", "allow virbr0\n", 0, (gid_t)(FIRST + counts[i] - 1), 0640);
        if (counts[i] > 0)
            helper_assert_granted(helper_start(&start), "virbr0");
        lab_text_write("/etc/qemu/more.conf", "allow virbr0\n", 0, (gid_t)(FIRST + counts[i]), 0640);
        helper_assert_refused(helper_start(&start), EXIT_NOPERM, "access denied by acl file");
    }
}

/* prctl(2): 0 keeps every other process of this uid out; 2, which a change of ids may leave, lets cores be made. */
struct dumpable {
    struct witness witness;
    unsigned asked_at;
    int64_t answer;
};

static enum lab_action dumpable_ask(const struct lab_stop *stop, void *visit_data)
{
    struct dumpable *dumpable = visit_data;
    static const uint64_t question[6] = {PR_GET_DUMPABLE};

    witness_visit(stop, &dumpable->witness);
    if (dumpable->asked_at == 0 && dumpable->witness.dropped && stop->at_entry && stop->number == SYS_openat) {
        lab_call_replace(stop, SYS_prctl, question);
        dumpable->asked_at = stop->ordinal;
    } else if (stop->ordinal == dumpable->asked_at && !stop->at_entry) {
        dumpable->answer = stop->value;
        return LAB_KILL;
    }
    return LAB_GO;
}

static void test_not_dumpable_after_drop(void **state)
{
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS};

    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        struct dumpable dumpable = {.witness = {.caller = &lab_vmuser, .has_file_capability = i == 2}, .answer = -1};
        const struct lab_plan plan = {.visit = dumpable_ask, .visit_data = &dumpable};
        helper_trace(&(struct lab_start){.program = programs[i]}, &plan);
        assert_int_equal(dumpable.answer, 0);
    }
}

/* Stop the helper where it is worth most to an attacker: at TUNSETIFF, with the capability raised. */
static enum lab_action freeze_at_plug(const struct lab_stop *stop, void *visit_data)
{
    (void)visit_data; /* not needed */
    return stop->at_entry && stop->number == SYS_ioctl && stop->args[1] == TUNSETIFF ? LAB_FREEZE : LAB_GO;
}

static struct lab_result collected = {.tap_fd = -1};

/* The attacks are good ones: they work against a program of the same user that has no privilege. */
static void test_attacks_on_an_ordinary_process_work(void **state)
{
    static const char *const arguments[] = {"60", NULL};
    struct lab_child child;

    (void)state;
    lab_spawn(&(struct lab_start){.program = "/bin/sleep",
                                  .arguments = arguments,
                                  .caller = &lab_vmuser,
                                  .fd_argument = "",
                                  .hook_as_caller = attack_stay},
              &child);
    char byte;
    assert_int_equal(read(child.exec_fd, &byte, 1), 0); /* its end: the program runs */
    const unsigned worked = attack_as(&lab_vmuser, child.pid, LAB_SOCKET_NUMBER);
    assert_int_equal(kill(child.pid, SIGKILL), 0);
    lab_collect(&child, &collected);
    assert_int_equal(worked, ATTACK_ALL);
}

static void test_attacks_on_the_helper_fail(void **state)
{
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS};

    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        struct lab_child child;
        const struct lab_start start = helper_start_complete(&(struct lab_start){.program = programs[i]});
        const struct lab_plan plan = {.visit = freeze_at_plug};
        lab_trace(&start, &plan, &child);
        const unsigned worked = attack_as(&lab_vmuser, child.pid, LAB_SOCKET_NUMBER);
        lab_trace_thaw(&child);
        lab_collect(&child, &collected);
        assert_int_equal(worked, i == 2 ? ATTACK_LIMITS : 0);
        helper_assert_granted(&collected, "virbr0");
        helper_release(&collected);
    }
}

/* In place of TUNSETIFF, with the capability raised, make another call: what a helper that was taken over could try. */
struct takeover {
    const char *name;
    long number;
    uint64_t args[6];
    bool done;
    bool keep_fd; /* the descriptor that TUNSETIFF was for */
};

static enum lab_action takeover_visit(const struct lab_stop *stop, void *visit_data)
{
    struct takeover *takeover = visit_data;

    if (!takeover->done && stop->at_entry && stop->number == SYS_ioctl && stop->args[1] == TUNSETIFF) {
        uint64_t args[6];
        memcpy(args, takeover->args, sizeof args);
        if (takeover->keep_fd)
            args[0] = stop->args[0];
        takeover->done = true;
        lab_call_replace(stop, takeover->number, args);
    }
    return LAB_GO;
}

static void test_call_outside_the_filter_kills(void **state)
{
    struct takeover rows[] = {
        {.name = "openat", .number = SYS_openat, .args = {(uint64_t)AT_FDCWD, 0, O_RDONLY}},
        {.name = "execve", .number = SYS_execve},
        {.name = "clone", .number = SYS_clone, .args = {SIGCHLD}},
        {.name = "clone3", .number = SYS_clone3},
        {.name = "socket packet", .number = SYS_socket, .args = {AF_PACKET, SOCK_RAW, 0}},
        {.name = "socket inet", .number = SYS_socket, .args = {AF_INET, SOCK_DGRAM, 0}},
        {.name = "TUNSETPERSIST", .number = SYS_ioctl, .args = {0, TUNSETPERSIST, 1}, .keep_fd = true},
        {.name = "TUNSETGROUP", .number = SYS_ioctl, .args = {0, TUNSETGROUP, 0}, .keep_fd = true},
        {.name = "SIOCSIFFLAGS", .number = SYS_ioctl, .args = {0, 0x8914, 0}, .keep_fd = true},
        {.name = "ptrace", .number = SYS_ptrace},
        {.name = "kill", .number = SYS_kill, .args = {1, 0}},
        {.name = "setresuid", .number = SYS_setresuid},
        {.name = "mount", .number = SYS_mount},
        {.name = "setns", .number = SYS_setns},
        {.name = "unshare", .number = SYS_unshare, .args = {0x40000000}},
        {.name = "prctl to be dumpable", .number = SYS_prctl, .args = {PR_SET_DUMPABLE, 1}},
        {.name = "mprotect to executable", .number = SYS_mprotect, .args = {0, 4096, 7}},
        {.name = "mmap executable", .number = SYS_mmap, .args = {0, 4096, 7, 0x22, (uint64_t)-1, 0}},
        {.name = "io_uring_setup", .number = SYS_io_uring_setup},
        {.name = "bpf", .number = SYS_bpf},
#ifdef __x86_64__
        {.name = "x32 write", .number = 0x40000000 | SYS_write, .args = {2, 0, 0}},
#endif
    };
    const struct lab_start start = helper_start_complete(&(struct lab_start){0});

    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct lab_plan plan = {.visit = takeover_visit, .visit_data = &rows[i]};
        print_message("  %s\n", rows[i].name);
        result = helper_trace(&start, &plan);
        assert_true(rows[i].done);
        assert_int_equal(result->term_signal, SIGSYS);
        assert_int_equal(result->fd_count, 0);
        assert_true(lab_tap_count_becomes(0));
    }
}

/* A system call of a phase, in whose place a program is executed. */
struct moment {
    const char *phase;
    uint64_t number;
    unsigned compared; /* index of the argument that must be value; 6: none */
    uint64_t value;
    unsigned pointer; /* index of the argument in whose memory there is room for a path */
    bool is_killed;   /* by the seccomp filter */
};

static const struct moment moments[] = {
    {"4", SYS_getresuid, 6, 0, 0, false},
    {"5", SYS_getsockopt, 6, 0, 3, false},
    {"6", SYS_openat, 6, 0, 1, false},
    {"7", SYS_ioctl, 1, SIOCGIFINDEX, 2, false},
    {"8", SYS_seccomp, 0, SECCOMP_SET_MODE_FILTER, 2, false},
    {"9", SYS_ioctl, 1, TUNSETIFF, 2, true},
    {"10", SYS_sendmsg, 0, LAB_SOCKET_NUMBER, 1, true},
};

struct execution {
    struct witness witness;
    const struct moment *moment;
    const char *path;
    bool has_executed;
    struct witness_status after;
};

static void write_memory(const struct lab_stop *stop, uint64_t address, const char *text)
{
    const ssize_t len = (ssize_t)strlen(text) + 1;
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/mem", stop->pid);
    const int memory = open(path, O_WRONLY | O_CLOEXEC);
    if (memory < 0 || pwrite(memory, text, (size_t)len, (off_t)address) != len)
        lab_die(path);
    close(memory);
}

static enum lab_action execute_visit(const struct lab_stop *stop, void *visit_data)
{
    struct execution *execution = visit_data;
    const struct moment *moment = execution->moment;

    if (execution->has_executed)
        return !stop->at_entry && stop->value == 0 && witness_status_read(stop->pid, &execution->after) ? LAB_KILL
                                                                                                        : LAB_GO;
    if (!execution->witness.dropped)
        return witness_visit(stop, &execution->witness);
    if (!stop->at_entry || (uint64_t)stop->number != moment->number ||
        (moment->compared < 6 && stop->args[moment->compared] != moment->value))
        return LAB_GO;
    const uint64_t args[6] = {stop->args[moment->pointer]};
    write_memory(stop, args[0], execution->path);
    execution->has_executed = true;
    lab_call_replace(stop, SYS_execve, args);
    return LAB_GO;
}

/* exec gave nothing that was not there: not by set-id bits, file capabilities or uid 0. */
static void assert_gained_nothing(const struct witness_status *after, const struct lab_caller *caller)
{
    assert_int_equal(after->no_new_privs, 1);
    for (size_t i = 0; i < 4; i++) { /* exec makes the saved ids the effective ones */
        assert_int_equal(after->uid[i], caller->uid);
        assert_int_equal(after->gid[i], caller->gid);
    }
    const uint64_t all = after->cap_permitted | after->cap_effective | after->cap_inheritable | after->cap_ambient;
    assert_int_equal(all & ~(UINT64_C(1) << CAP_NET_ADMIN), 0);
}

/*
 * Executes a program in each phase after the drop. Before the drop, the process still has its privilege, but has read
 * nothing from the caller, so the caller cannot choose what it executes.
 */
static void test_exec_after_the_drop_gains_nothing(void **state)
{
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS, HELPER_PLAIN};
    static const char *const commands[] = {
        "cp /bin/true /run/lab/t && chown 0:0 /run/lab/t && chmod 6755 /run/lab/t",
        "cp /bin/true /run/lab/t && chmod 755 /run/lab/t && setcap cap_net_admin,cap_setuid,cap_sys_admin=eip /run/lab/t",
        "cp /bin/true /run/lab/t && chmod 755 /run/lab/t",
    };
    const size_t moments_count = sizeof moments / sizeof *moments;

    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    for (size_t j = 0; j < sizeof commands / sizeof *commands; j++) {
        lab_command("rm -f /run/lab/t && %s", commands[j]);
        for (size_t i = 0; i < sizeof programs / sizeof *programs * moments_count; i++) {
            const char *program = programs[i / moments_count];
            const struct lab_caller *caller = strcmp(program, HELPER_PLAIN) == 0 ? &lab_root : &lab_vmuser;
            struct execution execution = {.witness = {.caller = caller,
                                                      .socket_number = LAB_SOCKET_NUMBER,
                                                      .has_file_capability = strcmp(program, HELPER_FSCAPS) == 0},
                                          .moment = &moments[i % moments_count],
                                          .path = "/run/lab/t"};
            const struct lab_plan plan = {.visit = execute_visit, .visit_data = &execution};
            print_message("  %s, phase %s: %s\n", program, execution.moment->phase, commands[j]);
            result = helper_trace(&(struct lab_start){.program = program, .caller = caller}, &plan);
            assert_true(execution.has_executed);
            assert_int_equal(result->term_signal, execution.moment->is_killed ? SIGSYS : SIGKILL);
            if (!execution.moment->is_killed)
                assert_gained_nothing(&execution.after, caller);
        }
    }
    assert_true(lab_tap_count_becomes(0));
}

/* At the write of the message: a refusal of the rules has no privilege left. */
static enum lab_action refusal_visit(const struct lab_stop *stop, void *visit_data)
{
    struct witness_status *status = visit_data;

    if (stop->at_entry && stop->number == SYS_write && stop->args[0] == STDERR_FILENO)
        assert_true(witness_status_read(stop->pid, status));
    return LAB_GO;
}

static void test_refusal_has_no_capability(void **state)
{
    static const char *const rules[] = {"allow br0\n", "deny virbr0\n", "allow\n"};

    (void)state;
    helper_skip_with_service("it traces the process that makes the tap");
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct witness_status status = {.cap_permitted = 1};
        const struct lab_plan plan = {.visit = refusal_visit, .visit_data = &status};
        helper_rules_write(rules[i]);
        const struct lab_result *refused = helper_trace(&(struct lab_start){0}, &plan);
        assert_int_equal(refused->exit_code, i < 2 ? EXIT_NOPERM : EXIT_CONFIG);
        assert_int_equal(status.cap_permitted | status.cap_effective | status.cap_inheritable | status.cap_ambient, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_grant_every_start_keeps_the_phases, helper_rules_reset),
        cmocka_unit_test_setup(test_denial_every_start_ends_before_the_plug, helper_rules_reset),
        cmocka_unit_test_setup(test_refusal_has_no_capability, helper_rules_reset),
        cmocka_unit_test_setup(test_file_capabilities_too_many_dropped, helper_rules_reset),
        cmocka_unit_test_setup(test_capabilities_brought_along_dropped, helper_rules_reset),
        cmocka_unit_test_setup(test_real_ids_count, helper_rules_reset),
        cmocka_unit_test_setup(test_many_groups_all_count, helper_rules_reset),
        cmocka_unit_test_setup(test_not_dumpable_after_drop, helper_rules_reset),
        cmocka_unit_test_setup(test_attacks_on_an_ordinary_process_work, helper_rules_reset),
        cmocka_unit_test_setup(test_attacks_on_the_helper_fail, helper_rules_reset),
        cmocka_unit_test_setup(test_call_outside_the_filter_kills, helper_rules_reset),
        cmocka_unit_test_setup(test_exec_after_the_drop_gains_nothing, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("privilege", tests, helper_world_setup, NULL);
}
