/* SPDX-License-Identifier: MIT */
/*
 * bench [--rounds=N] [--taps=N] [--starts=N] [--only=WORD] --holder=PATH NAME=PATH... NAME/NAME...
 *
 * Compare the speed of setuid helpers, each given as NAME=PATH, and print tables of medians; a NAME/NAME argument
 * adds a column of ratios. The one called "service" is not setuid and asks the service, which must run. Runs as root
 * inside lab.sh, which bench.sh arranges; the helpers are started by an unprivileged user.
 *
 *   --rounds=N   at most N rounds of each scenario, to be quick
 *   --taps=N     how many other taps live in the scenario that has other taps (900)
 *   --starts=N   how many starts the scenario of parallel starts makes (400)
 *   --only=WORD  only the scenarios with this word in their title
 *   --holder=PATH  the helper that makes the other taps
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lanes.h"
#include "measure.h"
#include "rules.h"
#include "start.h"
#include "table.h"

struct plan {
    struct columns columns;
    const char *holder;
    const char *only;
    size_t rounds_max;
    unsigned tap_count;
    unsigned start_count;
};

struct scenario {
    const char *title;
    struct rules rules;
    unsigned other_taps; /* how many live meanwhile */
    size_t round_count;
    bool is_of_service; /* the only one in which the program "service" takes part */
};

/* The service lets a user ask ten times a second. */
#define SERVICE_PAUSE_MS 120

#define MANY UINT_MAX /* as many other taps as --taps says */

/* Fewer rounds where a round takes long. */
static const struct scenario scenarios[] = {
    {.title = "1 rule", .rules = {.count = 1, .deny_every = 0, .kind = RULES_QEMU}, .round_count = 400},
    {.title = "through the service",
     .rules = {.count = 1, .deny_every = 0, .kind = RULES_QEMU},
     .round_count = 200,
     .is_of_service = true},
    {.title = "rules for a user and a group, against 1 rule",
     .rules = {.count = 1, .deny_every = 0, .kind = RULES_NAMES},
     .round_count = 400},
    {.title = "with a deny for a group, against 1 rule",
     .rules = {.count = 1, .deny_every = 0, .kind = RULES_MEMBERS},
     .round_count = 400},
    {.title = "1 rule, other taps alive",
     .rules = {.count = 1, .deny_every = 0, .kind = RULES_QEMU},
     .other_taps = MANY,
     .round_count = 200},
    {.title = "1,000 rules", .rules = {.count = 1000, .deny_every = 0, .kind = RULES_QEMU}, .round_count = 200},
    {.title = "100,000 rules", .rules = {.count = 100000, .deny_every = 0, .kind = RULES_QEMU}, .round_count = 60},
    {.title = "100,000 rules, every fourth a deny",
     .rules = {.count = 100000, .deny_every = 4, .kind = RULES_QEMU},
     .round_count = 60},
    {.title = "100,000 rules in rules.d, against as many in bridge.conf",
     .rules = {.count = 100000, .deny_every = 0, .kind = RULES_FILES},
     .round_count = 60},
    {.title = "1 rule in rules.d, against 1 rule", .rules = {.count = 1, .kind = RULES_FILES}, .round_count = 400},
    {.title = "isolated mac, against 1 rule",
     .rules = {.count = 1, .kind = RULES_FILES, .options = "isolated mac 52:54:00:12:34:56"},
     .round_count = 400},
    {.title = "1 rule in rules.d, against 1 rule, other taps alive",
     .rules = {.count = 1, .kind = RULES_FILES},
     .other_taps = 10,
     .round_count = 400},
    {.title = "limit, against 1 rule, other taps alive",
     .rules = {.count = 1, .kind = RULES_FILES, .options = "limit 1023"},
     .other_taps = 10,
     .round_count = 400},
    {.title = "limit, against 1 rule, other taps alive",
     .rules = {.count = 1, .kind = RULES_FILES, .options = "limit 1023"},
     .other_taps = MANY,
     .round_count = 200},
    {.title = "1,000,000 rules", .rules = {.count = 1000000, .deny_every = 0, .kind = RULES_QEMU}, .round_count = 20},
};

#define PARALLEL_ROUNDS 10

