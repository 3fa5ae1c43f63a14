/* SPDX-License-Identifier: MIT
 *
 * See storm.h. Each starter is a process of its own, root's, which starts helpers as the user, disturbs them itself,
 * and holds what they give. What all of them count is in memory that they share.
 *
 * A tap counts as live from when its descriptor was received until just before it is closed: at no moment does the
 * count say more than there are.
 */
#define _GNU_SOURCE
#include "storm.h"

#include "helper.h"
#include "holder.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    OTHERS = 3,         /* other users, each with one starter */
    OTHERS_UID = 54321, /* of the first of them; not in /etc/passwd */
    HOLD_MAX_US = 20000,
    SIGNALS_MAX = 6,
};

/* Starts from before the rules were changed, and those that are certain to read the new ones. */
enum age {
    AGE_OLD,
    AGE_NEW,
    AGE_COUNT
};

struct tally {
    struct storm storm;
    atomic_uint age;                  /* of starts from now on */
    atomic_uint under_way[AGE_COUNT]; /* starts */
    atomic_uint live[AGE_COUNT], live_all, most_live;
    atomic_uint done; /* starts, of all ages */
    atomic_uint granted, refused, killed, granted_others, granted_lowered;
    atomic_uint has_fault; /* or 1; no bool, for which gcc 12 calls libatomic on RISC-V */
    atomic_bool is_over;
    char fault[STORM_FAULT_MAX]; /* of who set has_fault */
};

struct start {
    enum age age;
    bool is_beside_old; /* a start of before the change was under way when it began */
};

void storm_rules_write(unsigned limit)
{
    char rule[80];

    snprintf(rule, sizeof rule, "allow all bridge virbr0 limit %u\n", limit);
    lab_text_write("/etc/vmnet/rules.d/quota.new", rule, 0, 0, 0644);
    if (rename("/etc/vmnet/rules.d/quota.new", "/etc/vmnet/rules.d/quota.rules") != 0)
        lab_die("rename");
}

__attribute__((format(printf, 2, 3))) static void fault_note(struct tally *tally, const char *format, ...)
{
    va_list values;

    if (atomic_exchange(&tally->has_fault, 1) != 0)
        return;
    va_start(values, format);
    (void)vsnprintf(tally->fault, sizeof tally->fault, format, values); /* what fits */
    va_end(values);
}

/* xorshift: each starter has its own sequence. */
static unsigned random_below(unsigned *state, unsigned bound)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state % bound;
}

static void pause_us(unsigned us)
{
    const struct timespec pause = {.tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000};

    (void)nanosleep(&pause, NULL); /* no signal is handled here */
}

static struct start start_begin(struct tally *tally)
{
    struct start start;

    /* If the rules change between the two, it is counted with the wrong ones: again. */
    for (;;) {
        start.age = atomic_load(&tally->age);
        (void)atomic_fetch_add(&tally->under_way[start.age], 1);
        if (start.age == atomic_load(&tally->age))
            break;
        (void)atomic_fetch_sub(&tally->under_way[start.age], 1);
    }
    start.is_beside_old = start.age == AGE_NEW && atomic_load(&tally->under_way[AGE_OLD]) != 0;
    return start;
}

static void start_end(struct tally *tally, const struct start *start)
{
    (void)atomic_fetch_sub(&tally->under_way[start->age], 1);
    (void)atomic_fetch_add(&tally->done, 1);
}

