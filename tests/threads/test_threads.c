/* SPDX-License-Identifier: MIT */
/*
 * What vmnetacl.h promises of threads: any number of them may ask about one policy and one set of names, and any number
 * may load, look up and free their own. Built with -fsanitize=thread, which ends the program at the first data race.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <vmnetacl.h>

#define THREADS  8
#define ROUNDS   5000 /* of questions */
#define REBUILDS 5    /* of a policy, with a process for its names each */

/* The user root and the group root are everywhere; nobody is called so by the tests. */
static const char files_text[] = "allow user root bridge virbr0 limit 2\n"
                                 "allow group root bridge virbr*\n"
                                 "deny group vmnet-no-such bridge br1\n"
                                 "deny gid 4294967294 bridge virbr7\n"
                                 "deny all bridge br-*\n";
static const char qemu_text[] = "allow br0\ninclude /missing\ndeny br9\n";

static const struct vmnetacl_buffer buffers[] = {
    {.source = "files", .path = "/rules", .text = files_text, .text_len = sizeof files_text - 1},
    {.source = "qemu", .path = "/bridge.conf", .text = qemu_text, .text_len = sizeof qemu_text - 1},
};
static const struct vmnetacl_origin origin = {.buffers = buffers, .buffers_count = 2};
static const gid_t groups[] = {7, 5, 3};
static const struct vmnetacl_caller root = {.enforces = VMNETACL_OPTIONS_ALL, .groups = groups, .groups_count = 3};

static const struct {
    const char *bridge;
    enum vmnetacl_status verdict;
} questions[] = {
    {"virbr0", VMNETACL_ALLOW}, {"virbr3", VMNETACL_ALLOW}, {"virbr7", VMNETACL_ALLOW},  {"br0", VMNETACL_ALLOW},
    {"br1", VMNETACL_NOTFOUND}, {"br9", VMNETACL_DENY},     {"br-admin", VMNETACL_DENY}, {"", VMNETACL_INVALID},
};

struct shared {
    const struct vmnetacl_policy *policy;
    const struct vmnetacl_names *names;
    pthread_barrier_t start;
    atomic_uint wrong; /* answers; cmocka's assertions are for its own thread */
};

static void expect(struct shared *shared, bool is_right)
{
    if (!is_right)
        atomic_fetch_add(&shared->wrong, 1);
}

static bool count_event(const struct vmnetacl_event *event, void *data)
{
    unsigned *count = data;

    *count += event->kind == VMNETACL_EVENT_RULE ? (unsigned)strlen(event->rule->text) > 0 : 1;
    return true;
}

static bool count_bridge(const char *bridge, const struct vmnetacl_decision *decision, void *data)
{
    unsigned *count = data;

    *count += bridge[0] != '\0' && decision->verdict == VMNETACL_ALLOW;
    return true;
}

static unsigned count_rules(const struct vmnetacl_policy *policy)
{
    struct vmnetacl_rules *rules = NULL;
    const struct vmnetacl_rule *rule;
    unsigned count = 0;

    (void)vmnetacl_rules_open(policy, &rules); /* else there are none */
    while ((rule = vmnetacl_rules_next(rules)) != NULL)
        count += rule->text[0] != '\0';
    vmnetacl_rules_close(rules);
    return count;
}

static void ask(struct shared *shared, unsigned round)
{
    static const char *const existing[] = {"virbr5", "br1"};
    size_t i = round % (sizeof questions / sizeof questions[0]);
    struct vmnetacl_decision decision;
    struct vmnetacl_source source;
    struct vmnetacl_file file;
    unsigned events = 0;
    unsigned bridges = 0;

    expect(shared, vmnetacl_decide(shared->policy, &root, shared->names, questions[i].bridge, &decision) ==
                       questions[i].verdict);
    expect(shared, vmnetacl_explain(shared->policy, &root, shared->names, questions[i].bridge, count_event, &events,
                                    NULL) == questions[i].verdict);
    expect(shared, events > 0 || questions[i].verdict == VMNETACL_INVALID);
    expect(shared, vmnetacl_enumerate(shared->policy, &root, shared->names, existing, 2, count_bridge, &bridges,
                                      NULL) == VMNETACL_OK);
    expect(shared, bridges == 3); /* virbr0, br0, virbr5 */
    expect(shared, count_rules(shared->policy) == 7);
    expect(shared, vmnetacl_source_at(shared->policy, 1, &source) && strcmp(source.name, "qemu") == 0);
    expect(shared, vmnetacl_file_at(shared->policy, 2, &file) && !file.found);
}

static void rebuild(struct shared *shared)
{
    struct vmnetacl_policy *policy = NULL;
    struct vmnetacl_names *names = NULL;
    struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};

    expect(shared, vmnetacl_load_from(&origin, &policy, &error) == VMNETACL_OK);
    if (vmnetacl_resolve(policy, &root, NULL, 0, &names, &error) == VMNETACL_OK)
        expect(shared, vmnetacl_decide(policy, &root, names, "virbr0", NULL) == VMNETACL_ALLOW);
    else /* another thread was in the name service when this one forked */
        expect(shared, error.code == VMNETACL_CODE_LOOKUP_TIMEOUT);
    vmnetacl_names_free(names);
    vmnetacl_free(policy);
}

static void *run(void *data)
{
    struct shared *shared = data;

    (void)pthread_barrier_wait(&shared->start); /* its result tells one thread from the others: no matter */
    for (unsigned i = 0; i < ROUNDS; i++) {
        ask(shared, i);
        if (i % (ROUNDS / REBUILDS) == 0)
            rebuild(shared);
    }
    return NULL;
}

static void test_policy_shared_by_threads_no_race(void **state)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_names *names;
    struct vmnetacl_error error;
    struct shared shared = {.policy = NULL};
    pthread_t threads[THREADS];

    (void)state; /* cmocka's; unused */
    assert_int_equal(vmnetacl_load_from(&origin, &policy, &error), VMNETACL_OK);
    assert_int_equal(vmnetacl_resolve(policy, &root, NULL, 10000, &names, &error), VMNETACL_OK);
    assert_non_null(names);
    shared.policy = policy;
    shared.names = names;
    assert_int_equal(pthread_barrier_init(&shared.start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, &shared), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&shared.wrong), 0);
    assert_int_equal(pthread_barrier_destroy(&shared.start), 0);
    vmnetacl_names_free(names);
    vmnetacl_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_shared_by_threads_no_race),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
