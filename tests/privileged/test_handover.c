/* SPDX-License-Identifier: MIT
 *
 * How a start ends: what goes over the socket, what stands on stderr, and what a caller that does not cooperate gets.
 */
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_grant_sends_one_byte_and_one_descriptor_once(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    /* All of it is in the assertion: nothing on stderr, one message, one byte, one descriptor, exit 0. */
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    helper_assert_granted(helper_run(&lab_vmother, "--use-vnet", "--br=virbr0", NULL), "virbr0");
}

static void test_tap_goes_with_its_last_descriptor(void **state)
{
    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    helper_assert_granted(result, "virbr0");
    assert_int_equal(lab_tap_count(), 1);
    const int copy = fcntl(result->tap_fd, F_DUPFD_CLOEXEC, 3);
    lab_result_release(result);
    assert_int_equal(lab_tap_count(), 1);
    close(copy);
    assert_true(lab_tap_count_becomes(0));
}

static void test_each_kind_of_failure_is_one_line_and_its_status(void **state)
{
    (void)state;
    helper_assert_refused(helper_run(&lab_vmuser, NULL), EXIT_USAGE, "");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
    helper_rules_write("allow nosuch0\n");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=nosuch0", NULL), EXIT_UNAVAILABLE, "nosuch0");
    helper_rules_write("allow\n");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, RULES ":1");
}

static void test_denial_names_user_bridge_and_remedy(void **state)
{
    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--br=br0", NULL);
    helper_assert_refused(result, EXIT_NOPERM, "vmuser (uid 4242)");
    helper_assert_refused(result, EXIT_NOPERM, "'br0'");
    helper_assert_refused(result, EXIT_NOPERM, RULES);
    helper_assert_refused(result, EXIT_NOPERM, "the line 'allow uid 4242 bridge br0'");
    helper_rules_write("allow all\n\ndeny br0\n");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, RULES ":3");
}

/* A line that a terminal would obey must not come out of a name that the caller chose. Control bytes are refused as
 * usage; bytes above 127 may stand in an interface's name, and are escaped. */
static void test_message_escapes_what_is_not_printable_ascii(void **state)
{
    (void)state;
    helper_assert_refused(helper_run(&lab_vmuser, "--br=\xc3\xa4\xff\x9b", NULL), EXIT_NOPERM, "access denied");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=\x1b]0;x\x07", NULL), EXIT_USAGE, "");
    helper_assert_refused(helper_run(&lab_vmuser, "--\x1b[31mno", "--br=virbr0", NULL), EXIT_USAGE, "");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", "two\nlines", NULL), EXIT_USAGE, "");
}

static void socket_peer_close(int socket_number, void *hook_data)
{
    int pair[2];

    (void)hook_data; /* not needed */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 || dup2(pair[0], socket_number) < 0)
        lab_die("socketpair");
    close(pair[0]);
    close(pair[1]);
}

/* Not by SIGPIPE either: its death would be silent. */
static void test_peer_gone_refused_and_nothing_left(void **state)
{
    (void)state;
    helper_assert_refused(helper_start(&(struct lab_start){.hook_as_root = socket_peer_close}), 0, "");
}

static void socket_fill(int socket_number, void *hook_data)
{
    char block[4096] = {0};

    if (fcntl(socket_number, F_SETFL, O_NONBLOCK) != 0)
        lab_die("O_NONBLOCK");
    while (write(socket_number, block, sizeof block) > 0)
        ;
    while (write(socket_number, block, 1) > 0)
        ;
    if (*(const bool *)hook_data && fcntl(socket_number, F_SETFL, 0) != 0)
        lab_die("O_NONBLOCK");
}

/* Nobody waits for a caller who does not read: a blocked helper would hold its tap for as long as he likes. */
static void test_socket_full_refused_and_nothing_left(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        int pair[2];
        bool blocks = i == 1;
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        helper_assert_refused(
            helper_start(&(struct lab_start){.socket = pair[1], .hook_as_root = socket_fill, .hook_data = &blocks}), 0,
            "");
        close(pair[0]);
        close(pair[1]);
    }
}

/* libvirt may be killed while we run; and shutdown(2) for writing looks like a closed peer. */
static void socket_shut(int socket_number, void *hook_data)
{
    (void)hook_data; /* not needed */
    if (shutdown(socket_number, SHUT_WR) != 0)
        lab_die("shutdown");
}

static void test_socket_shut_refused_and_nothing_left(void **state)
{
    (void)state;
    helper_assert_refused(helper_start(&(struct lab_start){.hook_as_root = socket_shut}), 0, "");
}

static void stderr_full(int socket_number, void *hook_data)
{
    (void)socket_number; /* only stderr is at stake */
    (void)hook_data;
    const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || dup2(fd, 2) < 0)
        lab_die("/dev/full");
}

static void stderr_broken(int socket_number, void *hook_data)
{
    int ends[2];

    (void)socket_number; /* only stderr is at stake */
    (void)hook_data;
    if (pipe2(ends, O_CLOEXEC) != 0 || dup2(ends[1], 2) < 0)
        lab_die("pipe2");
    close(ends[0]);
    close(ends[1]);
}

/* The exit status must be right even when nobody can be told why. */
static void test_stderr_unusable_status_stays(void **state)
{
    static void (*const hooks[])(int, void *) = {stderr_full, stderr_broken};

    (void)state;
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        static const char *const denied[] = {"--br=br0", NULL};
        struct lab_result *result = helper_start(&(struct lab_start){.arguments = denied, .hook_as_root = hooks[i]});
        assert_int_equal(result->exit_code, EXIT_NOPERM);
        assert_int_equal(result->fd_count, 0);
        helper_assert_granted(helper_start(&(struct lab_start){.hook_as_root = hooks[i]}), "virbr0");
    }
}

