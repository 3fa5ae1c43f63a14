/* SPDX-License-Identifier: MIT */
/*
 * flood [--rounds=N] [--only=WORD] [OPTION...] CLIENT: how long a user waits for the service while another attacks it
 * (tests/flood/attack.h). Prints a table of medians. Other options are bench's, and ignored.
 *
 * Runs as root inside lab.sh, which bench.sh arranges; the service must run, and CLIENT asks it. All processes of the
 * attacker are in one session, so that his share of the processors is that of one user. The other user asks too slowly
 * to be turned away for what he has asked for himself.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"
#include "rules.h"
#include "sample.h"
#include "start.h"

#define ROUNDS_MAX 50
#define PAUSE_NS   120000000

struct plan {
    const char *client;
    const char *only;
    size_t round_count;
};

/* In memory that a child shares. */
static double (*times_us)[ROUNDS_MAX];

static bool rounds_run(const struct plan *plan)
{
    if (!start_become_user())
        return false;
    for (size_t round = 0; round < plan->round_count; round++) {
        struct start start;
        int tap_fd;

        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
        if (!start_helper(plan->client, &start, &tap_fd))
            return false;
        (void)close(tap_fd); /* its name can be another tap's at once */
        (*times_us)[round] = start.fd_us;
    }
    return true;
}

/* In a process of its own, since it changes its user for good. */
static bool median_measure(const struct plan *plan, double *median_us)
{
    int status;

    (void)fflush(NULL); /* or the child would write it once more; a failure shows at our own last flush */
    pid_t pid = fork();
    if (pid == 0)
        _exit(rounds_run(plan) ? 0 : 1);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        return false;
    *median_us = sample_median(*times_us, plan->round_count);
    return true;
}

static bool attack_measure(const struct plan *plan, const struct attack *attack)
{
    double alone_us, attacked_us;

    if (!median_measure(plan, &alone_us))
        return false;
    pid_t pid = attack_start(attack);
    bool ok = median_measure(plan, &attacked_us);
    if (!attack_stop(pid) || !ok) {
        fprintf(stderr, "bench: flood: failed while another user %s\n", attack->name);
        return false;
    }
    printf("| %s | %.0f | %.0f | %.2f |\n", attack->name, alone_us, attacked_us, attacked_us / alone_us);
    return true;
}

static struct plan plan_parse(int argc, char **argv)
{
    struct plan plan = {.round_count = ROUNDS_MAX};

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--rounds=", 9) == 0 && atoi(argv[i] + 9) > 0 && atoi(argv[i] + 9) < ROUNDS_MAX)
            plan.round_count = (size_t)atoi(argv[i] + 9);
        else if (strncmp(argv[i], "--only=", 7) == 0)
            plan.only = argv[i] + 7;
        else if (strncmp(argv[i], "--", 2) != 0)
            plan.client = argv[i];
    }
    return plan;
}

int main(int argc, char **argv)
{
    static const char title[] = "through the service, while another user attacks it";
    const struct plan plan = plan_parse(argc, argv);

    times_us = mmap(NULL, sizeof *times_us, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (plan.client == NULL || times_us == MAP_FAILED)
        return 71;
    if (plan.only != NULL && strstr(title, plan.only) == NULL)
        return 0;
    if (!rules_write((struct rules){.count = 1, .deny_every = 0, .kind = RULES_QEMU}))
        return 1;
    printf(
        "\n### %s (%zu rounds)\n\n| | undisturbed, us | attacked, us | attacked / undisturbed |\n|---|--:|--:|--:|\n",
        title, plan.round_count);
    for (size_t i = 0; i < attack_count; i++)
        if (!attack_measure(&plan, &attacks[i]))
            return 1;
    return fflush(stdout) ? 1 : 0;
}
