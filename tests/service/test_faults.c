/* SPDX-License-Identifier: MIT
 *
 * An instance, "vmnet-helperd --serve", at each of its system calls: the call fails, in several ways; it lies, if it
 * changes privilege; the instance is killed there. Whatever happens: a caller gets a whole tap of his own, or a code,
 * or the end of the connection; a tap that was not delivered is gone; a denied bridge stays denied; and no byte of the
 * request is read with root's rights. As in tests/privileged/test_faults.c: from phase 5 on it is the same code.
 */
#define _GNU_SOURCE
#include "asker.h"
#include "helperd_test.h"

#include "witness.h"

#include <errno.h>
#include <linux/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HELPERD "/run/lab/vmnet-helperd"

enum {
    CALL_MAX = 2000,
    CALL_FEWEST = 60,
    CONNECTION = 3,  /* the number that it gives the connection */
    EXIT_REFUSED = 1 /* for his namespaces */
};

static const int errors[] = {EPERM, ENOMEM, EMFILE, EINTR, EAGAIN, ENOSYS};

static struct lab_result result;   /* of the latest start */
static struct asker_answer answer; /* to it */
static const char *bridge;         /* asked for */
static const struct lab_caller *caller;

struct calls {
    unsigned count;
    long numbers[CALL_MAX];
};

struct trial {
    struct witness witness;
    bool read_early;  /* the request, before the drop */
    bool is_shortage; /* what fails says that the machine has run out of something */
    unsigned fake_at;
    unsigned stop_count;
    unsigned kill_at; /* the stop to kill at; 0: none */
    struct calls *calls;
};

static void stdin_give(int socket_number, void *hook_data)
{
    (void)hook_data; /* not needed */
    if (dup2(socket_number, 0) != 0)
        lab_die("dup2");
    close(socket_number);
}

static enum lab_action trial_visit(const struct lab_stop *stop, void *visit_data)
{
    struct trial *trial = visit_data;

    if (++trial->stop_count == trial->kill_at)
        return LAB_KILL;
    if (trial->calls != NULL && stop->ordinal < CALL_MAX) {
        trial->calls->numbers[stop->ordinal] = stop->number;
        trial->calls->count = stop->ordinal;
    }
    if (trial->kill_at == 0)
        (void)witness_visit(stop, &trial->witness); /* it always lets it go on */
    if (stop->at_entry && stop->number == SYS_recvfrom && stop->args[0] == CONNECTION && !trial->witness.dropped)
        trial->read_early = true;
    return LAB_GO;
}

static void trial_run(struct trial *trial, int64_t fake_value)
{
    static const char *const arguments[] = {"--serve", NULL};
    const struct asker_plan plan = {.caller = caller};
    const struct lab_plan traced = {.visit = trial_visit,
                                    .visit_data = trial,
                                    .fake_at = trial->fake_at,
                                    .fake_value = fake_value};
    unsigned char request[ASKER_REQUEST_LEN];
    struct asker asker;
    const int fd = asker_connect_to_test(&plan, &asker);

    asker_request(request, bridge);
    asker_send(&asker, request, sizeof request);
    trial->witness.caller = caller;
    trial->witness.may_fork = true; /* a refusal may look for what would allow it */
    lab_trace_run(&(struct lab_start){.program = HELPERD,
                                      .arguments = arguments,
                                      .fd_argument = "",
                                      .caller = &lab_root,
                                      .socket = fd,
                                      .hook_as_root = stdin_give},
                  &traced, &result);
    close(fd);
    asker_receive(&asker, &answer);
    asker_end(&asker);
}

/* Returns whether it was a grant, and closes the tap. */
static bool answer_check(const struct trial *trial)
{
    if (trial->witness.fault[0] != '\0')
        fail_msg("call %u: %s", trial->fake_at, trial->witness.fault);
    assert_false(result.timed_out);
    if (trial->kill_at == 0)
        assert_false(trial->read_early);
    if (trial->is_shortage) /* the loop refuses a uid for 30 s after this */
        assert_int_not_equal(result.exit_code, EXIT_REFUSED);
    if (answer.code != 0) {
        assert_int_not_equal(result.exit_code, 0);
        assert_int_equal(answer.fd_count, 0);
        if (answer.code > 0)
            assert_true(answer.text_len > 0);
        assert_true(lab_tap_count_becomes(0));
        return false;
    }
    char name[IFNAMSIZ], uid[32];
    unsigned flags;
    struct lab_link link;
    assert_true(answer.tap_fd >= 0 && lab_tap_identify(answer.tap_fd, name, &flags));
    assert_true(lab_link_read(name, &link));
    assert_true(link.flags & IFF_UP);
    assert_int_equal(link.address[0], 0xfe);
    snprintf(uid, sizeof uid, "uid=%u ", (unsigned)caller->uid);
    assert_non_null(strstr(link.alias, uid));
    asker_assert_granted(&answer);
    return true;
}

