/* SPDX-License-Identifier: MIT
 *
 * Every way to give the helper its privilege, every mode of /dev/net/tun, and what it says when it has none.
 */
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const denied[] = {"--br=br0", NULL};

static void test_setuid_everybody_granted(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    helper_assert_granted(helper_start(&(struct lab_start){.caller = &lab_vmuser}), "virbr0");
    helper_assert_granted(helper_start(&(struct lab_start){.caller = &lab_vmother}), "virbr0");
    helper_assert_granted(helper_start(&(struct lab_start){.caller = &lab_root}), "virbr0");
}

static void test_group_member_granted(void **state)
{
    (void)state;
    helper_assert_granted(helper_start(&(struct lab_start){.program = HELPER_GROUP}), "virbr0");
    helper_assert_refused(helper_start(&(struct lab_start){.program = HELPER_GROUP, .arguments = denied}), EXIT_NOPERM,
                          "access denied by acl file");
}

static void test_group_other_cannot_start_it(void **state)
{
    (void)state;
    const struct lab_result *result =
        helper_start(&(struct lab_start){.program = HELPER_GROUP, .caller = &lab_vmother});
    assert_int_equal(result->exec_errno, EACCES);
    assert_int_equal(result->fd_count, 0);
}

static void test_fscaps_granted_and_refused(void **state)
{
    (void)state;
    helper_assert_granted(helper_start(&(struct lab_start){.program = HELPER_FSCAPS}), "virbr0");
    helper_assert_granted(helper_start(&(struct lab_start){.program = HELPER_FSCAPS, .caller = &lab_vmother}),
                          "virbr0");
    helper_assert_refused(helper_start(&(struct lab_start){.program = HELPER_FSCAPS, .arguments = denied}), EXIT_NOPERM,
                          "access denied by acl file");
}

/* Root has the rules to obey as everybody has. */
static void test_root_plain_granted_and_refused(void **state)
{
    struct lab_start start = {.program = HELPER_PLAIN, .caller = &lab_root};

    (void)state;
    helper_assert_granted(helper_start(&start), "virbr0");
    start.arguments = denied;
    helper_assert_refused(helper_start(&start), EXIT_NOPERM, "access denied by acl file");
}

static void test_tun_root_only_setuid_granted(void **state)
{
    (void)state;
    lab_command("chmod 600 /dev/net/tun");
    helper_assert_granted(helper_start(&(struct lab_start){.program = HELPER_SETUID}), "virbr0");
    helper_assert_granted(helper_start(&(struct lab_start){.program = HELPER_GROUP}), "virbr0");
    helper_assert_granted(helper_start(&(struct lab_start){.program = HELPER_PLAIN, .caller = &lab_root}), "virbr0");
}

/* A file capability does not open it: CAP_NET_ADMIN is no CAP_DAC_OVERRIDE. */
static void test_tun_root_only_fscaps_refused(void **state)
{
    (void)state;
    lab_command("chmod 600 /dev/net/tun");
    struct lab_result *result = helper_start(&(struct lab_start){.program = HELPER_FSCAPS});
    helper_assert_refused(result, 0, "/dev/net/tun");
    assert_true(result->exit_code == EXIT_UNAVAILABLE || result->exit_code == EXIT_NOPERM);
}

static void test_tun_of_the_callers_group_fscaps_granted(void **state)
{
    (void)state;
    lab_command("chmod 660 /dev/net/tun && chgrp %d /dev/net/tun", VMGROUP);
    helper_assert_granted(helper_start(&(struct lab_start){.program = HELPER_FSCAPS}), "virbr0");
    helper_assert_refused(helper_start(&(struct lab_start){.program = HELPER_FSCAPS, .caller = &lab_vmother}), 0,
                          "/dev/net/tun");
    lab_command("chgrp 0 /dev/net/tun");
}

static void test_tun_missing_unavailable(void **state)
{
    (void)state;
    lab_command("mv /dev/net/tun /dev/net/away");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_UNAVAILABLE, "/dev/net/tun");
    lab_command("mv /dev/net/away /dev/net/tun");
}

/* Something else at its place: nothing of it may be handed over as a tap. */
static void test_tun_not_the_device_refused(void **state)
{
    static const char *const makers[] = {"touch /dev/net/tun", "mknod -m 666 /dev/net/tun c 1 3",
                                         "mkfifo -m 666 /dev/net/tun", "mkdir /dev/net/tun",
                                         "ln -s nowhere /dev/net/tun"};

    (void)state;
    lab_command("mv /dev/net/tun /dev/net/away");
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        lab_command("%s", makers[i]);
        helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), 0, "");
        lab_command("rm -r /dev/net/tun");
    }
    lab_command("mv /dev/net/away /dev/net/tun");
}

