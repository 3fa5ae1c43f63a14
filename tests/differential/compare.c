/* SPDX-License-Identifier: MIT
 *
 * See compare.h.
 */
#include "compare.h"

#include "generate.h"
#include "pair.h"
#include "run.h"

#include <inttypes.h>
#include <string.h>

enum {
    QUESTIONS_PER_WORLD = 3,
    EXIT_UNAVAILABLE = 69,
    EXIT_NOPERM = 77,
    EXIT_CONFIG = 78
};

/* One question in one world, and all that came of it. */
struct trial {
    uint64_t seed;
    uint64_t number; /* of the world */
    const struct ruleworld *world;
    bool has_loop;
    struct pair_question question;
    struct forecast forecast;
    struct pair_answer stock;
    struct pair_answer ours;
    struct pair_answer strict; /* stock's, in the world without lenient lines; only when there are some */
    bool stock_was_asked;
};

static void trial_fail(const struct trial *trial, const char *what, struct compare_counts *counts, FILE *out)
{
    const struct forecast *forecast = &trial->forecast;

    counts->failure_count++;
    fprintf(out, "# FAILED: %s\n", what);
    fprintf(out, "#   world %" PRIu64 " of seed %" PRIu64 ", asked by %s for '%s'\n", trial->number, trial->seed,
            generate_caller_name(trial->question.caller), trial->question.bridge);
    fprintf(out, "#   forecast: %s%s, %s:%u\n", forecast_difference_name(forecast->difference),
            forecast->is_lenient ? ", lenient" : "", forecast->entry != NULL ? forecast->entry->path : "-",
            forecast->line);
    fprintf(out, "#   ours: ");
    pair_answer_print(&trial->ours, out);
    if (trial->stock_was_asked) {
        fprintf(out, "#   stock: ");
        pair_answer_print(&trial->stock, out);
    }
    if (forecast->is_lenient && forecast->difference == DIFFERENCE_NONE) {
        fprintf(out, "#   stock, each TAB that is more lenient made a space: ");
        pair_answer_print(&trial->strict, out);
    }
    ruleworld_print(trial->world, "#   ", out);
}

static void trial_ask(struct trial *trial)
{
    static struct ruleworld strict;
    const bool is_refusal = trial->forecast.difference != DIFFERENCE_NONE;

    /* What our helper refuses for another reason may still lead the stock helper into the loop. */
    trial->stock_was_asked = !(trial->has_loop && is_refusal);
    pair_ask(&trial->question, trial->stock_was_asked ? &trial->stock : NULL, &trial->ours);
    if (is_refusal || !trial->forecast.is_lenient)
        return;
    strict = *trial->world;
    forecast_make_strict(&strict);
    ruleworld_write_files(&strict);
    pair_ask_stock(&trial->question, &trial->strict);
    ruleworld_write_files(trial->world);
}

/* A rule world that we do not understand in full is an error, whatever stock makes of it. */
static const char *difference_judge(const struct trial *trial)
{
    const enum difference difference = trial->forecast.difference;

    if (trial->ours.is_granted)
        return "ours granted in spite of an error in the rules";
    if (trial->ours.exit_code != EXIT_CONFIG)
        return "ours did not end with 78";
    if (trial->stock_was_asked && trial->stock.is_granted &&
        (difference == DIFFERENCE_MAIN_UNREADABLE || difference == DIFFERENCE_MAIN_WORD))
        return "stock granted where it was not expected to";
    return NULL;
}

static const char *agreement_judge(const struct trial *trial)
{
    const struct pair_answer *stock = trial->forecast.is_lenient ? &trial->strict : &trial->stock;
    const struct pair_answer *ours = &trial->ours;
    /* Its words for a verdict; the other refusals are about the bridge. */
    const bool has_verdict = strstr(stock->text, "access denied by acl file") != NULL ||
                             strstr(stock->text, "failed to parse default acl file") != NULL;

    if (!stock->is_whole)
        return "stock broke the contract";
    if (ours->is_granted && !stock->is_granted)
        return "ours granted what stock refuses";
    if (!ours->is_granted && stock->is_granted)
        return "ours refused what stock grants, and no stricter case says so";
    if (ours->is_granted && strcmp(ours->master, trial->question.bridge) != 0)
        return "ours granted another bridge";
    if (ours->is_granted && strcmp(stock->master, trial->question.bridge) != 0)
        return "stock granted another bridge";
    if (!ours->is_granted && ours->exit_code != (has_verdict ? EXIT_NOPERM : EXIT_UNAVAILABLE))
        return has_verdict ? "ours did not end with 77" : "ours did not end with 69";
    return NULL;
}

static void trial_count(const struct trial *trial, struct compare_counts *counts)
{
    const enum difference difference = trial->forecast.difference;

    if (difference != DIFFERENCE_NONE) {
        counts->difference_counts[difference]++;
        if (trial->stock_was_asked && trial->stock.is_granted)
            counts->stock_granted_counts[difference]++;
        return;
    }
    if (trial->forecast.is_lenient) {
        counts->lenient_count++;
        if (trial->ours.is_granted && !trial->stock.is_granted)
            counts->lenient_granted_count++;
    } else if (trial->ours.is_granted) {
        counts->granted_count++;
    } else {
        counts->refused_count++;
    }
}

static void trial_run(struct trial *trial, struct compare_counts *counts, FILE *out)
{
    const char *fault;

    trial->forecast = forecast_make(trial->world, trial->question.caller);
    trial_ask(trial);
    counts->question_count++;
    if (!trial->ours.is_whole)
        fault = "ours broke the contract";
    else if (trial->forecast.difference != DIFFERENCE_NONE)
        fault = difference_judge(trial);
    else
        fault = agreement_judge(trial);
    if (fault != NULL)
        trial_fail(trial, fault, counts, out);
    else
        trial_count(trial, counts);
}

void compare_worlds(uint64_t seed, uint64_t first, uint64_t count, struct compare_counts *counts, FILE *out)
{
    static struct ruleworld world;

    for (uint64_t number = first; number < first + count; number++) {
        struct rng rng = rng_start(seed, number);
        const bool has_loop = generate_world(&rng, &world);

        ruleworld_write(&world);
        counts->world_count++;
        for (int i = 0; i < QUESTIONS_PER_WORLD; i++) {
            const struct pair_question question = {.bridge = generate_bridge(&rng), .caller = generate_caller(&rng)};
            trial_run(&(struct trial){.seed = seed,
                                      .number = number,
                                      .world = &world,
                                      .has_loop = has_loop,
                                      .question = question},
                      counts, out);
        }
        ruleworld_remove(&world);
    }
}
