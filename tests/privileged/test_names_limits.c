/* SPDX-License-Identifier: MIT
 *
 * Resource limits that a caller chooses, and system calls that fail, while names are looked up: a deny that depends on
 * a name is not lost.
 */
#define _GNU_SOURCE
#include "names.h"

#include "service.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum {
    CALL_MAX = 2000,
    CALL_FEWEST = 30
};

#define MIB (1024UL * 1024)

static const struct lab_caller remote = {.uid = 6001, .gid = 6001};
static const char *const rules[] = {
    "allow all bridge all\ndeny group vmclub bridge virbr0\n",
    "allow all bridge all\ndeny gid 7777 bridge virbr0\n",
    "allow all bridge all\ndeny user vmremote bridge virbr0\n",
};

static int limits_reset(void **state)
{
    names_reset(state);
    nss_vmtest("user vmremote 6001 6001\ngroup vmclub 7777 vmremote\n");
    return 0;
}

/* Who is denied is never granted. Returns whether the answer was a denial. */
static bool limit_try(int resource, rlim_t soft, rlim_t hard)
{
    struct lab_limit limit = {.resource = resource, .value = {.rlim_cur = soft, .rlim_max = hard}};
    const struct lab_start start = {.caller = &remote, .hook_as_caller = lab_limit_set, .hook_data = &limit};
    const struct lab_result *result = helper_start(&start);

    if (result->exit_code == 0 || result->fd_count != 0)
        fail_msg("limit %d of %llu, %llu: granted", resource, (unsigned long long)soft, (unsigned long long)hard);
    assert_false(result->timed_out);
    assert_true(lab_tap_count_becomes(0));
    return result->exit_code == EXIT_NOPERM;
}

static void limits_try(int resource, rlim_t from, rlim_t to, rlim_t step)
{
    (void)limit_try(resource, 0, to); /* the same with a hard limit that could be taken */
    for (rlim_t value = from; value <= to; value += step)
        (void)limit_try(resource, value, value);
}

static void test_limits_of_all_sizes_never_lose_a_deny(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        print_message("  %s", rules[i]);
        names_rules_write(rules[i]);
        limits_try(RLIMIT_NOFILE, 0, 80, 3);
        limits_try(RLIMIT_AS, 2 * MIB, 12 * MIB, MIB / 4 * (i + 1));
        limits_try(RLIMIT_AS, 16 * MIB, 320 * MIB, 48 * MIB);
        limits_try(RLIMIT_DATA, 0, 2 * MIB, MIB / 8);
        limits_try(RLIMIT_DATA, 16 * MIB, 160 * MIB, 48 * MIB);
        limits_try(RLIMIT_STACK, MIB / 8, 2 * MIB, MIB / 8);
        limits_try(RLIMIT_NPROC, 0, 3, 1);
        limits_try(RLIMIT_CPU, 0, 1, 1);
        limits_try(RLIMIT_FSIZE, 0, 4096, 1024);
        limits_try(RLIMIT_MEMLOCK, 0, 0, 1);
        limits_try(RLIMIT_SIGPENDING, 0, 0, 1);
        limits_try(RLIMIT_MSGQUEUE, 0, 0, 1);
        limits_try(RLIMIT_RTTIME, 0, 0, 1);
    }
}

/* Wide enough is what the message says, and a small soft limit below a wide hard one. */
static void test_limits_wide_enough_are_answered(void **state)
{
    (void)state;
    names_rules_write(rules[0]);
    assert_true(limit_try(RLIMIT_NOFILE, 64, 64));
    assert_true(limit_try(RLIMIT_NOFILE, 20, 64));
    assert_false(limit_try(RLIMIT_NOFILE, 20, 63));
    assert_true(limit_try(RLIMIT_AS, 256 * MIB, 256 * MIB));
    assert_true(limit_try(RLIMIT_AS, 16 * MIB, 256 * MIB));
    assert_false(limit_try(RLIMIT_AS, 16 * MIB, 256 * MIB - 1));
    assert_true(limit_try(RLIMIT_DATA, 16 * MIB, 128 * MIB));
    assert_false(limit_try(RLIMIT_DATA, 16 * MIB, 128 * MIB - 1));
    assert_true(limit_try(RLIMIT_STACK, MIB, RLIM_INFINITY));
}

