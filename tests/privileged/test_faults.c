/* SPDX-License-Identifier: MIT
 *
 * Every system call of a start fails once, in several ways; lies once, where it changes privilege; and is the helper's
 * last, at its entry and at its exit. Whatever happens: exit 0 means that the tap was delivered whole, a tap that was
 * not delivered is gone, a denied bridge stays denied, and no privilege is used outside of its place.
 */
#define _GNU_SOURCE
#include "helper.h"

#include "options.h"
#include "witness.h"

#include <errno.h>
#include <linux/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

enum {
    CALL_MAX = 2000,
    CALL_FEWEST = 40
};

static const int errors[] = {EPERM, ENOMEM, EMFILE, EINTR, EAGAIN, ENOSYS};
static const char *const denied[] = {"--br=br0", NULL};
static const char *const with_queues[] = {"--use-vnet", "--queues=4", "--br=virbr0", NULL};

static struct lab_result *result; /* of the latest start */
static bool has_options;          /* the rule has: see options.h */
static unsigned queues = 1;       /* that the start asks for */

/* The calls of a start without a fault, and what its witness knew after each; after[0] is from before the first. */
struct calls {
    unsigned count;
    long numbers[CALL_MAX];
    struct witness witness;
    struct witness after[CALL_MAX];
};

struct trial {
    struct witness witness;
    long fake_number; /* the call that was faked */
    unsigned fake_at;
    unsigned stop_count;
    unsigned kill_at; /* the stop to kill at; 0: none */
};

/* Reading /proc at each entry and exit takes most of the time. The exits suffice, and the entries of the plug. */
static bool is_witnessed(const struct lab_stop *stop)
{
    return !stop->at_entry || stop->number == SYS_ioctl || stop->number == SYS_sendmsg;
}

static enum lab_action call_note(const struct lab_stop *stop, void *visit_data)
{
    struct calls *calls = visit_data;

    if (stop->ordinal >= CALL_MAX)
        return LAB_GO;
    if (is_witnessed(stop))
        (void)witness_visit(stop, &calls->witness); /* it always lets the helper go on */
    calls->numbers[stop->ordinal] = stop->number;
    calls->after[stop->ordinal] = calls->witness;
    calls->count = stop->ordinal;
    return LAB_GO;
}

/* Up to the call that fails, or the stop where it is killed, every other start makes the same calls. */
static const struct calls *calls_record(const struct lab_start *start)
{
    static struct calls calls;
    const struct lab_plan plan = {.visit = call_note, .visit_data = &calls};

    calls.count = 0;
    calls.witness = (struct witness){.caller = start->caller,
                                     .socket_number = LAB_SOCKET_NUMBER,
                                     .has_file_capability = strcmp(start->program, HELPER_FSCAPS) == 0};
    calls.after[0] = calls.witness;
    result = helper_trace(start, &plan);
    assert_in_range(calls.count, CALL_FEWEST, CALL_MAX - 1);
    assert_string_equal(calls.witness.fault, "");
    return &calls;
}

/* The witness comes where the start begins to differ from the one that was recorded. */
static enum lab_action trial_visit(const struct lab_stop *stop, void *visit_data)
{
    struct trial *trial = visit_data;

    if (++trial->stop_count == trial->kill_at)
        return LAB_KILL;
    if (stop->ordinal == trial->fake_at)
        trial->fake_number = stop->number;
    if (trial->fake_at == 0 || stop->ordinal < trial->fake_at || !is_witnessed(stop))
        return LAB_GO;
    return witness_visit(stop, &trial->witness);
}

static void trial_run(const struct lab_start *start, const struct calls *calls, struct trial *trial, int64_t fake_value)
{
    const struct lab_plan plan = {.visit = trial_visit,
                                  .visit_data = trial,
                                  .fake_at = trial->fake_at,
                                  .fake_value = fake_value};

    trial->witness = calls->after[trial->fake_at > 0 ? trial->fake_at - 1 : 0];
    result = helper_trace(start, &plan);
}

static void trial_describe(const struct trial *trial, const char *what)
{
    if (trial->witness.fault[0] != '\0')
        fail_msg("%s at call %u (number %ld): %s", what, trial->fake_at, trial->fake_number, trial->witness.fault);
    if (result->timed_out || (result->exit_code == 0 && result->fd_count != queues))
        fail_msg("%s at call %u (number %ld): exit %d, %zu descriptors%s; %s", what, trial->fake_at, trial->fake_number,
                 result->exit_code, result->fd_count, result->timed_out ? ", hung" : "", result->stderr_text);
}

/* A tap that arrives has all its properties, not only the last ones to be set. */
static void delivered_check(void)
{
    char name[IFNAMSIZ];
    unsigned flags;
    struct lab_link link;

    helper_assert_whole_queues(result, "virbr0", queues);
    if (result->tap_fd < 0)
        return;
    assert_true(lab_tap_identify(result->tap_fd, name, &flags));
    assert_true(lab_link_read(name, &link));
    assert_true(link.flags & IFF_UP);
    assert_int_equal(link.mtu, 1500);
    assert_int_equal(link.address[0], 0xfe);
    assert_int_equal(link.addr_gen_mode, 1);
    assert_non_null(strstr(link.alias, "virbr0"));
    if (has_options)
        options_assert_whole(name);
    if (queues > 1)
        lab_command("ip -d -j link show dev %s | grep -q '\"numqueues\":%u,\"numdisabled\":0,'", name, queues);
}

/*
 * With options or several queues, what comes before is as it is without, and tried there: all until the last open, which
 * is of the rules; after it, there is one for each further queue.
 */
