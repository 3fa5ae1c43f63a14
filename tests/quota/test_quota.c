/* SPDX-License-Identifier: MIT
 *
 * "limit N" of the rules, by real helpers with real rivals. That the way in which the helper holds it is right,
 * whatever is stopped when, model.py shows; here it is whether the helper goes that way.
 */
#define _GNU_SOURCE
#include "helper.h"

#include "holder.h"
#include "storm.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    HELD_MAX = 64,
    PORTS_MAX = 130,  /* of others */
    MANY_PORTS = 110, /* then the helper does not list them, but asks for its numbers */
    FROZEN_MAX = 12,  /* helpers that are stopped at the same time */
    OVERSLEPT_S = 11, /* longer than a helper's time */
    CALL_MAX = 1000,
};

static int ports[PORTS_MAX]; /* taps of root's that are ports, too */
static size_t port_count;
static struct lab_result held[HELD_MAX];
static size_t held_count;

/* Taps on the bridge of which the helper does not count any. */
static void ports_plug(size_t count)
{
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq bridge = {.ifr_name = "virbr0"};

    for (port_count = 0; port_count < count; port_count++) {
        struct ifreq request = {.ifr_name = "other%d", .ifr_flags = IFF_TAP | IFF_NO_PI};
        ports[port_count] = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
        if (ports[port_count] < 0 || ioctl(ports[port_count], TUNSETIFF, &request) != 0 ||
            ioctl(fd, SIOCGIFINDEX, &request) != 0)
            lab_die("a tap of root's");
        bridge.ifr_ifindex = request.ifr_ifindex;
        if (ioctl(fd, SIOCBRADDIF, &bridge) != 0)
            lab_die("a port");
    }
    close(fd);
}

static void ports_unplug(void)
{
    while (port_count > 0)
        close(ports[--port_count]);
}

static void all_close(void)
{
    while (held_count > 0)
        lab_result_release(&held[--held_count]);
    ports_unplug();
}

static void all_release(void)
{
    all_close();
    assert_true(lab_tap_count_becomes(0));
}

/* Nothing may be under way: no rival, and no tap that is about to go. */
static void all_settled(void)
{
    assert_true(lab_tap_count_becomes(held_count + port_count));
}

static void is_refused_assert(const struct lab_result *result, const char *words)
{
    if (result->exit_code != EXIT_TEMPFAIL || strstr(result->stderr_text, words) == NULL || result->fd_count != 0)
        fail_msg("exit %d, %zu descriptors, not \"%s\": %s", result->exit_code, result->fd_count, words,
                 result->stderr_text);
}

static void granted_expect(const struct lab_caller *caller)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){.caller = caller});

    all_settled();
    assert_in_range(held_count, 0, HELD_MAX - 1);
    lab_run(&start, &held[held_count]);
    (void)helper_assert_granted(&held[held_count++], "virbr0"); /* any tap will do */
}

static void refused_expect(const struct lab_caller *caller)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){.caller = caller});
    static struct lab_result result;

    all_settled();
    lab_run(&start, &result);
    is_refused_assert(&result, "the limit of /etc/vmnet/rules.d/quota.rules:1 is reached");
}

static void release(size_t number)
{
    struct lab_result last = held[held_count - 1];

    assert_in_range(number, 0, held_count - 1);
    lab_result_release(&held[number]);
    held[number] = last;
    held_count--;
}

/* As many as the limit can be had, and no more; one for each that is given back. */
static void limit_expect(unsigned limit)
{
    while (held_count < limit)
        granted_expect(&lab_vmuser);
    refused_expect(&lab_vmuser);
    release(limit / 2);
    granted_expect(&lab_vmuser);
    refused_expect(&lab_vmuser);
}

/* Whatever a test that failed has left is taken away. */
static int setup(void **state)
{
    const int status = helper_rules_reset(state);

    all_close();
    lab_command("cd /sys/class/net && for tap in */tun_flags; do "
                "[ ! -e \"$tap\" ] || ip link delete \"${tap%%/*}\"; done");
    lab_command("rm -f /etc/qemu/bridge.conf && mkdir -m 755 /etc/vmnet/rules.d");
    return status;
}