static size_t rounds_of(const struct plan *plan, size_t wanted)
{
    return wanted < plan->rounds_max ? wanted : plan->rounds_max;
}

static bool is_wanted(const struct plan *plan, const char *title)
{
    return !plan->only || strstr(title, plan->only);
}

static unsigned other_taps(const struct plan *plan, const struct scenario *scenario)
{
    return scenario->other_taps == MANY ? plan->tap_count : scenario->other_taps;
}

static void measurement_print(const struct plan *plan, const struct scenario *scenario, struct measurement *measurement,
                              size_t round_count)
{
    static const char *const labels[FIGURE_COUNT] = {
        [FIGURE_FD_US] = "exec to descriptor, us", [FIGURE_EXIT_US] = "exec to exit, us",
        [FIGURE_CPU_US] = "processor time, us",    [FIGURE_PEAK_KIB] = "peak memory, KiB",
        [FIGURE_CALLS] = "system calls",
    };
    char title[128];

    if (scenario->other_taps > 0)
        snprintf(title, sizeof title, "%s: %u (%zu rounds)", scenario->title, other_taps(plan, scenario), round_count);
    else
        snprintf(title, sizeof title, "%s (%zu rounds)", scenario->title, round_count);
    table_print_heading(&plan->columns, title);
    for (enum figure figure = 0; figure < FIGURE_COUNT; figure++)
        table_print_row(&plan->columns, labels[figure], measurement->values[figure],
                        measurement_count(figure, round_count));
}

static struct plan plan_without(const struct plan *plan, const char *name)
{
    struct plan less = *plan;
    size_t without = 0;

    while (without < plan->columns.program_count && strcmp(plan->columns.programs[without].name, name) != 0)
        without++;
    if (without == plan->columns.program_count)
        return less;
    less.columns.program_count--;
    for (size_t i = without; i < less.columns.program_count; i++)
        less.columns.programs[i] = plan->columns.programs[i + 1];
    less.columns.ratio_count = 0;
    for (size_t i = 0; i < plan->columns.ratio_count; i++) {
        size_t upper = plan->columns.ratios[i].upper, lower = plan->columns.ratios[i].lower;
        if (upper == without || lower == without)
            continue;
        less.columns.ratios[less.columns.ratio_count].upper = upper - (upper > without);
        less.columns.ratios[less.columns.ratio_count++].lower = lower - (lower > without);
    }
    return less;
}

static struct plan plan_of(const struct plan *all, const struct scenario *scenario)
{
    struct plan plan = *all;

    if (scenario->is_of_service) {
        plan = plan_without(&plan, "static");
        plan = plan_without(&plan, "floor");
        return plan_without(&plan, "floor-static");
    }
    plan = plan_without(&plan, "service");
    if (scenario->rules.kind == RULES_NAMES || scenario->rules.kind == RULES_MEMBERS)
        plan = plan_without(&plan, "static"); /* it looks up no names */
    return plan;
}

static bool scenario_run(const struct plan *all, const struct scenario *scenario, struct measurement *measurement)
{
    const struct plan scenario_plan = plan_of(all, scenario);
    const struct plan *plan = &scenario_plan;
    size_t round_count = rounds_of(plan, scenario->round_count);
    struct lanes holders;
    double unused_us;

    if (!is_wanted(plan, scenario->title))
        return true;
    if (!rules_write(scenario->rules))
        return false;
    if (scenario->other_taps > 0 && !lanes_begin(&holders, plan->holder, other_taps(plan, scenario), &unused_us))
        return false;
    bool ok = measure_programs(measurement, plan->columns.programs, plan->columns.program_count, round_count,
                               scenario->is_of_service ? SERVICE_PAUSE_MS : 0);
    if (scenario->other_taps > 0 && !lanes_end(&holders))
        ok = false;
    if (ok)
        measurement_print(plan, scenario, measurement, round_count);
    return ok;
}