/* A descriptor was received. */
static void grant_count(struct tally *tally, const struct start *start)
{
    const struct storm *storm = &tally->storm;
    const unsigned of_age = atomic_fetch_add(&tally->live[start->age], 1) + 1;
    const unsigned all = atomic_fetch_add(&tally->live_all, 1) + 1;
    unsigned most = atomic_load(&tally->most_live);

    while (most < all && !atomic_compare_exchange_weak(&tally->most_live, &most, all))
        ;
    (void)atomic_fetch_add(&tally->granted, 1);
    if (all > storm->limit)
        fault_note(tally, "%u taps are live, the limit is %u", all, storm->limit);
    if (start->age == AGE_OLD)
        return;
    (void)atomic_fetch_add(&tally->granted_lowered, 1);
    if (of_age > storm->lowered_to)
        fault_note(tally, "%u taps of the limit %u are live", of_age, storm->lowered_to);
    /* A tap of before the change is seen by each start that began when the last of before the change had ended. */
    if (!start->is_beside_old && all > storm->lowered_to)
        fault_note(tally, "%u taps are live after a grant under the limit %u", all, storm->lowered_to);
}

/* It is about to be closed. */
static void grant_uncount(struct tally *tally, const struct start *start)
{
    (void)atomic_fetch_sub(&tally->live[start->age], 1);
    (void)atomic_fetch_sub(&tally->live_all, 1);
}

/*
 * A few signals at random times, short ones and, seldom, long ones, as long as the helper has said nothing and has not
 * ended. Its process is not yet waited for, so that its number is no other's.
 */
static void child_disturb(const struct lab_child *child, unsigned *state)
{
    struct pollfd watched[] = {{.fd = child->socket_fd, .events = POLLIN}, {.fd = child->pidfd, .events = POLLIN}};

    for (unsigned left = random_below(state, SIGNALS_MAX + 1); left > 0; left--) {
        const unsigned wait_us = random_below(state, 200U << random_below(state, 13));
        const struct timespec wait = {.tv_nsec = (long)wait_us * 1000};
        if (ppoll(watched, 2, &wait, NULL) != 0)
            break;
        const unsigned dice = random_below(state, 10);
        if (kill(child->pid, dice < 6 ? SIGSTOP : dice < 9 ? SIGCONT : SIGKILL) != 0)
            lab_die("kill");
    }
    if (kill(child->pid, SIGCONT) != 0)
        lab_die("kill");
}

/* Not by the limit: its time was over, or the rules changed while it read them. */
static bool may_try_again(const struct tally *tally, const struct lab_result *result)
{
    if (result->exit_code != EXIT_TEMPFAIL)
        return false;
    if (strstr(result->stderr_text, "deadline of 10 seconds") != NULL)
        return true;
    return tally->storm.lowered_to != 0 && strstr(result->stderr_text, "changed while it was read") != NULL;
}

static void refusal_count(struct tally *tally, const struct lab_result *result)
{
    if (result->exit_code == EXIT_TEMPFAIL && strstr(result->stderr_text, "limit of ") != NULL)
        (void)atomic_fetch_add(&tally->refused, 1);
    else if (result->term_signal == SIGKILL || may_try_again(tally, result))
        (void)atomic_fetch_add(&tally->killed, 1);
    else
        fault_note(tally, "exit %d, signal %d: %s", result->exit_code, result->term_signal, result->stderr_text);
}

static void tap_hold(struct tally *tally, const struct start *start, struct lab_result *result, unsigned *state)
{
    const enum holder_deed deed = random_below(state, HOLDER_DEED_COUNT);

    grant_count(tally, start);
    pause_us(random_below(state, HOLD_MAX_US));
    result->tap_fd = holder_act(result->tap_fd, deed, &lab_vmuser);
    if (result->tap_fd < 0)
        fault_note(tally, "what a holder did, or should not have been able to do (%d): %s", deed, strerror(errno));
    pause_us(random_below(state, HOLD_MAX_US));
    grant_uncount(tally, start);
    lab_result_release(result);
}

