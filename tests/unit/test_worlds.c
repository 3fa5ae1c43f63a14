/* SPDX-License-Identifier: MIT */
/*
 * Random rules of both sources, switches, callers and name services: the verdicts against the slow model, and the list
 * of bridges against the verdicts. The seed is printed; VMNET_TEST_SEED sets another.
 */
#include "fake_names.h"
#include "listing.h"
#include "random.h"
#include "unit.h"
#include "world.h"
#include "worlds.h"

#include <stdio.h>
#include <string.h>

#define WORLDS_COUNT 5000
static void swap(void *a, void *b, size_t size)
{
    char kept[sizeof(((struct world *)NULL)->lines[0])];

    memcpy(kept, a, size);
    memcpy(a, b, size);
    memcpy(b, kept, size);
}

/* Lines move within their files, files of "files" among each other, and the sources in a switch without actions. */
static void world_shuffle(struct world *world)
{
    for (size_t i = 0; i < world->files_count; i++)
        for (size_t j = world->lines_count[i]; j > 1; j--)
            swap(world->lines[i][j - 1], world->lines[i][random_below(j)], WORLD_LINE_SIZE);
    for (size_t i = world->rules_count; i > 1; i--) {
        size_t other = random_below(i);
        swap(world->lines[i - 1], world->lines[other], sizeof world->lines[0]);
        swap(&world->lines_count[i - 1], &world->lines_count[other], sizeof world->lines_count[0]);
    }
    if (strcmp(world->switch_text, "acl: files qemu\n") == 0)
        strcpy(world->switch_text, "acl: qemu files\n");
    else if (strcmp(world->switch_text, "acl: qemu files\n") == 0)
        strcpy(world->switch_text, "acl: files qemu\n");
    world_compose(world);
}

/* The verdict on each bridge, which the library and the model share. */
static void ask_all(const struct world *world, const char *what, enum vmnetacl_status verdicts[])
{
    for (size_t i = 0; i < WORLD_BRIDGES_COUNT; i++) {
        const struct model_question question = {.files = world->buffers,
                                                .files_count = world->buffers_count,
                                                .accounts = world->accounts,
                                                .accounts_count = COUNT_OF(world->accounts),
                                                .caller = &world->caller,
                                                .bridge = world_bridges[i]};
        struct model_answer answer;
        const char *wrong = worlds_compare(&question, &answer);
        verdicts[i] = answer.verdict;
        if (wrong == NULL)
            continue;
        world_print(world);
        fail_msg("%s, bridge '%s': the model says %s of %s, options '%s'; the library does not: %s", what,
                 world_bridges[i], vmnetacl_status_name(answer.verdict), answer.source != NULL ? answer.source : "none",
                 answer.options, wrong);
    }
}

/* Change, drop or cut off bytes of one text. */
static void world_damage(struct world *world)
{
    struct vmnetacl_buffer *buffer;
    char *text;
    size_t at;

    if (world->buffers_count == 0)
        return;
    buffer = &world->buffers[random_below(world->buffers_count)];
    text = (char *)(uintptr_t)buffer->text;
    if (buffer->text_len == 0)
        return;
    at = random_below(buffer->text_len);
    switch (random_below(3)) {
    case 0:
        text[at] = (char)random_below(256);
        break;
    case 1:
        memmove(text + at, text + at + 1, buffer->text_len - at - 1);
        buffer->text_len--;
        break;
    default:
        buffer->text_len = at;
    }
}

static void test_decide_random_worlds_as_model(void **state)
{
    static struct world world;
    size_t seen[VMNETACL_INVALID + 1] = {0};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        enum vmnetacl_status verdicts[WORLD_BRIDGES_COUNT];
        world_make(&world, true);
        ask_all(&world, "as made", verdicts);
        for (size_t j = 0; j < WORLD_BRIDGES_COUNT; j++)
            seen[verdicts[j]]++;
        for (size_t j = 0; j < 3; j++) {
            world_damage(&world);
            ask_all(&world, "damaged", verdicts);
        }
    }
    /* Worlds that are all alike would prove nothing. */
    assert_true(seen[VMNETACL_ALLOW] > WORLDS_COUNT / 4 && seen[VMNETACL_DENY] > WORLDS_COUNT / 4 &&
                seen[VMNETACL_NOTFOUND] > WORLDS_COUNT / 4 && seen[VMNETACL_UNAVAIL] > WORLDS_COUNT / 4);
}

static bool is_refusal(enum vmnetacl_status verdict)
{
    return verdict == VMNETACL_DENY || verdict == VMNETACL_UNAVAIL;
}

