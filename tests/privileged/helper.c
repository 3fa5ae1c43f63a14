/* SPDX-License-Identifier: MIT
 *
 * See helper.h.
 */
#define _GNU_SOURCE
#include "helper.h"

#include "helperd.h"

#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

enum {
    ARGUMENT_MAX = 16
};

static struct lab_result last = {.tap_fd = -1};

bool helper_has_service(void)
{
    return getenv("VMNET_SERVICE") != NULL;
}

void helper_skip_with_service(const char *reason)
{
    if (!helper_has_service())
        return;
    print_message("  not with the service: %s\n", reason);
    skip();
}

int helper_world_setup(void **state)
{
    const char *program = getenv("VMNET_HELPER");

    if (program == NULL) {
        fprintf(stderr, "VMNET_HELPER must name the helper\n");
        return -1;
    }
    const mode_t setuid = helper_has_service() ? 0 : 04000;
    lab_program_install(program, HELPER_SETUID, 0, 0, setuid | 0755);
    lab_program_install(program, HELPER_GROUP, 0, VMGROUP, setuid | 0750);
    lab_program_install(program, HELPER_FSCAPS, 0, 0, 0755);
    lab_program_install(program, HELPER_PLAIN, 0, 0, 0755);
    if (helper_has_service())
        (void)lab_helperd_listen(lab_program_find("VMNET_SERVICE")); /* ends with the laboratory */
    else
        lab_command("setcap cap_net_admin=ep " HELPER_FSCAPS);
    return helper_rules_reset(state);
}

int helper_rules_reset(void **state)
{
    (void)state; /* cmocka's signature */
    lab_result_release(&last);
    lab_command("rm -rf /etc/qemu /etc/vmnet && mkdir -m 755 /etc/qemu /etc/vmnet && chmod 666 /dev/net/tun");
    helper_rules_write("allow virbr0\n");
    return 0;
}

void helper_rules_write(const char *text)
{
    lab_text_write(RULES, text, 0, 0, 0644);
}

struct lab_start helper_start_complete(const struct lab_start *start)
{
    static const char *const usual_arguments[] = {"--br=virbr0", NULL};
    struct lab_start complete = *start;

    if (complete.program == NULL)
        complete.program = HELPER_SETUID;
    if (complete.caller == NULL)
        complete.caller = &lab_vmuser;
    if (complete.arguments == NULL)
        complete.arguments = usual_arguments;
    return complete;
}

struct lab_result *helper_start(const struct lab_start *start)
{
    const struct lab_start complete = helper_start_complete(start);

    helper_release(&last);
    lab_run(&complete, &last);
    return &last;
}

struct lab_result *helper_trace(const struct lab_start *start, const struct lab_plan *plan)
{
    const struct lab_start complete = helper_start_complete(start);

    helper_release(&last);
    lab_trace_run(&complete, plan, &last);
    return &last;
}

struct lab_result *helper_run(const struct lab_caller *caller, ...)
{
    const char *arguments[ARGUMENT_MAX + 1] = {NULL};
    va_list values;
    size_t count = 0;

    va_start(values, caller);
    while (count < ARGUMENT_MAX && (arguments[count] = va_arg(values, const char *)) != NULL)
        count++;
    va_end(values);
    return helper_start(&(struct lab_start){.caller = caller, .arguments = arguments});
}

void helper_release(struct lab_result *result)
{
    const bool held = result->tap_fd >= 0;

    lab_result_release(result);
    if (held)
        assert_true(lab_tap_count_becomes(0));
}

struct lab_link helper_assert_granted(const struct lab_result *result, const char *bridge)
{
    return helper_assert_granted_queues(result, bridge, 1);
}

struct lab_link helper_assert_granted_queues(const struct lab_result *result, const char *bridge, size_t count)
{
    char name[IFNAMSIZ];
    unsigned flags;
    struct lab_link link;

    assert_string_equal(result->stderr_text, "");
    assert_false(result->timed_out);
    assert_int_equal(result->exec_errno, 0);
    assert_int_equal(result->term_signal, 0);
    assert_int_equal(result->exit_code, 0);
    assert_int_equal(result->byte_count, 1);
    assert_int_equal(result->fd_count, count);
    assert_int_equal(result->message_count, 1);
    assert_true(lab_tap_identify(result->tap_fd, name, &flags));
    assert_true(lab_link_read(name, &link));
    assert_string_equal(link.master, bridge);
    assert_true(link.flags & IFF_UP);
    return link;
}

static void nothing_left_assert(const struct lab_result *result, size_t tap_count)
{
    assert_int_equal(result->byte_count, 0);
    assert_int_equal(result->fd_count, 0);
    assert_true(lab_tap_count_becomes(tap_count));
}

void helper_assert_refused(const struct lab_result *result, int code, const char *words)
{
    helper_assert_refused_beside(result, 0, code, words);
}

void helper_assert_refused_beside(const struct lab_result *result, size_t tap_count, int code, const char *words)
{
    const char *text = result->stderr_text;

    assert_false(result->timed_out);
    assert_int_equal(result->exec_errno, 0);
    assert_int_equal(result->term_signal, 0);
    nothing_left_assert(result, tap_count);
    if (strstr(text, words) == NULL)
        fail_msg("no \"%s\" in: %s", words, text);
    if (strncmp(text, "vmnet-helper: ", 14) != 0)
        fail_msg("not our line: %s", text);
    if (result->stderr_write_count != 1)
        fail_msg("%zu writes to stderr: %s", result->stderr_write_count, text);
    if (strchr(text, '\n') != text + result->stderr_len - 1)
        fail_msg("not one line: %s", text);
    for (size_t i = 0; i + 1 < result->stderr_len; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            fail_msg("byte %zu is not printable ASCII: %s", i, text);
    if (code != 0 && result->exit_code != code)
        fail_msg("exit status %d, not %d: %s", result->exit_code, code, text);
    switch (result->exit_code) {
    case EXIT_USAGE:
    case EXIT_UNAVAILABLE:
    case EXIT_SOFTWARE:
    case EXIT_OSERR:
    case EXIT_TEMPFAIL:
    case EXIT_NOPERM:
    case EXIT_CONFIG:
        break;
    default:
        fail_msg("exit status %d is not of the contract", result->exit_code);
    }
}

void helper_assert_whole(const struct lab_result *result, const char *bridge)
{
    helper_assert_whole_queues(result, bridge, 1);
}

void helper_assert_whole_queues(const struct lab_result *result, const char *bridge, size_t count)
{
    assert_false(result->timed_out);
    if (result->fd_count != 0 || result->exit_code == 0) {
        assert_int_equal(result->byte_count, 1);
        assert_int_equal(result->fd_count, count);
        char name[IFNAMSIZ];
        unsigned flags;
        struct lab_link link;
        assert_true(lab_tap_identify(result->tap_fd, name, &flags));
        assert_true(lab_link_read(name, &link));
        assert_string_equal(link.master, bridge);
        return;
    }
    nothing_left_assert(result, 0);
}

/* musl blocks all signals around a change of ids, and does not ask whether it could: a correct call never fails. */
#ifdef __GLIBC__
#define LIBC_NEEDS_SIGPROCMASK false
#else
#define LIBC_NEEDS_SIGPROCMASK true
#endif

bool helper_call_always_succeeds(long number)
{
    return (LIBC_NEEDS_SIGPROCMASK && number == SYS_rt_sigprocmask) || number == SYS_getuid || number == SYS_geteuid ||
           number == SYS_getgid || number == SYS_getegid || number == SYS_getpid || number == SYS_gettid ||
           number == SYS_umask;
}