/* The calls of a start without a fault; it is checked, too. */
static const struct calls *calls_record(bool is_granted)
{
    static struct calls calls;
    struct trial trial = {.witness = {.socket_number = is_granted ? CONNECTION : -1}, .calls = &calls};

    calls.count = 0;
    trial_run(&trial, 0);
    assert_int_equal(answer_check(&trial), is_granted);
    assert_in_range(calls.count, CALL_FEWEST, CALL_MAX - 1);
    assert_true(trial.witness.dropped && trial.witness.undumpable_after_drop && trial.witness.rules_opened);
    assert_int_equal(trial.witness.locked && trial.witness.plugged && trial.witness.handed_over, is_granted);
    return &calls;
}

static void faults_try(int error, bool is_granted)
{
    const struct calls *calls = calls_record(is_granted);
    unsigned granted = 0;

    for (unsigned n = 1; n <= calls->count; n++) {
        struct trial trial = {.witness = {.socket_number = -1},
                              .is_shortage = error == ENOMEM || error == EMFILE,
                              .fake_at = n};
        if (helper_call_always_succeeds(calls->numbers[n]))
            continue;
        trial_run(&trial, -error);
        granted += answer_check(&trial);
    }
    assert_in_range(granted, is_granted ? 1 : 0, is_granted ? CALL_MAX : 0); /* some calls may well fail */
}

static void test_call_fails_allowed_whole_or_nothing(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        print_message("  %s\n", strerror(errors[i]));
        faults_try(errors[i], true);
    }
}

/* The deny stands after an include: losing either file must not lose it. */
static void test_call_fails_denied_stays_denied(void **state)
{
    (void)state;
    bridge = "br0";
    helper_rules_write("allow all\ninclude /etc/qemu/more.conf\n");
    lab_text_write("/etc/qemu/more.conf", "deny br0\n", 0, 0, 0644);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        print_message("  %s\n", strerror(errors[i]));
        faults_try(errors[i], false);
    }
}

/* The rule is for root and for root's group: a drop that has failed without notice would grant it. */
static void test_call_fails_or_lies_never_as_root(void **state)
{
    static const int tried[] = {EPERM, 0};

    (void)state;
    helper_rules_write("include /etc/qemu/root.conf\n");
    lab_text_write("/etc/qemu/root.conf", "allow virbr0\n", 0, 0, 0640);
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        const struct calls *calls = calls_record(false);
        for (unsigned n = 1; n <= calls->count; n++) {
            struct trial trial = {.witness = {.socket_number = -1}, .fake_at = n};
            if (!witness_changes_privilege(calls->numbers[n]))
                continue;
            trial_run(&trial, -tried[i]);
            assert_false(answer_check(&trial));
        }
    }
}

/* The kernel says that it was done, and it was not: reading it back must show that. */
static void test_drop_faked_is_noticed(void **state)
{
    const struct calls *calls = calls_record(true);
    unsigned lies = 0;

    (void)state;
    for (unsigned n = 1; n <= calls->count; n++) {
        struct trial trial = {.witness = {.socket_number = -1}, .fake_at = n};
        if (!witness_changes_privilege(calls->numbers[n]))
            continue;
        trial_run(&trial, 0);
        (void)answer_check(&trial); /* it can be a grant where the call made no difference */
        lies++;
    }
    assert_true(lies > 6);
}

static void test_killed_at_every_call_whole_or_nothing(void **state)
{
    unsigned granted = 0;

    (void)state;
    for (unsigned n = 1;; n++) {
        struct trial trial = {.kill_at = n};
        trial_run(&trial, 0);
        const bool is_granted = answer_check(&trial);
        if (trial.stop_count < n)
            break;
        assert_int_not_equal(result.exit_code, 0);
        if (!is_granted)
            assert_int_equal(answer.code, -1);
        granted += is_granted;
        assert_in_range(n, 1, 2 * CALL_MAX);
    }
    assert_in_range(granted, 1, 20); /* those after the hand-over */
}

static int world_setup(void **state)
{
    lab_program_install(lab_program_find("VMNET_SERVICE"), HELPERD, 0, 0, 0755);
    return helperd_world_setup(state);
}

static int setup(void **state)
{
    bridge = "virbr0";
    caller = &lab_vmuser;
    return helper_rules_reset(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_call_fails_allowed_whole_or_nothing, setup),
        cmocka_unit_test_setup(test_call_fails_denied_stays_denied, setup),
        cmocka_unit_test_setup(test_call_fails_or_lies_never_as_root, setup),
        cmocka_unit_test_setup(test_drop_faked_is_noticed, setup),
        cmocka_unit_test_setup(test_killed_at_every_call_whole_or_nothing, setup),
    };

    return cmocka_run_group_tests_name("service faults", tests, world_setup, NULL);
}