/* Parallel starts: the order rotates, since a round is long and what one program leaves in the caches counts little. */
static bool parallel_run(const struct plan *plan, struct measurement *measurement)
{
    double(*wall_us)[ROUNDS_MAX] = measurement->values[FIGURE_FD_US];
    size_t program_count = plan->columns.program_count, round_count = rounds_of(plan, PARALLEL_ROUNDS);
    char title[128];

    snprintf(title, sizeof title, "%u starts in %u parallel lanes (%zu rounds)", plan->start_count, LANES_COUNT,
             round_count);
    if (!is_wanted(plan, title))
        return true;
    if (!rules_write((struct rules){.count = 1, .deny_every = 0, .kind = RULES_QEMU}))
        return false;
    for (size_t i = 0; i < round_count * program_count; i++) {
        size_t round = i / program_count, program = (i + round) % program_count;
        struct lanes lanes;

        if (!lanes_begin(&lanes, plan->columns.programs[program].path, plan->start_count, &wall_us[program][round]) ||
            !lanes_end(&lanes))
            return false;
    }
    table_print_heading(&plan->columns, title);
    table_print_row(&plan->columns, "wall time of all, us", wall_us, round_count);
    return true;
}

static bool number_parse(const char *text, unsigned max, unsigned *number)
{
    unsigned value = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (unsigned)(*text - '0');
        if (value > max)
            return false;
    }
    *number = value;
    return value > 0;
}

static bool program_find(const struct columns *columns, const char *name, size_t name_len, size_t *index)
{
    for (size_t i = 0; i < columns->program_count; i++) {
        if (strlen(columns->programs[i].name) == name_len && memcmp(columns->programs[i].name, name, name_len) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

/* NAME=PATH or NAME/NAME of programs named before. */
static bool column_parse(struct columns *columns, char *argument)
{
    char *equals = strchr(argument, '='), *slash = strchr(argument, '/');

    if (equals && columns->program_count < PROGRAMS_MAX) {
        *equals = '\0';
        columns->programs[columns->program_count++] = (struct program){.name = argument, .path = equals + 1};
        return true;
    }
    if (!equals && slash && columns->ratio_count < RATIOS_MAX) {
        size_t ratio = columns->ratio_count++;
        return program_find(columns, argument, (size_t)(slash - argument), &columns->ratios[ratio].upper) &&
               program_find(columns, slash + 1, strlen(slash + 1), &columns->ratios[ratio].lower);
    }
    return false;
}

static bool plan_parse(struct plan *plan, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        unsigned rounds_max;
        bool ok = true;

        if (strncmp(argv[i], "--rounds=", 9) == 0) {
            ok = number_parse(argv[i] + 9, ROUNDS_MAX, &rounds_max);
            plan->rounds_max = ok ? rounds_max : 0;
        } else if (strncmp(argv[i], "--taps=", 7) == 0) {
            ok = number_parse(argv[i] + 7, 1000, &plan->tap_count); /* a bridge has 1023 ports at most */
        } else if (strncmp(argv[i], "--starts=", 9) == 0) {
            ok = number_parse(argv[i] + 9, 1000, &plan->start_count);
        } else if (strncmp(argv[i], "--only=", 7) == 0) {
            plan->only = argv[i] + 7;
        } else if (strncmp(argv[i], "--holder=", 9) == 0) {
            plan->holder = argv[i] + 9;
        } else {
            ok = column_parse(&plan->columns, argv[i]);
        }
        if (!ok) {
            fprintf(stderr, "bench: wrong argument '%s'; see the top of bench.c\n", argv[i]);
            return false;
        }
    }
    return plan->columns.program_count > 0 && plan->holder;
}

static void machine_print(void)
{
    struct utsname system;

    if (uname(&system) == 0)
        printf("%s %.*s, %ld processors, user %d\n", system.sysname, (int)strcspn(system.release, "-"), system.release,
               sysconf(_SC_NPROCESSORS_ONLN), START_UID);
}

int main(int argc, char **argv)
{
    struct plan plan = {.rounds_max = ROUNDS_MAX, .tap_count = 900, .start_count = 400};

    if (!plan_parse(&plan, argc, argv))
        return 64;
    struct measurement *measurement = measurement_new();
    if (!measurement)
        return 71;

    machine_print();
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        if (!scenario_run(&plan, &scenarios[i], measurement))
            return 1;
        (void)fflush(stdout); /* to be read while the rest runs; a failure shows at the end */
    }
    plan = plan_without(&plan, "service");
    if (!parallel_run(&plan, measurement))
        return 1;
    printf("\ncomplete\n");
    return fflush(stdout) ? 1 : 0;
}