static void test_no_privilege_not_setuid_says_so(void **state)
{
    (void)state;
    helper_assert_refused(helper_start(&(struct lab_start){.program = HELPER_PLAIN}), EXIT_NOPERM, "not setuid");
}

static void test_no_privilege_setuid_of_another_refused(void **state)
{
    (void)state;
    lab_command("cp " HELPER_PLAIN " /run/lab/mine && chown 4243:4243 /run/lab/mine && chmod 4755 /run/lab/mine");
    helper_assert_refused(helper_start(&(struct lab_start){.program = "/run/lab/mine"}), EXIT_NOPERM,
                          "setuid, but to a user other than root");
}

static void no_new_privs_set(int socket_number, void *hook_data)
{
    (void)socket_number; /* not at stake, here and below */
    (void)hook_data;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        lab_die("no_new_privs");
}

static void test_no_privilege_no_new_privs_says_so(void **state)
{
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS};

    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        helper_assert_refused(helper_start(
                                  &(struct lab_start){.program = programs[i], .hook_as_caller = no_new_privs_set}),
                              EXIT_NOPERM, "no_new_privs");
}

static void text_put(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        lab_die(path);
    close(fd);
}

static void user_namespace_enter(int socket_number, void *hook_data)
{
    const char *map = hook_data;

    (void)socket_number;
    /* The change of ids made the process not dumpable, so it could not write its maps. */
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0 || unshare(CLONE_NEWUSER) != 0)
        lab_die("unshare");
    if (map != NULL) {
        text_put("/proc/self/setgroups", "deny");
        text_put("/proc/self/uid_map", map);
        text_put("/proc/self/gid_map", map);
    }
}

/* As the same user, as root of the namespace with all its capabilities, and as nobody. */
static void test_no_privilege_user_namespace_says_so(void **state)
{
    static char same[] = "4242 4242 1", root[] = "0 4242 1";
    char *const maps[] = {same, root, NULL};
    static const char *const programs[] = {HELPER_SETUID, HELPER_FSCAPS, HELPER_PLAIN};

    (void)state;
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        for (size_t j = 0; j < sizeof programs / sizeof *programs; j++) {
            const struct lab_start start = {.program = programs[j],
                                            .hook_as_caller = user_namespace_enter,
                                            .hook_data = maps[i]};
            print_message("  map %s, %s\n", maps[i] != NULL ? maps[i] : "none", programs[j]);
            helper_assert_refused(helper_start(&start), 0, j == 2 && i != 1 ? "not setuid" : "user namespace");
        }
}

static void test_no_privilege_nosuid_says_so(void **state)
{
    (void)state;
    lab_command("mkdir /run/lab/nosuid && mount -t tmpfs -o nosuid tmpfs /run/lab/nosuid &&"
                " cp -a " HELPER_SETUID " " HELPER_FSCAPS " /run/lab/nosuid");
    lab_command("setcap cap_net_admin=ep /run/lab/nosuid/helper-fscaps");
    helper_assert_refused(helper_start(&(struct lab_start){.program = "/run/lab/nosuid/helper-setuid"}), EXIT_NOPERM,
                          "nosuid");
    helper_assert_refused(helper_start(&(struct lab_start){.program = "/run/lab/nosuid/helper-fscaps"}), EXIT_NOPERM,
                          "nosuid");
    lab_command("umount /run/lab/nosuid");
}

/* Go on in a child that is traced by this process, which has no privilege: what a debugger or strace does. */
static void tracer_become(int socket_number, void *hook_data)
{
    int status, signal_number;
    const pid_t pid = fork();

    (void)hook_data; /* not needed */
    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            lab_die("PTRACE_TRACEME");
        return;
    }
    close(socket_number);
    close(2);
    for (;;) {
        if (pid < 0 || waitpid(pid, &status, 0) != pid)
            _exit(125);
        if (WIFEXITED(status))
            _exit(WEXITSTATUS(status));
        if (WIFSIGNALED(status))
            _exit(124);
        signal_number = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        if (ptrace(PTRACE_CONT, pid, NULL, (void *)(long)signal_number) != 0)
            _exit(125);
    }
}

static void test_no_privilege_traced_says_so(void **state)
{
    (void)state;
    helper_assert_refused(helper_start(&(struct lab_start){.hook_as_caller = tracer_become}), EXIT_NOPERM, "traced");
}