/* Which of two refusals is given depends on the order of the sources; that it is one does not. */
static void test_decide_anything_moved_same_verdict(void **state)
{
    static struct world world;

    (void)state;
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        enum vmnetacl_status before[WORLD_BRIDGES_COUNT];
        enum vmnetacl_status after[WORLD_BRIDGES_COUNT];
        world_make(&world, false);
        ask_all(&world, "as made", before);
        world_shuffle(&world);
        ask_all(&world, "shuffled", after);
        for (size_t j = 0; j < WORLD_BRIDGES_COUNT; j++) {
            if (before[j] == after[j] || (is_refusal(before[j]) && is_refusal(after[j])))
                continue;
            world_print(&world);
            fail_msg("bridge '%s': the order turns %s into %s", world_bridges[j], vmnetacl_status_name(before[j]),
                     vmnetacl_status_name(after[j]));
        }
    }
}

static void test_decide_line_added_refusal_stays(void **state)
{
    static struct world world;

    (void)state;
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        enum vmnetacl_status before[WORLD_BRIDGES_COUNT];
        enum vmnetacl_status after[WORLD_BRIDGES_COUNT];
        size_t file, at;
        world_make(&world, false);
        if (world.files_count == 0)
            continue;
        ask_all(&world, "as made", before);
        file = random_below(world.files_count);
        at = random_below(world.lines_count[file] + 1);
        memmove(world.lines[file][at + 1], world.lines[file][at], (world.lines_count[file] - at) * WORLD_LINE_SIZE);
        world_random_line(&world, file, world.lines[file][at]);
        world.lines_count[file]++;
        world_compose(&world);
        ask_all(&world, "with a line more", after);
        for (size_t j = 0; j < WORLD_BRIDGES_COUNT; j++) {
            if (after[j] != VMNETACL_ALLOW || !is_refusal(before[j]))
                continue;
            world_print(&world);
            fail_msg("bridge '%s': one line more turns %s into allow", world_bridges[j],
                     vmnetacl_status_name(before[j]));
        }
    }
}

/* Names that were not looked up, and those that were, for which the lookup of one has failed or one was left out. */
static struct vmnetacl_names *random_names(const struct world *world, const struct vmnetacl_policy *policy)
{
    static const char *const names[] = {"u", "v", "g", "h"};
    struct vmnetacl_names *resolved = NULL;
    const char *bridge = random_below(4) == 0 ? PICK(world_bridges) : NULL;

    fake_names_start(world->accounts, COUNT_OF(world->accounts));
    if (random_below(2) == 0)
        fake_names.failing_name = PICK(names);
    if (random_below(4) == 0)
        fake_names.skipped_name = PICK(names);
    if (random_below(4) != 0)
        assert_int_equal(vmnetacl_resolve(policy, &world->caller, bridge, 0, &resolved, NULL), VMNETACL_OK);
    return resolved;
}

static void test_enumerate_random_worlds_as_decided(void **state)
{
    static const char *const all[] = {"12345678901234",
                                      "12345678901234*",
                                      "123456789012345",
                                      "12345678901234x",
                                      "a",
                                      "ab",
                                      "b",
                                      "b*",
                                      "br",
                                      "br0",
                                      "br1",
                                      "c"};
    static struct world world;
    struct listing_seen seen = {.degraded = 0};

    (void)state;
    for (size_t i = 0; i < WORLDS_COUNT; i++) {
        struct listing listing = {.caller = &world.caller, .bridges = all, .bridges_count = COUNT_OF(all)};
        struct vmnetacl_origin origin = {.buffers = world.buffers};
        struct vmnetacl_policy *policy;
        world_make(&world, true);
        origin.buffers_count = world.buffers_count;
        if (vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK)
            continue;
        listing.policy = policy;
        for (size_t j = 0; j < 4; j++) {
            struct vmnetacl_names *names = random_names(&world, policy);
            const char *wrong;
            listing.names = names;
            wrong = listing_compare(&listing, &seen);
            if (wrong != NULL) {
                world_print(&world);
                fail_msg("the list does not agree with the verdicts: %s", wrong);
            }
            vmnetacl_names_free(names);
        }
        vmnetacl_free(policy);
    }
    assert_true(seen.verdicts[VMNETACL_ALLOW] > WORLDS_COUNT && seen.verdicts[VMNETACL_DENY] > WORLDS_COUNT &&
                seen.verdicts[VMNETACL_NOTFOUND] > WORLDS_COUNT && seen.verdicts[VMNETACL_UNAVAIL] > WORLDS_COUNT);
    assert_true(seen.degraded > 100 && seen.may_allow > WORLDS_COUNT && seen.may_allow_with_allow > 100 &&
                seen.may_deny > WORLDS_COUNT && seen.has_failed > 100);
}

static int setup(void **state)
{
    (void)state;
    random_start(20240301);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_decide_random_worlds_as_model, setup),
        cmocka_unit_test_setup(test_decide_anything_moved_same_verdict, setup),
        cmocka_unit_test_setup(test_decide_line_added_refusal_stays, setup),
        cmocka_unit_test_setup(test_enumerate_random_worlds_as_decided, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