/* The kernel ends a process that a signal hits; the one thing to see is that this is no success. The death by every
 * signal at every system call is in test_faults.c. */
static void signal_pend(int socket_number, void *hook_data)
{
    sigset_t set;

    (void)socket_number; /* not at stake */
    if (sigemptyset(&set) != 0 || sigaddset(&set, *(const int *)hook_data) != 0 ||
        sigprocmask(SIG_BLOCK, &set, NULL) != 0 || raise(*(const int *)hook_data) != 0)
        lab_die("signal");
}

static void test_signal_pending_at_start_never_a_false_success(void **state)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM, SIGALRM, SIGUSR1, SIGPIPE, SIGCHLD, SIGXFSZ};

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int number = numbers[i];
        struct lab_start start = {.hook_as_caller = signal_pend, .hook_data = &number};
        struct lab_result *result = helper_start(&start);
        print_message("  signal %d: exit %d, signal %d\n", number, result->exit_code, result->term_signal);
        helper_assert_whole(result, "virbr0");
    }
}

/* QEMU has SIGCHLD blocked and SIGPIPE ignored when it starts us. */
static void signals_as_qemu(int socket_number, void *hook_data)
{
    sigset_t all;

    (void)socket_number; /* not at stake */
    (void)hook_data;
    if (sigfillset(&all) != 0 || sigprocmask(SIG_BLOCK, &all, NULL) != 0)
        lab_die("sigprocmask");
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_IGN); /* refused for SIGKILL and SIGSTOP */
}

static void test_signals_blocked_and_ignored_granted_and_refused(void **state)
{
    static const char *const denied[] = {"--br=br0", NULL};

    (void)state;
    helper_assert_granted(helper_start(&(struct lab_start){.hook_as_caller = signals_as_qemu}), "virbr0");
    helper_assert_refused(helper_start(&(struct lab_start){.hook_as_caller = signals_as_qemu, .arguments = denied}),
                          EXIT_NOPERM, "access denied by acl file");
}

/* The order of the last calls. */
struct ending {
    bool line_written;
    bool socket_closed_before_line;
    bool handed_over;
    long after_hand_over; /* the first call after it that neither closes nor exits; -1: none */
};

static enum lab_action ending_watch(const struct lab_stop *stop, void *visit_data)
{
    struct ending *ending = visit_data;

    if (!stop->at_entry)
        return LAB_GO;
    if (stop->number == SYS_write && stop->args[0] == 2)
        ending->line_written = true;
    else if (stop->number == SYS_close && stop->args[0] == LAB_SOCKET_NUMBER && !ending->line_written)
        ending->socket_closed_before_line = true;
    if (ending->handed_over && ending->after_hand_over < 0 && stop->number != SYS_close &&
        stop->number != SYS_exit_group)
        ending->after_hand_over = stop->number;
    if (stop->number == SYS_sendmsg && stop->args[0] == LAB_SOCKET_NUMBER)
        ending->handed_over = true;
    return LAB_GO;
}

/* libvirt kills its helper as soon as the socket is at its end, and shows what stderr held by then. */
static void test_failure_line_comes_before_the_socket_is_closed(void **state)
{
    static const char *const rows[][2] = {{"--br=br0"}, {"--br="}, {"--br=nosuch"}, {"--nosuch"}};

    (void)state;
    helper_rules_write("allow nosuch\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ending ending = {.after_hand_over = -1};
        const struct lab_plan plan = {.visit = ending_watch, .visit_data = &ending};
        helper_assert_refused(helper_trace(&(struct lab_start){.arguments = rows[i]}, &plan), 0, "");
        assert_true(ending.line_written);
        assert_false(ending.socket_closed_before_line);
        assert_false(ending.handed_over);
    }
}

static void test_hand_over_is_the_last_act(void **state)
{
    struct ending ending = {.after_hand_over = -1};
    const struct lab_plan plan = {.visit = ending_watch, .visit_data = &ending};

    (void)state;
    helper_assert_granted(helper_trace(&(struct lab_start){0}, &plan), "virbr0");
    assert_true(ending.handed_over);
    assert_int_equal(ending.after_hand_over, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_grant_sends_one_byte_and_one_descriptor_once, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_goes_with_its_last_descriptor, helper_rules_reset),
        cmocka_unit_test_setup(test_each_kind_of_failure_is_one_line_and_its_status, helper_rules_reset),
        cmocka_unit_test_setup(test_denial_names_user_bridge_and_remedy, helper_rules_reset),
        cmocka_unit_test_setup(test_message_escapes_what_is_not_printable_ascii, helper_rules_reset),
        cmocka_unit_test_setup(test_peer_gone_refused_and_nothing_left, helper_rules_reset),
        cmocka_unit_test_setup(test_socket_full_refused_and_nothing_left, helper_rules_reset),
        cmocka_unit_test_setup(test_socket_shut_refused_and_nothing_left, helper_rules_reset),
        cmocka_unit_test_setup(test_stderr_unusable_status_stays, helper_rules_reset),
        cmocka_unit_test_setup(test_signal_pending_at_start_never_a_false_success, helper_rules_reset),
        cmocka_unit_test_setup(test_failure_line_comes_before_the_socket_is_closed, helper_rules_reset),
        cmocka_unit_test_setup(test_hand_over_is_the_last_act, helper_rules_reset),
        cmocka_unit_test_setup(test_signals_blocked_and_ignored_granted_and_refused, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("handover", tests, helper_world_setup, NULL);
}