static unsigned calls_first(const struct calls *calls)
{
    unsigned first = has_options || queues > 1 ? calls->count : 1;

    for (unsigned opens = 0; first > 1; first--)
        if (calls->numbers[first] == SYS_openat && ++opens == queues)
            break;
    return first;
}

static void faults_try(const struct lab_start *start, int error)
{
    const struct calls *calls = calls_record(start);
    const bool is_denied = start->arguments == denied;
    unsigned granted = 0;

    for (unsigned n = calls_first(calls); n <= calls->count; n++) {
        struct trial trial = {.fake_at = n};
        if (helper_call_always_succeeds(calls->numbers[n]))
            continue;
        trial_run(start, calls, &trial, -error);
        trial_describe(&trial, strerror(error));
        if (is_denied) {
            assert_int_not_equal(result->exit_code, 0);
            assert_int_equal(result->fd_count, 0);
            assert_true(lab_tap_count_becomes(0));
        }
        delivered_check();
        granted += result->tap_fd >= 0;
    }
    assert_in_range(granted, is_denied ? 0 : 1, is_denied ? 0 : CALL_MAX); /* some calls may well fail */
    helper_release(result);
}

static void test_call_fails_allowed_whole_or_nothing(void **state)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){0});

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        print_message("  %s\n", strerror(errors[i]));
        faults_try(&start, errors[i]);
    }
}

static void test_call_fails_denied_stays_denied(void **state)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){.arguments = denied});

    (void)state;
    /* The deny stands after an include: losing either file must not lose it. */
    helper_rules_write("allow all\ninclude /etc/qemu/more.conf\n");
    lab_text_write("/etc/qemu/more.conf", "deny br0\n", 0, 0, 0644);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        print_message("  %s\n", strerror(errors[i]));
        faults_try(&start, errors[i]);
    }
}

static void test_call_fails_fscaps_and_root_whole_or_nothing(void **state)
{
    const struct lab_start fscaps = helper_start_complete(&(struct lab_start){.program = HELPER_FSCAPS});
    const struct lab_start root =
        helper_start_complete(&(struct lab_start){.program = HELPER_PLAIN, .caller = &lab_root});

    (void)state;
    faults_try(&fscaps, EPERM);
    faults_try(&root, EPERM);
}

/* The kernel says that it was done, and it was not: what is read back must tell. */
static void lies_try(const struct lab_start *start)
{
    const struct calls *calls = calls_record(start);
    unsigned lies = 0;

    for (unsigned n = 1; n <= calls->count; n++) {
        if (!witness_changes_privilege(calls->numbers[n]))
            continue;
        struct trial trial = {.fake_at = n};
        trial_run(start, calls, &trial, 0);
        trial_describe(&trial, "a lie");
        delivered_check();
        lies++;
    }
    assert_true(lies > 4);
    helper_release(result);
}

static void test_drop_faked_is_noticed(void **state)
{
    const struct lab_start setuid = helper_start_complete(&(struct lab_start){0});
    const struct lab_start fscaps = helper_start_complete(&(struct lab_start){.program = HELPER_FSCAPS});
    const struct lab_start root =
        helper_start_complete(&(struct lab_start){.program = HELPER_PLAIN, .caller = &lab_root});

    (void)state;
    lies_try(&setuid);
    lies_try(&fscaps);
    lies_try(&root);
}

static void kills_try(const struct lab_start *start)
{
    const struct calls *calls = calls_record(start);
    unsigned delivered = 0;

    for (unsigned n = 2 * calls_first(calls) - 1;; n++) {
        struct trial trial = {.kill_at = n};
        trial_run(start, calls, &trial, 0);
        trial_describe(&trial, "a kill");
        if (trial.stop_count < n)
            break;
        assert_int_not_equal(result->exit_code, 0);
        delivered_check();
        delivered += result->tap_fd >= 0;
        assert_in_range(n, 1, 2 * CALL_MAX);
    }
    assert_in_range(delivered, 1, 20); /* those after the hand-over */
    helper_release(result);
}

static void test_killed_at_every_call_whole_or_nothing(void **state)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){0});

    (void)state;
    kills_try(&start);
}

static void test_options_call_fails_or_killed_all_or_nothing(void **state)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){0});

    (void)state;
    has_options = true;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        print_message("  %s\n", strerror(errors[i]));
        faults_try(&start, errors[i]);
        options_assert_none_left();
    }
    kills_try(&start);
    options_assert_none_left();
    has_options = false;
}

static void test_queues_call_fails_or_killed_all_or_nothing(void **state)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){.arguments = with_queues});

    (void)state;
    queues = 4;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        print_message("  %s\n", strerror(errors[i]));
        faults_try(&start, errors[i]);
    }
    kills_try(&start);
    queues = 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_call_fails_allowed_whole_or_nothing, helper_rules_reset),
        cmocka_unit_test_setup(test_call_fails_denied_stays_denied, helper_rules_reset),
        cmocka_unit_test_setup(test_call_fails_fscaps_and_root_whole_or_nothing, helper_rules_reset),
        cmocka_unit_test_setup(test_drop_faked_is_noticed, helper_rules_reset),
        cmocka_unit_test_setup(test_killed_at_every_call_whole_or_nothing, helper_rules_reset),
        cmocka_unit_test_setup_teardown(test_options_call_fails_or_killed_all_or_nothing, options_world_setup,
                                        options_world_reset),
        cmocka_unit_test_setup(test_queues_call_fails_or_killed_all_or_nothing, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("faults", tests, helper_world_setup, NULL);
}
