/* SPDX-License-Identifier: MIT
 *
 * See named.h.
 */
#include "named.h"

#include "named_case.h"
#include "pair.h"

#include <string.h>

/* After this long, a program that usually takes two milliseconds is said to hang. */
enum {
    HANG_MS = 500
};

void named_world_open(void)
{
    named_case_world_open();
}

size_t named_count(void)
{
    return named_case_count;
}

static void entry_set(struct ruleworld_entry *entry, uid_t owner, mode_t mode)
{
    entry->uid = owner;
    if (mode != 0)
        entry->mode = mode;
}

static void world_make(const struct named_case *named, struct ruleworld *world)
{
    ruleworld_start(world);
    entry_set(&world->entries[0], named->directory_owner, named->directory_mode);
    if (named->arrange != NULL)
        named->arrange(world);
    if (named->text != NULL) {
        struct ruleworld_entry *file = ruleworld_add(world, RULEWORLD_FILE, RULEWORLD_MAIN_PATH);
        ruleworld_append(file, named->text, named->text_len != 0 ? named->text_len : strlen(named->text));
        entry_set(file, named->owner, named->mode);
    }
    if (named->include != NULL) {
        struct ruleworld_entry *file = ruleworld_add(world, RULEWORLD_FILE, NAMED_INCLUDE_PATH);
        ruleworld_append_text(file, named->include);
        entry_set(file, named->include_owner, named->include_mode);
    }
}

static const char *stock_judge(const struct named_case *named, const struct pair_answer *stock, const char *master)
{
    switch (named->stock) {
    case STOCK_GRANTS:
        return stock->is_granted && strcmp(stock->master, master) == 0 ? NULL : "stock was expected to grant";
    case STOCK_REFUSES:
        return !stock->is_granted && stock->is_whole ? NULL : "stock was expected to refuse";
    case STOCK_CRASHES:
        return stock->term_signal != 0 && !stock->has_timed_out ? NULL : "stock was expected to crash";
    case STOCK_HANGS:
        return stock->has_timed_out ? NULL : "stock was expected to hang";
    }
    return "no such case";
}

static const char *our_judge(const struct named_case *named, const struct pair_answer *ours, const char *master)
{
    if (!ours->is_whole)
        return "ours broke the contract";
    if (ours->is_granted != (named->code == GRANTED) || ours->exit_code != named->code)
        return "ours did not end as expected";
    if (ours->is_granted && strcmp(ours->master, master) != 0)
        return "ours granted another bridge";
    if (named->words != NULL && strstr(ours->text, named->words) == NULL)
        return "ours did not say the expected words";
    return NULL;
}

struct named_result named_run(size_t index, FILE *out)
{
    static struct ruleworld world;
    const struct named_case *named = &named_cases[index];
    const struct pair_question question = {.bridge = named->bridge != NULL ? named->bridge : "virbr0",
                                           .caller = named->caller != NULL ? named->caller : &lab_vmuser,
                                           .hook = named->hook,
                                           .stock_deadline_ms = named->stock == STOCK_HANGS ? HANG_MS : 0};
    const char *master = named->master != NULL ? named->master : question.bridge;
    struct pair_answer stock, ours;

    world_make(named, &world);
    ruleworld_write(&world);
    pair_ask(&question, &stock, &ours);
    ruleworld_remove(&world);

    const enum difference difference = forecast_make(&world, question.caller).difference;
    const char *faults[] = {
        stock_judge(named, &stock, master),
        our_judge(named, &ours, master),
        difference == named->difference ? NULL : "the forecast is another",
    };
    const bool is_passed = faults[0] == NULL && faults[1] == NULL && faults[2] == NULL;
    if (!is_passed) {
        for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
            if (faults[i] != NULL)
                fprintf(out, "# FAILED: %s\n", faults[i]);
        fprintf(out, "#   asked for '%s', forecast: %s\n#   ours: ", question.bridge,
                forecast_difference_name(difference));
        pair_answer_print(&ours, out);
        fprintf(out, "#   stock: ");
        pair_answer_print(&stock, out);
        ruleworld_print(&world, "#   ", out);
    }
    return (struct named_result){.name = named->name, .is_passed = is_passed};
}
