/* SPDX-License-Identifier: MIT
 *
 * The setuid helper and the service in random worlds: the same verdict, and the same words, for the same caller.
 * VMNET_TEST_SEED sets another seed.
 */
#define _GNU_SOURCE
#include "generate.h"
#include "pair.h"

#include "helperd.h"
#include "run.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEED_DEFAULT = 20260,
    WORLDS = 300,
    QUESTIONS_PER_WORLD = 3,
    GROUPS_MAX = 3,
    UID_FIRST = 5000, /* many uids: the service limits the requests of each. bridge.conf tells callers by groups only */
    UID_COUNT = 1000
};

struct counts {
    size_t granted;
    size_t denied;
    size_t failed; /* an error in the rules */
    size_t different;
};

static const struct lab_caller *make_caller(struct rng *rng, gid_t groups[GROUPS_MAX])
{
    static const gid_t all[] = {RULEWORLD_VMUSER, RULEWORLD_VMOTHER, RULEWORLD_VMGROUP, 65534, 7000, 7001};
    static struct lab_caller caller;

    if (rng_percent(rng, 10))
        return generate_caller(rng);
    caller = (struct lab_caller){.uid = UID_FIRST + (uid_t)rng_below(rng, UID_COUNT), .gid = RNG_PICK(rng, all)};
    caller.groups = groups;
    caller.group_count = rng_below(rng, GROUPS_MAX + 1);
    for (size_t i = 0; i < caller.group_count; i++)
        groups[i] = RNG_PICK(rng, all);
    return &caller;
}

static bool is_same(const struct pair_answer *service, const struct pair_answer *helper)
{
    return service->is_whole && helper->is_whole && service->is_granted == helper->is_granted &&
           service->exit_code == helper->exit_code && strcmp(service->master, helper->master) == 0 &&
           strcmp(service->text, helper->text) == 0;
}

static void tell(const struct ruleworld *world, const struct pair_question *question, const struct pair_answer *service,
                 const struct pair_answer *helper)
{
    printf("# bridge '%s' for uid %u, gid %u and %zu groups\n# service: ", question->bridge,
           (unsigned)question->caller->uid, (unsigned)question->caller->gid, question->caller->group_count);
    pair_answer_print(service, stdout);
    printf("# helper:  ");
    pair_answer_print(helper, stdout);
    ruleworld_print(world, "#   ", stdout);
}

static void world_compare(struct rng *rng, struct counts *counts)
{
    static struct ruleworld world;

    (void)generate_world(rng, &world); /* a loop is an error, and no danger: the stock helper is not asked */
    ruleworld_write(&world);
    for (int i = 0; i < QUESTIONS_PER_WORLD; i++) {
        gid_t groups[GROUPS_MAX];
        const struct pair_question question = {.bridge = generate_bridge(rng), .caller = make_caller(rng, groups)};
        struct pair_answer service, helper;

        pair_ask(&question, &service, &helper);
        counts->granted += helper.is_granted;
        counts->denied += helper.exit_code == 77;
        counts->failed += helper.exit_code == 78;
        if (!is_same(&service, &helper)) {
            counts->different++;
            tell(&world, &question, &service, &helper);
        }
    }
    ruleworld_remove(&world);
}

int main(void)
{
    const char *wanted = getenv("VMNET_TEST_SEED");
    const uint64_t seed = wanted != NULL ? strtoull(wanted, NULL, 0) : SEED_DEFAULT;
    struct counts counts = {.granted = 0};

    pair_open_with_client(lab_program_find("VMNET_HELPER"));
    (void)lab_helperd_listen(lab_program_find("VMNET_SERVICE")); /* ends with the laboratory */
    lab_command("mount -t tmpfs -o mode=755 tmpfs " RULEWORLD_DIRECTORY_PATH);
    for (size_t i = 2; generate_bridges[i] != NULL; i++)
        lab_command("ip link add name '%s' type bridge && ip link set dev '%s' up", generate_bridges[i],
                    generate_bridges[i]);
    printf("# seed %" PRIu64 "\n", seed);
    for (uint64_t number = 0; number < WORLDS; number++) {
        struct rng rng = rng_start(seed, number);
        world_compare(&rng, &counts);
    }
    pair_close();
    printf("# %zu granted, %zu denied, %zu with an error in the rules, %zu different\n", counts.granted, counts.denied,
           counts.failed, counts.different);
    return counts.different == 0 && counts.granted > 0 && counts.denied > 0 && counts.failed > 0 ? EXIT_SUCCESS
                                                                                                 : EXIT_FAILURE;
}