static void test_limits_too_tight_are_told(void **state)
{
    struct lab_limit limit = {.resource = RLIMIT_NOFILE, .value = {.rlim_cur = 32, .rlim_max = 32}};
    const struct lab_start start = {.caller = &remote, .hook_as_caller = lab_limit_set, .hook_data = &limit};

    (void)state;
    names_rules_write(rules[0]);
    names_assert_refused(helper_start(&start), EXIT_TEMPFAIL,
                         "cannot look up names for acl file: " RULES_FILE ":2: the resource limits are too tight");
    limit = (struct lab_limit){.resource = RLIMIT_NPROC, .value = {.rlim_cur = 0, .rlim_max = 0}};
    names_assert_refused(helper_start(&start), EXIT_TEMPFAIL, "cannot make a process to look up names");
}

/*
 * The module works with threads, and may have none. The kernel counts the processes of the worker's uid, so that a
 * limit can let the worker be forked and forbid its threads.
 */
static void test_limits_threads_refused_never_lose_a_deny(void **state)
{
    (void)state;
    lab_command("for i in 1 2 3 4 5; do setpriv --reuid 65534 --regid 65534 --clear-groups sleep 600 >/dev/null 2>&1 & "
                "echo $!; done >/run/lab/sleepers");
    nss_vmtest("user vmremote 6001 6001\ngroup vmclub 7777 vmremote\nat any threads\n");
    names_rules_write(rules[0]);
    for (rlim_t count = 0; count < 16; count++)
        (void)limit_try(RLIMIT_NPROC, count, count);
    lab_command("kill $(cat /run/lab/sleepers) && rm /run/lab/sleepers");
}

struct calls {
    unsigned count;
    unsigned forks;
    bool is_loading; /* a module; the C library does not report that it cannot be loaded */
    long numbers[CALL_MAX];
    bool loads[CALL_MAX];
};

static bool is_fork(long number)
{
#ifdef SYS_fork
    if (number == SYS_fork || number == SYS_vfork)
        return true;
#endif
    return number == SYS_clone || number == SYS_clone3;
}

/* From the first look for a module to the next file that is opened for another reason. */
static bool is_loading(const struct lab_stop *stop, bool was_loading)
{
    char path[256];

    if (stop->number != SYS_openat || !lab_string_read(stop->pid, stop->args[1], path, sizeof path))
        return was_loading;
    return strstr(path, "ld.so.cache") != NULL || strstr(path, "libnss_") != NULL;
}

static enum lab_action call_note(const struct lab_stop *stop, void *visit_data)
{
    struct calls *calls = visit_data;

    if (stop->at_entry && stop->ordinal < CALL_MAX) {
        calls->numbers[stop->ordinal] = stop->number;
        calls->is_loading = is_loading(stop, calls->is_loading);
        calls->loads[stop->ordinal] = calls->is_loading;
        calls->count = stop->ordinal;
        calls->forks += is_fork(stop->number);
    }
    return LAB_GO;
}

static void calls_record(const struct lab_start *start, bool of_child, struct calls *calls)
{
    const struct lab_plan plan = {.visit = call_note, .visit_data = calls, .of_child = of_child};

    *calls = (struct calls){.count = 0};
    helper_trace(start, &plan);
    assert_in_range(calls->count, CALL_FEWEST, CALL_MAX - 1);
}

/* Who is denied is denied whichever call fails, of the helper or of the process that asks. */
static void faults_try(const struct lab_caller *caller, bool of_child, int error)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){.caller = caller});
    static struct calls calls;

    calls_record(&start, of_child, &calls);
    for (unsigned n = 1; n <= calls.count; n++) {
        const struct lab_plan plan = {.of_child = of_child, .fake_at = n, .fake_value = -error};
        /* A close(2) that fails has closed all the same; the answer would be waited for until the deadline. */
        if (helper_call_always_succeeds(calls.numbers[n]) || calls.numbers[n] == SYS_close || calls.loads[n])
            continue;
        const struct lab_result *result = helper_trace(&start, &plan);
        if (result->exit_code == 0 || result->fd_count != 0 || result->timed_out)
            fail_msg("call %u (%ld) %sfails with %s: exit %d%s", n, calls.numbers[n], of_child ? "of the child " : "",
                     strerror(error), result->exit_code, result->timed_out ? ", hung" : "");
        assert_true(lab_tap_count_becomes(0));
    }
}

