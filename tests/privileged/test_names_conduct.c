/* SPDX-License-Identifier: MIT
 *
 * A module of the name service that does anything but answer. It is heard in time or not at all, a deny is never lost,
 * nobody but the caller is told, and nothing is left.
 */
#define _GNU_SOURCE
#include "names.h"

#include "service.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEMON "/run/lab/demon" /* where a daemon listens */
#define ODD   "cannot look up names for acl file: " RULES_FILE ":2: the process that looks up names "
#define LATE                                                                                                           \
    "cannot look up names for acl file: " RULES_FILE                                                                   \
    ":2: the name service did not answer about 1 name(s) within 2000 ms"

enum {
    TIMEOUT_MS = 2000,
    PATIENCE_MS = 20000 /* on a machine that is busy with other tests */
};

static const struct lab_caller remote = {.uid = 6001, .gid = 6001};

static int conduct_reset(void **state)
{
    names_reset(state);
    nss_switch("vmtest files", "vmtest files", NULL);
    names_rules_write("allow all bridge all\ndeny group vmclub bridge virbr0\n");
    return 0;
}

static struct lab_result *conduct_run(const char *line, const struct lab_caller *caller)
{
    char text[512];

    snprintf(text, sizeof text, "user vmremote 6001 6001\ngroup vmclub 7777 vmremote\n%s\n", line);
    nss_vmtest(text);
    return helper_start(&(struct lab_start){.caller = caller});
}

/* What ends the process that asks, or has it say what is no answer. */
static void test_conduct_odd_is_try_again(void **state)
{
    static const char *const lines[] = {
        "at getpwuid null",    "at any segv",       "at any abort",       "at any overflow",      "at any exit 0",
        "at any exit 1",       "at any quit 0",     "at any quit 1",      "at any signal 15",     "at any signal 9",
        "at any close",        "at any scribble 1", "at any scribble 80", "at any scribble 4096", "at any forge",
        "at any forge exit",   "at getgrnam segv",  "at getgrnam exit 0", "at getgrnam close",    "at getgrnam forge",
        "at getgrnam illegal",

    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        print_message("  %s\n", lines[i]);
        names_assert_refused(conduct_run(lines[i], &remote), EXIT_TEMPFAIL, ODD);
        if (strstr(lines[i], "null") == NULL) /* root is not known there, so there are no strings to leave out */
            names_assert_refused(conduct_run(lines[i], &lab_root), EXIT_TEMPFAIL, ODD);
    }
}

static _Noreturn void demon_run(int listener)
{
    for (;;) {
        const int fd = accept(listener, NULL, NULL);
        char byte;
        if (fd < 0 || read(fd, &byte, 1) != 1 || write(fd, "!", 1) != 1 || close(fd) != 0)
            _exit(1);
    }
}

/* What a service may well do: it answers all the same. */
static void test_conduct_lively_is_answered(void **state)
{
    static const char *const lines[] = {
        "at any print", "at any raise", "at any sleep 20", "at any look", ("at any socket " DEMON),
    };
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = DEMON};
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    if (listener < 0 || bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 8) != 0)
        lab_die("listen");
    lab_command("chmod 666 " DEMON);
    const pid_t demon = fork();
    if (demon < 0)
        lab_die("fork");
    if (demon == 0)
        demon_run(listener);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        print_message("  %s\n", lines[i]);
        struct lab_result *result = conduct_run(lines[i], &lab_vmother);
        helper_assert_granted(result, "virbr0"); /* and so nothing of what was printed is seen */
        result = conduct_run(lines[i], &remote);
        helper_assert_refused(result, EXIT_NOPERM, RULES_FILE ":2 denies");
    }
    const bool lives = kill(demon, SIGKILL) == 0 && waitpid(demon, NULL, 0) == demon;
    close(listener);
    unlink(DEMON);
    assert_true(lives);
    names_assert_refused(conduct_run("at any socket " DEMON, &remote), EXIT_TEMPFAIL, ODD);
}

/* A limit of the caller's could make it fail, and the next service be asked instead: it must never succeed either. */
static void test_conduct_forbidden_call_refused(void **state)
{
    static const char *const lines[] = {"at any threads", "at any fork free", "at any fork hold", "at any exec",
                                        "at any ptrace",  "at any dumpable",  "at any session",   "at any ids"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        print_message("  %s\n", lines[i]);
        names_assert_refused(conduct_run(lines[i], &remote), EXIT_CONFIG,
                             "a module of the name service did what it may not do here");
    }
}