static void net_admin_unbound(int socket_number, void *hook_data)
{
    (void)socket_number;
    (void)hook_data;
    if (prctl(PR_CAPBSET_DROP, CAP_NET_ADMIN, 0, 0, 0) != 0)
        lab_die("PR_CAPBSET_DROP");
}

/* Root of a container: uid 0, and the capability is out of reach. */
static void test_no_privilege_bounding_set_refused(void **state)
{
    (void)state;
    helper_assert_refused(helper_start(&(struct lab_start){.hook_as_root = net_admin_unbound}), EXIT_NOPERM,
                          "CAP_NET_ADMIN");
    helper_assert_refused(helper_start(&(struct lab_start){.program = HELPER_PLAIN,
                                                           .caller = &lab_root,
                                                           .hook_as_root = net_admin_unbound}),
                          EXIT_NOPERM, "CAP_NET_ADMIN");
    /* The kernel itself does not start a program whose file capabilities cannot be had (capabilities(7)). */
    const struct lab_result *result =
        helper_start(&(struct lab_start){.program = HELPER_FSCAPS, .hook_as_root = net_admin_unbound});
    assert_int_equal(result->exec_errno, EPERM);
}

static void setpcap_unbound(int socket_number, void *hook_data)
{
    (void)socket_number;
    (void)hook_data;
    if (prctl(PR_CAPBSET_DROP, CAP_SETPCAP, 0, 0, 0) != 0)
        lab_die("PR_CAPBSET_DROP");
}

/* Setuid root, but with too few capabilities to lock everything: works, or says why not. */
static void test_setuid_without_setpcap_whole(void **state)
{
    (void)state;
    const struct lab_result *result = helper_start(&(struct lab_start){.hook_as_root = setpcap_unbound});
    helper_assert_whole(result, "virbr0");
    if (result->exit_code != 0)
        helper_assert_refused(result, 0, "");
}

static void noroot_lock(int socket_number, void *hook_data)
{
    (void)socket_number;
    (void)hook_data;
    if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) != 0)
        lab_die("PR_SET_SECUREBITS");
}

static void test_no_privilege_securebits_noroot_refused(void **state)
{
    (void)state;
    helper_assert_refused(helper_start(&(struct lab_start){.hook_as_root = noroot_lock}), EXIT_NOPERM, "");
}

/* Linux 6.14 and later: what a session may do to itself without privilege, for all its programs. */
static void securebits_lock_exec_restrict(int socket_number, void *hook_data)
{
    const long secbit_exec_restrict_file = 1 << 8, its_lock = 1 << 9;

    (void)socket_number, (void)hook_data; /* not needed */
    if (prctl(PR_SET_SECUREBITS, secbit_exec_restrict_file | its_lock, 0, 0, 0) != 0 && errno != EPERM)
        lab_die("PR_SET_SECUREBITS"); /* EPERM: an older kernel, on which there is nothing to survive */
}

static void test_securebits_of_a_session_kept_granted(void **state)
{
    (void)state;
    helper_assert_granted(helper_start(&(struct lab_start){.hook_as_caller = securebits_lock_exec_restrict}), "virbr0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_setuid_everybody_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_group_member_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_group_other_cannot_start_it, helper_rules_reset),
        cmocka_unit_test_setup(test_fscaps_granted_and_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_root_plain_granted_and_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_tun_root_only_setuid_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_tun_root_only_fscaps_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_tun_of_the_callers_group_fscaps_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_tun_missing_unavailable, helper_rules_reset),
        cmocka_unit_test_setup(test_tun_not_the_device_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_no_privilege_not_setuid_says_so, helper_rules_reset),
        cmocka_unit_test_setup(test_no_privilege_setuid_of_another_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_no_privilege_no_new_privs_says_so, helper_rules_reset),
        cmocka_unit_test_setup(test_no_privilege_user_namespace_says_so, helper_rules_reset),
        cmocka_unit_test_setup(test_no_privilege_nosuid_says_so, helper_rules_reset),
        cmocka_unit_test_setup(test_no_privilege_traced_says_so, helper_rules_reset),
        cmocka_unit_test_setup(test_no_privilege_bounding_set_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_setuid_without_setpcap_whole, helper_rules_reset),
        cmocka_unit_test_setup(test_no_privilege_securebits_noroot_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_securebits_of_a_session_kept_granted, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("install", tests, helper_world_setup, NULL);
}
