/* SPDX-License-Identifier: MIT */
/*
 * Whatever rule is proposed in a random world, once it is added it allows the request, and nobody else anything, unless
 * the advice says so. The seed is printed; VMNET_TEST_SEED sets another.
 */
#include "fake_names.h"
#include "random.h"
#include "unit.h"
#include "world.h"

#include <string.h>

#define RULES_COUNT 5000 /* at least so many are proposed and added */

/* Every request in a world: of two users, each in three groups or in none, for each bridge. */
#define REQUESTS_COUNT (4 * WORLD_BRIDGES_COUNT)

struct request {
    struct vmnetacl_caller caller;
    const char *bridge;
};

static struct request request_at(const struct world *world, size_t index)
{
    struct request request = {.caller = world->caller, .bridge = world_bridges[index % WORLD_BRIDGES_COUNT]};

    request.caller.uid = (uid_t)(1000 + index / WORLD_BRIDGES_COUNT % 2);
    if (index / WORLD_BRIDGES_COUNT >= 2)
        request.caller =
            (struct vmnetacl_caller){.enforces = VMNETACL_OPTIONS_ALL, .uid = request.caller.uid, .gid = 50};
    return request;
}

static void decide_requests(const struct world *world, struct vmnetacl_decision decisions[])
{
    const struct vmnetacl_origin origin = {.buffers = world->buffers, .buffers_count = world->buffers_count};
    struct vmnetacl_policy *policy;

    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    for (size_t i = 0; i < REQUESTS_COUNT; i++) {
        const struct request request = request_at(world, i);
        struct vmnetacl_names *names;
        assert_int_equal(vmnetacl_resolve(policy, &request.caller, NULL, 0, &names, NULL), VMNETACL_OK);
        (void)vmnetacl_decide(policy, &request.caller, names, request.bridge, &decisions[i]);
        decisions[i].rule = (struct vmnetacl_place){.file = NULL}; /* they go with the policy */
        decisions[i].error = NULL;
        vmnetacl_names_free(names);
    }
    vmnetacl_free(policy);
}

/* What the library advises on a request; login: by name, if the caller has one in this world. */
static enum vmnetacl_status advise(const struct world *world, const struct request *request, bool by_name,
                                   struct vmnetacl_advice *advice)
{
    const struct vmnetacl_origin origin = {.buffers = world->buffers, .buffers_count = world->buffers_count};
    const char *login = NULL;
    struct vmnetacl_policy *policy;
    struct vmnetacl_names *names;
    enum vmnetacl_status verdict;

    for (size_t i = 0; i < COUNT_OF(world->accounts) && by_name; i++)
        if (!world->accounts[i].is_group && world->accounts[i].id == request->caller.uid &&
            strcmp(world->accounts[i].name, "unknown") != 0)
            login = world->accounts[i].name;
    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_resolve(policy, &request->caller, NULL, 0, &names, NULL), VMNETACL_OK);
    verdict = vmnetacl_advise(policy, &request->caller, names, request->bridge, login, advice);
    vmnetacl_names_free(names);
    vmnetacl_free(policy);
    return verdict;
}

/* Add the rule to the end of the file that is named, which may be new. */
static void world_add_rule(struct world *world, const struct vmnetacl_advice *advice,
                           char text[static sizeof world->text[0] + VMNETACL_ADVICE_RULE_SIZE])
{
    struct vmnetacl_buffer *buffer = NULL;

    for (size_t i = 0; i < world->buffers_count && buffer == NULL; i++)
        if (strcmp(world->buffers[i].source, advice->source) == 0 && strcmp(world->buffers[i].path, advice->file) == 0)
            buffer = &world->buffers[i];
    /* Of "qemu" only the first buffer counts; if there is one, it is bridge.conf. */
    assert_true(buffer != NULL || strcmp(advice->source, "files") == 0 || advice->is_new);
    if (buffer == NULL) {
        buffer = &world->buffers[world->buffers_count++];
        *buffer = (struct vmnetacl_buffer){.source = advice->source, .path = advice->file, .text = ""};
    }
    memcpy(text, buffer->text, buffer->text_len);
    (void)strcpy(text + buffer->text_len, advice->rule);
    buffer->text = text;
    buffer->text_len = strlen(text);
}

/* Only the request that was refused becomes allowed, without an option; or the advice says that all users get it. */
static void check_change(const struct request *refused, const struct vmnetacl_advice *advice,
                         const struct request *request, const struct vmnetacl_decision *before,
                         const struct vmnetacl_decision *after)
{
    const bool is_same_bridge = strcmp(request->bridge, refused->bridge) == 0;
    const bool may_change = is_same_bridge && (advice->is_for_everybody || request->caller.uid == refused->caller.uid);

    if (may_change ? after->verdict == VMNETACL_ALLOW || before->verdict != VMNETACL_ALLOW
                   : after->verdict == before->verdict && after->grant.limit == before->grant.limit)
        return;
    fail_msg("'%s' in %s: uid %u, bridge '%s': %s becomes %s", advice->rule, advice->file, request->caller.uid,
             request->bridge, vmnetacl_status_name(before->verdict), vmnetacl_status_name(after->verdict));
}

static void test_advise_rule_added_allows_only_what_it_says(void **state)
{
    static struct world world;
    static char text[sizeof world.text[0] + VMNETACL_ADVICE_RULE_SIZE];
    size_t added = 0, for_everybody = 0, none = 0;

    (void)state;
    while (added < RULES_COUNT) {
        struct vmnetacl_decision before[REQUESTS_COUNT], after[REQUESTS_COUNT];
        const size_t refused = random_below(REQUESTS_COUNT);
        struct vmnetacl_origin origin = {.buffers = world.buffers};
        struct vmnetacl_policy *policy;
        struct vmnetacl_advice advice;
        struct request request;
        world_make(&world, true);
        fake_names_start(world.accounts, COUNT_OF(world.accounts));
        origin.buffers_count = world.buffers_count;
        if (vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK)
            continue; /* the switch is wrong */
        vmnetacl_free(policy);
        decide_requests(&world, before);
        request = request_at(&world, refused);
        assert_int_equal(advise(&world, &request, random_below(2) == 0, &advice), before[refused].verdict);
        if (before[refused].verdict == VMNETACL_DENY)
            assert_int_equal(advice.cure, VMNETACL_CURE_REMOVE);
        if (advice.cure != VMNETACL_CURE_ADD) {
            assert_true(advice.cure != VMNETACL_CURE_RENAME);
            none += before[refused].verdict == VMNETACL_NOTFOUND && advice.cure == VMNETACL_CURE_NONE;
            continue;
        }
        assert_int_equal(before[refused].verdict, VMNETACL_NOTFOUND);
        world_add_rule(&world, &advice, text);
        decide_requests(&world, after);
        if (after[refused].verdict != VMNETACL_ALLOW || after[refused].grant.limit != 0) {
            world_print(&world);
            fail_msg("'%s' in %s does not allow it", advice.rule, advice.file);
        }
        for (size_t j = 0; j < REQUESTS_COUNT; j++) {
            const struct request other = request_at(&world, j);
            check_change(&request, &advice, &other, &before[j], &after[j]);
        }
        added++;
        for_everybody += advice.is_for_everybody;
    }
    /* Where all is well, there is a rule to add. */
    assert_true(for_everybody > 100 && added - for_everybody > 1000 && none < added / 10);
}

static int setup(void **state)
{
    (void)state;
    random_start(20261125);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_advise_rule_added_allows_only_what_it_says, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
