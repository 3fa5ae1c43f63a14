/* SPDX-License-Identifier: MIT
 *
 * test_same_verdict [SEED [FIRST [COUNT]]]: vmnetctl's answers beside those of VMNET_HELPER, in COUNT random worlds.
 *
 * What explain says that the helper grants, it grants. What explain denies, or cannot tell, the helper refuses for that
 * reason. list lists what the rules allow. Runs as root inside lab.sh, by with_helper.sh, since explain looks at the
 * helper that is installed; a world that fails can be had again alone: SEED NUMBER 1.
 */
#define _GNU_SOURCE
#include "made.h"
#include "pair.h"
#include "world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define CTL_PATH  "/run/lab/vmnetctl"
#define LIST_PATH "/run/lab/list"

enum {
    EXPLAIN_ALLOWED,
    EXPLAIN_NOT_ALLOWED,
    EXPLAIN_ERROR,
    EXPLAIN_COUNT
};

static size_t explain_counts[EXPLAIN_COUNT];
static size_t failure_count;

/* Runs in the child: the list goes to a file. What else vmnetctl prints is not read. */
static void stdout_to_file(int socket_number, void *hook_data)
{
    const int fd = open(LIST_PATH, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    (void)socket_number; /* vmnetctl is given none */
    (void)hook_data;     /* nothing to know */
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
        lab_die(LIST_PATH);
    close(fd);
}

static int ctl_run(const char *const *arguments, const struct lab_caller *caller,
                   void (*hook)(int socket_number, void *hook_data))
{
    const struct lab_start start = {
        .program = CTL_PATH, .arguments = arguments, .caller = caller, .fd_argument = "", .hook_as_root = hook};
    struct lab_result result;

    lab_run(&start, &result);
    const int exit_code = result.exit_code;
    lab_result_release(&result);
    return exit_code;
}

/* Does the list have this bridge? Lines begin with the name and a tab. */
static bool list_has(const char *bridge)
{
    FILE *file = fopen(LIST_PATH, "re");
    char line[512];
    bool is_there = false;

    if (file == NULL)
        lab_die(LIST_PATH);
    while (fgets(line, sizeof line, file) != NULL)
        is_there = is_there || (strncmp(line, bridge, strlen(bridge)) == 0 && line[strlen(bridge)] == '\t');
    fclose(file);
    return is_there;
}

/* The rules allow it with an option that the bridge cannot enforce, so the helper refuses. */
static bool cannot_enforce(const struct pair_answer *helper)
{
    return helper->exit_code == EX_CONFIG && strstr(helper->text, "does not run STP") != NULL;
}

/* What explain must exit with, after this answer of the helper's. */
static int expected_of(const struct pair_answer *helper)
{
    if (helper->is_granted)
        return EXPLAIN_ALLOWED;
    switch (helper->exit_code) {
    case EX_UNAVAILABLE: /* allowed, and no such bridge */
    case EX_NOPERM:
        return EXPLAIN_NOT_ALLOWED;
    case EX_CONFIG:
        return cannot_enforce(helper) ? EXPLAIN_NOT_ALLOWED : EXPLAIN_ERROR;
    case EX_TEMPFAIL:
        return EXPLAIN_ERROR;
    default:
        return -1; /* something is broken */
    }
}

static void complain(size_t world, const struct lab_caller *caller, const char *bridge, const char *what, int found)
{
    failure_count++;
    printf("# world %zu, uid %u with %zu groups, bridge %s: %s, status %d\n", world, (unsigned)caller->uid,
           caller->group_count, bridge, what, found);
}

static void compare(size_t world, const struct lab_caller *caller, const char *bridge, int list_status)
{
    const char *const arguments[] = {"explain", "--bridge", bridge, NULL};
    const struct pair_question question = {.bridge = bridge, .caller = caller};
    const bool is_listed = list_has(bridge);
    struct pair_answer helper;

    pair_ask(&question, NULL, &helper);
    const int found = ctl_run(arguments, caller, NULL);
    if (found < 0 || found != expected_of(&helper)) {
        complain(world, caller, bridge, "explain differs", found);
        printf("#   helper: ");
        pair_answer_print(&helper, stdout);
        return;
    }
    explain_counts[found]++;
    /* The list is of what the rules allow, with the options; whether the bridge can enforce those is the helper's matter. */
    const bool is_allowed = found == EXPLAIN_ALLOWED || cannot_enforce(&helper) || helper.exit_code == EX_UNAVAILABLE;
    /* What only a pattern or "all" allows is listed if it exists and is a bridge; the last two names are none. */
    if (list_status == 0 && found != EXPLAIN_ERROR && (bridge == made_bridges[0] || bridge == made_bridges[1]) &&
        is_listed != is_allowed)
        complain(world, caller, bridge, "list differs", found);
    if (list_status == 0 && is_listed && !is_allowed)
        complain(world, caller, bridge, "it is listed and not allowed", found);
}

static void world_compare(struct rng *rng, size_t world)
{
    static const char *const list[] = {"list", NULL};
    const struct lab_caller *caller = made_callers[rng_below(rng, made_callers_count)];

    made_write(rng);
    const int status = ctl_run(list, caller, stdout_to_file);
    if (status != 0 && status != EXPLAIN_ERROR)
        complain(world, caller, "-", "list", status);
    compare(world, caller, made_bridges[rng_below(rng, 2)], status);
    compare(world, caller, made_bridges[rng_below(rng, 4)], status);
}

int main(int argc, char **argv)
{
    const size_t seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 20241107;
    const size_t first = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
    const size_t count = argc > 3 ? strtoul(argv[3], NULL, 0) : 2200;
    const char *helper = lab_program_find("VMNET_HELPER");
    bool is_passed;

    pair_open(helper, helper); /* only the second is asked */
    lab_program_install(lab_program_find("VMNETCTL"), CTL_PATH, 0, 0, 0755);
    for (size_t world = first; world < first + count; world++) {
        struct rng rng = rng_start(seed, world);
        world_compare(&rng, world);
    }
    pair_close();
    printf("# seed %zu, %zu worlds: %zu allowed, %zu not allowed, %zu without answer, %zu failures\n", seed, count,
           explain_counts[EXPLAIN_ALLOWED], explain_counts[EXPLAIN_NOT_ALLOWED], explain_counts[EXPLAIN_ERROR],
           failure_count);
    /* Few worlds, asked for by hand, need not have everything. */
    is_passed = failure_count == 0;
    for (size_t i = 0; count >= 2000 && i < EXPLAIN_COUNT; i++)
        is_passed = is_passed && explain_counts[i] >= 100;
    return is_passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