/* As RestrictAddressFamilies= of a unit does, systemd.exec(5). */
static void internet_forbidden(int socket_number, void *hook_data)
{
    const uint32_t refused = SECCOMP_RET_ERRNO | EAFNOSUPPORT;
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, refused),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};

    (void)socket_number;
    (void)hook_data;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        lab_die("seccomp");
}

/* Where it is forbidden, a module that needs it would find its server unavailable, and the next be asked instead. */
static void test_conduct_internet_forbidden_refused(void **state)
{
    (void)state;
    helper_skip_with_service("it installs a filter before the helper");
    names_assert_refused(conduct_run("at any internet", &remote), EXIT_NOPERM, "denies bridge 'virbr0'");
    names_assert_refused(helper_start(&(struct lab_start){.caller = &remote, .hook_as_root = internet_forbidden}),
                         EXIT_CONFIG, "a module of the name service did what it may not do here");
    /* Nothing else is different. */
    conduct_run("", &remote);
    names_assert_refused(helper_start(&(struct lab_start){.caller = &remote, .hook_as_root = internet_forbidden}),
                         EXIT_NOPERM, "denies bridge 'virbr0'");
}

/* What lasts for ever ends at the deadline, and with it all that was forked. */
static void test_conduct_endless_is_ended_in_time(void **state)
{
    static const char *const lines[] = {"at getgrnam hang", "at any signal 19", "at any forge hang", "at any spin"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        print_message("  %s\n", lines[i]);
        const long long before = lab_now_ms();
        struct lab_result *result = conduct_run(lines[i], &remote);
        const long long duration = lab_now_ms() - before;
        names_assert_refused(result, EXIT_TEMPFAIL, LATE);
        assert_in_range(duration, TIMEOUT_MS - 100, PATIENCE_MS);
    }
}

/* It carries the caller's uid, as the helper does: it may kill it. Then there is no tap. */
static void test_conduct_kills_the_helper(void **state)
{
    (void)state;
    struct lab_result *result = conduct_run("at any kill-parent", &remote);
    if (helper_has_service()) /* which tells it from an answer */
        helper_assert_refused(result, EXIT_TEMPFAIL, "ended without an answer");
    else
        assert_int_equal(result->term_signal, SIGKILL);
    assert_int_equal(result->fd_count, 0);
    assert_true(lab_tap_count_becomes(0));
}

/* A service that lies is believed: who can install one is root. But it lies about names, and nothing else. */
static void test_conduct_lies_are_about_names_only(void **state)
{
    static const struct lab_caller first = {.uid = 4242, .gid = 4242};

    (void)state;
    nss_switch("vmtest", "vmtest", NULL);
    nss_vmtest("user root 4242 0\nuser vmuser 4242 0\ngroup vmclub 0 vmuser\n");
    names_rules_write("allow user root bridge virbr0\n");
    names_assert_granted(helper_start(&(struct lab_start){.caller = &first}));
    names_rules_write("allow uid 0 bridge virbr0\nallow gid 0 bridge virbr0\nallow group vmclub bridge virbr0\n");
    names_assert_refused(helper_start(&(struct lab_start){.caller = &first}), EXIT_NOPERM, "no rule lets");
    names_rules_write("allow user vmother bridge virbr0\n");
    names_assert_refused(helper_start(&(struct lab_start){.caller = &lab_vmother}), EXIT_NOPERM, "no rule lets");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_conduct_odd_is_try_again, conduct_reset),
        cmocka_unit_test_setup(test_conduct_lively_is_answered, conduct_reset),
        cmocka_unit_test_setup(test_conduct_forbidden_call_refused, conduct_reset),
        cmocka_unit_test_setup(test_conduct_internet_forbidden_refused, conduct_reset),
        cmocka_unit_test_setup(test_conduct_endless_is_ended_in_time, conduct_reset),
        cmocka_unit_test_setup(test_conduct_kills_the_helper, conduct_reset),
        cmocka_unit_test_setup(test_conduct_lies_are_about_names_only, conduct_reset),
    };

    return cmocka_run_group_tests_name("names_conduct", tests, names_world_setup, NULL);
}