static _Noreturn void starter_run(struct tally *tally, unsigned number)
{
    const struct lab_start how = helper_start_complete(&(struct lab_start){.caller = &lab_vmuser});
    static struct lab_result result;
    unsigned state = number * 2654435761U + 1;

    for (unsigned i = 0; i < tally->storm.asks; i++) {
        const struct start start = start_begin(tally);
        struct lab_child child;
        lab_spawn(&how, &child);
        child_disturb(&child, &state);
        lab_collect(&child, &result);
        start_end(tally, &start);
        if (result.tap_fd >= 0)
            tap_hold(tally, &start, &result, &state);
        else
            refusal_count(tally, &result);
    }
    _exit(0);
}

static void tap_gone_wait(const char *name, unsigned index)
{
    struct lab_link link;

    while (lab_link_read(name, &link) && link.index == index)
        pause_us(1000);
}

/* One start after the other, until the storm is over: each must be granted. */
static _Noreturn void other_run(struct tally *tally, unsigned number)
{
    const struct lab_caller caller = {.uid = OTHERS_UID + number, .gid = OTHERS_UID + number};
    const struct lab_start how = helper_start_complete(&(struct lab_start){.caller = &caller});
    static struct lab_result result;

    while (!atomic_load(&tally->is_over)) {
        char name[16];
        unsigned flags;
        struct lab_link link;
        lab_run(&how, &result);
        if (may_try_again(tally, &result))
            continue;
        if (result.tap_fd < 0 || !lab_tap_identify(result.tap_fd, name, &flags) || !lab_link_read(name, &link)) {
            fault_note(tally, "another user, exit %d: %s", result.exit_code, result.stderr_text);
            break;
        }
        (void)atomic_fetch_add(&tally->granted_others, 1);
        lab_result_release(&result);
        tap_gone_wait(name, link.index);
    }
    _exit(0);
}

static pid_t process_start(void (*run)(struct tally *tally, unsigned number), struct tally *tally, unsigned number)
{
    const pid_t pid = fork();

    if (pid < 0)
        lab_die("fork");
    if (pid == 0)
        run(tally, number);
    return pid;
}

static void process_wait(struct tally *tally, pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid)
        lab_die("waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fault_note(tally, "a starter ended with status %#x", (unsigned)status);
}

static void limit_lower(struct tally *tally)
{
    const unsigned half = STORM_STARTERS * tally->storm.asks / 2;

    while (atomic_load(&tally->done) < half && !atomic_load(&tally->has_fault))
        pause_us(1000);
    storm_rules_write(tally->storm.lowered_to);
    atomic_store(&tally->age, AGE_NEW);
}

static void outcome_fill(struct storm_outcome *outcome, struct tally *tally)
{
    *outcome = (struct storm_outcome){
        .granted = atomic_load(&tally->granted),
        .refused = atomic_load(&tally->refused),
        .killed = atomic_load(&tally->killed),
        .granted_others = atomic_load(&tally->granted_others),
        .granted_lowered = atomic_load(&tally->granted_lowered),
        .most_live = atomic_load(&tally->most_live),
    };
    memcpy(outcome->fault, tally->fault, sizeof outcome->fault);
}

void storm_run(const struct storm *storm, struct storm_outcome *outcome)
{
    struct tally *tally =
        mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); /* all zero */
    pid_t starters[STORM_STARTERS], others[OTHERS];

    if (tally == MAP_FAILED)
        lab_die("mmap");
    tally->storm = *storm;
    storm_rules_write(storm->limit);
    for (unsigned i = 0; i < OTHERS; i++)
        others[i] = process_start(other_run, tally, i);
    for (unsigned i = 0; i < STORM_STARTERS; i++)
        starters[i] = process_start(starter_run, tally, i);
    if (storm->lowered_to != 0)
        limit_lower(tally);
    for (unsigned i = 0; i < STORM_STARTERS; i++)
        process_wait(tally, starters[i]);
    atomic_store(&tally->is_over, true);
    for (unsigned i = 0; i < OTHERS; i++)
        process_wait(tally, others[i]);
    outcome_fill(outcome, tally);
    if (munmap(tally, sizeof *tally) != 0)
        lab_die("munmap");
}