static void test_faults_never_lose_a_deny(void **state)
{
    (void)state;
    names_rules_write(rules[0]);
    faults_try(&remote, false, ENOMEM);
    faults_try(&remote, false, EINTR);
}

static void test_faults_of_the_worker_never_lose_a_deny(void **state)
{
    static const struct lab_caller bare = {.uid = 4242, .gid = 4242};

    (void)state;
    names_rules_write(rules[0]);
    faults_try(&remote, true, ENOMEM);
    /* It is told by initgroups alone, and nothing else has loaded the module. */
    nss_switch("files", "files vmtest", NULL);
    nss_vmtest("group vmclub 7777\nmany vmuser 1 7777\n");
    names_rules_write(rules[1]);
    faults_try(&bare, true, ENOMEM);
    faults_try(&bare, true, EMFILE);
    /* In files alone, whose reader is part of the C library. */
    nss_switch("files", "files", NULL);
    names_rules_write("allow all bridge all\ndeny group vmgroup bridge virbr0\n");
    faults_try(&bare, true, EMFILE);
    names_rules_write("allow all bridge all\ndeny user vmuser bridge virbr0\n");
    faults_try(&bare, true, ENOMEM);
}

/* A policy that no name decides costs no process, and one that names decide costs one. */
static void test_forks_only_when_a_name_matters(void **state)
{
    static const struct {
        const char *rules;
        unsigned forks;
    } rows[] = {
        {"allow uid 6001 bridge virbr0\n", 0},
        {"allow gid 6001 bridge virbr0\n", 0},
        {"allow all bridge all\ndeny gid 6001 bridge virbr0\n", 0}, /* his credentials hold it */
        {"deny uid 6001 bridge virbr0\ndeny group vmclub bridge all\n", 0},
        {"deny group vmclub bridge all\ndeny all bridge virbr0\n", 0},
        {"allow uid 6001 bridge virbr0\nallow user vmremote bridge virbr0\nallow group vmclub bridge all\n", 0},
        {"allow all bridge all\ndeny user vmremote bridge br0\ndeny group vmclub bridge vir\n", 0},
        {"deny user vmremote bridge br*\ndeny gid 1 bridge br0\nallow all bridge all\n", 0},
        {"deny group vmclub bridge virbr0\n", 1}, /* nothing allows it, but the reason is another */
        /* For an allow, credentials are enough; the refusal asks whether a new session would have the group. */
        {"allow gid 1 bridge virbr0\n", 1},
        {"allow gid 1 bridge br0\nallow gid 6001 bridge virbr0\n", 0},
        {"allow user vmremote bridge virbr0\n", 1},
        {"allow group vmclub bridge virbr0\n", 2},
        {"allow all bridge all\ndeny gid 1 bridge virbr0\n", 1},
        {"allow all bridge all\ndeny user vmremote bridge all\ndeny group vmclub bridge virbr*\n", 1},
        {"allow user vmremote bridge virbr0\nallow user vmother bridge all\ndeny group vmclub bridge virbr0\n", 1},
    };
    const struct lab_start start = helper_start_complete(&(struct lab_start){.caller = &remote});
    static struct calls calls;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        names_rules_write(rows[i].rules);
        calls_record(&start, false, &calls);
        if (calls.forks != rows[i].forks)
            fail_msg("%u forks, not %u, for:\n%s", calls.forks, rows[i].forks, rows[i].rules);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_forks_only_when_a_name_matters, limits_reset),
        cmocka_unit_test_setup(test_limits_wide_enough_are_answered, limits_reset),
        cmocka_unit_test_setup(test_limits_too_tight_are_told, limits_reset),
        cmocka_unit_test_setup(test_limits_threads_refused_never_lose_a_deny, limits_reset),
        cmocka_unit_test_setup(test_limits_of_all_sizes_never_lose_a_deny, limits_reset),
        cmocka_unit_test_setup(test_faults_never_lose_a_deny, limits_reset),
        cmocka_unit_test_setup(test_faults_of_the_worker_never_lose_a_deny, limits_reset),
    };

    return cmocka_run_group_tests_name("names_limits", tests, names_world_setup, NULL);
}