static void storm_check(const struct storm *storm, size_t other_ports)
{
    const size_t process_count = lab_process_count();
    struct storm_outcome outcome;

    ports_plug(other_ports);
    storm_run(storm, &outcome);
    print_message(
        "  limit %u%s: %u granted, %u refused, %u killed, %u granted to others, %u under the lowered limit, at "
        "most %u live\n",
        storm->limit, other_ports > 0 ? ", many ports" : "", outcome.granted, outcome.refused, outcome.killed,
        outcome.granted_others, outcome.granted_lowered, outcome.most_live);
    if (outcome.fault[0] != '\0')
        fail_msg("%s", outcome.fault);
    /* It was a storm. */
    assert_in_range(outcome.granted, storm->limit, STORM_STARTERS * storm->asks);
    assert_in_range(outcome.refused, 1, STORM_STARTERS * storm->asks);
    assert_in_range(outcome.killed, 1, STORM_STARTERS * storm->asks);
    assert_true(outcome.granted_others > 0);
    assert_true(storm->lowered_to == 0 || outcome.granted_lowered > 0);

    assert_int_equal(lab_process_count_becomes(process_count), 0);
    limit_expect(storm->lowered_to != 0 ? storm->lowered_to : storm->limit);
    all_release();
}

static void test_storm_never_over_and_exact_afterwards(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    storm_check(&(struct storm){.limit = 1, .asks = 3}, 0);
    storm_check(&(struct storm){.limit = 4, .asks = 3}, 0);
    storm_check(&(struct storm){.limit = 16, .asks = 3}, 0);
    storm_check(&(struct storm){.limit = 4, .asks = 2}, MANY_PORTS);
}

static void test_storm_limit_lowered_is_kept_by_new_starts(void **state)
{
    (void)state;
    storm_check(&(struct storm){.limit = 3, .lowered_to = 1, .asks = 4}, 0);
    storm_check(&(struct storm){.limit = 16, .lowered_to = 1, .asks = 4}, 0);
}

/* A start that is killed after some time, and keeps nothing. */
static void killed_start_make(unsigned ms)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){0});
    static struct lab_result result;
    struct lab_child child;

    lab_spawn(&start, &child);
    const struct timespec pause = {.tv_nsec = (long)ms * 1000000};
    (void)nanosleep(&pause, NULL);
    if (kill(child.pid, SIGKILL) != 0)
        lab_die("kill");
    lab_collect(&child, &result);
    lab_result_release(&result);
}

/* One after the other: what is granted depends on what is held, and on nothing else. */
static void test_no_rival_refused_only_at_the_limit(void **state)
{
    static const struct {
        unsigned limit;
        size_t other_ports;
    } rows[] = {{1, 0}, {3, 0}, {5, MANY_PORTS}};

    (void)state;
    srand(1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        storm_rules_write(rows[i].limit);
        ports_plug(rows[i].other_ports);
        for (unsigned step = 0; step < 60; step++) {
            const int dice = rand() % 8;
            if (dice == 0)
                killed_start_make((unsigned)rand() % 4);
            else if (dice < 4 && held_count > 0)
                release((size_t)rand() % held_count);
            else if (held_count < rows[i].limit)
                granted_expect(&lab_vmuser);
            else
                refused_expect(&lab_vmuser);
        }
        limit_expect(rows[i].limit);
        granted_expect(&lab_vmother);
        all_release();
    }
}

/* More than the helper asks for at once. */
static void test_many_held_counted_whole(void **state)
{
    (void)state;
    storm_rules_write(HELD_MAX - 1);
    limit_expect(HELD_MAX - 1);
    ports_plug(MANY_PORTS);
    refused_expect(&lab_vmuser);
    release(0);
    granted_expect(&lab_vmuser);
    refused_expect(&lab_vmuser);
    all_release();
}

/* Held taps with high numbers count for a lower limit as any others do. */
static void test_lowered_limit_counts_high_numbers(void **state)
{
    (void)state;
    for (size_t other_ports = 0; other_ports <= MANY_PORTS; other_ports += MANY_PORTS) {
        storm_rules_write(5);
        ports_plug(other_ports);
        limit_expect(5);
        storm_rules_write(2);
        for (unsigned left = 4; left >= 2; left--) {
            release(0); /* the lowest number, or nearly */
            refused_expect(&lab_vmuser);
        }
        release(0);
        granted_expect(&lab_vmuser);
        refused_expect(&lab_vmuser);
        all_release();
    }
}

/* The tap of the last grant is persistent and has no descriptor; name and flags are its own. */
static void persist(char name[static IFNAMSIZ], unsigned *flags)
{
    struct lab_result *last = &held[held_count - 1];

    assert_true(lab_tap_identify(last->tap_fd, name, flags));
    assert_true(holder_persist(last->tap_fd, &lab_vmuser));
    lab_result_release(last);
}

/* Its tap is gone. */
static void slot_forget(void)
{
    for (size_t i = 0; i < held_count; i++) {
        if (held[i].tap_fd >= 0)
            continue;
        release(i);
        return;
    }
    fail_msg("no tap was persistent");
}

static void test_persistent_tap_stays_counted(void **state)
{
    char name[IFNAMSIZ];
    unsigned flags;

    (void)state;
    storm_rules_write(2);
    limit_expect(2);
    persist(name, &flags);
    refused_expect(&lab_vmuser);
    release(0);
    granted_expect(&lab_vmuser);
    refused_expect(&lab_vmuser);

    /* By its name, its owner alone attaches to it. */
    assert_int_equal(holder_attach(name, flags, &lab_vmother), -1);
    const int fd = holder_attach(name, flags, &lab_vmuser);
    assert_true(fd >= 0);
    refused_expect(&lab_vmuser);
    /* Given to another user, it still counts as the first one's. */
    assert_int_equal(holder_act(fd, HOLDER_GIVES_AWAY, &lab_vmuser), fd);
    close(fd);
    const int of_other = holder_attach(name, flags, &lab_vmother);
    assert_true(of_other >= 0);
    refused_expect(&lab_vmuser);
    granted_expect(&lab_vmother);
    granted_expect(&lab_vmother);
    refused_expect(&lab_vmother);
    close(of_other);
    refused_expect(&lab_vmuser);

    /* It ends only when it is deleted. */
    lab_command("ip link delete %s", name);
    slot_forget();
    granted_expect(&lab_vmuser);
    all_release();
}

static void test_moved_by_its_holder_stays_counted(void **state)
{
    (void)state;
    storm_rules_write(1);
    granted_expect(&lab_vmuser);
    assert_int_equal(holder_act(held[0].tap_fd, HOLDER_MOVES, &lab_vmuser), held[0].tap_fd);
    refused_expect(&lab_vmuser);
    all_release();
}

/* The calls of a start, from when its time runs to when it ends. */
struct span {
    unsigned first, last;
};

static enum lab_action call_note(const struct lab_stop *stop, void *visit_data)
{
    struct span *span = visit_data;

    if (stop->number == SYS_chdir) /* the next after its time was set */
        span->first = stop->ordinal;
    if (stop->number == SYS_setitimer) /* the last ends the deadline, just before the hand-over */
        span->last = stop->ordinal - 1;
    return LAB_GO;
}

static enum lab_action freeze_visit(const struct lab_stop *stop, void *visit_data)
{
    const unsigned *at = visit_data;

    return stop->ordinal == *at && !stop->at_entry ? LAB_FREEZE : LAB_GO;
}

/* Stopped anywhere before the hand-over; the rules are taken back; continued when its time is over. */
static void test_stopped_too_long_gives_no_tap(void **state)
{
    const struct lab_start start = helper_start_complete(&(struct lab_start){0});
    struct span span = {.first = 0};
    const struct lab_plan note = {.visit = call_note, .visit_data = &span};
    static struct lab_child children[FROZEN_MAX];
    static struct lab_result result;

    (void)state;
    storm_rules_write(FROZEN_MAX);
    lab_trace_run(&start, &note, &result);
    (void)helper_assert_granted(&result, "virbr0");
    lab_result_release(&result);
    assert_in_range(span.first, 1, CALL_MAX);
    assert_in_range(span.last, span.first + FROZEN_MAX, CALL_MAX);

    for (unsigned i = 0; i < FROZEN_MAX; i++) {
        unsigned at = span.first + (span.last - span.first) * i / (FROZEN_MAX - 1);
        const struct lab_plan plan = {.visit = freeze_visit, .visit_data = &at};
        lab_trace(&start, &plan, &children[i]);
        assert_false(children[i].reaped);
    }
    lab_command("rm /etc/vmnet/rules.d/quota.rules");
    const struct timespec pause = {.tv_sec = OVERSLEPT_S};
    assert_int_equal(nanosleep(&pause, NULL), 0);
    for (unsigned i = 0; i < FROZEN_MAX; i++) {
        lab_trace_thaw(&children[i]);
        lab_collect(&children[i], &result);
        is_refused_assert(&result, "was stopped by its deadline");
    }
    all_settled();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_no_rival_refused_only_at_the_limit, setup),
        cmocka_unit_test_setup(test_many_held_counted_whole, setup),
        cmocka_unit_test_setup(test_lowered_limit_counts_high_numbers, setup),
        cmocka_unit_test_setup(test_persistent_tap_stays_counted, setup),
        cmocka_unit_test_setup(test_moved_by_its_holder_stays_counted, setup),
        cmocka_unit_test_setup(test_stopped_too_long_gives_no_tap, setup),
        cmocka_unit_test_setup(test_storm_never_over_and_exact_afterwards, setup),
        cmocka_unit_test_setup(test_storm_limit_lowered_is_kept_by_new_starts, setup),
    };

    return cmocka_run_group_tests_name("quota", tests, helper_world_setup, NULL);
}
