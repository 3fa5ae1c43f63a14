/* SPDX-License-Identifier: MIT */
/* The limits of the service: who is served, who is turned away, and that it is not for what another has done. */
#include "callers.h"
#include "unit.h"

#define ALICE       1000
#define BOB         1001
#define SUBORDINATE 100000

static struct callers callers;
static const long long start_ms = 5000000;

static int reset(void **state)
{
    (void)state; /* cmocka's signature */
    callers = (struct callers){.count = 0};
    return 0;
}

/* How many of so many requests are served. */
static unsigned begin_many(uid_t uid, enum callers_proof proof, unsigned count, long long now_ms)
{
    unsigned served = 0;

    for (unsigned i = 0; i < count; i++)
        served += callers_begin(&callers, uid, proof, now_ms) == CALLERS_SERVE;
    return served;
}

static void end_many(uid_t uid, enum callers_outcome outcome, unsigned count, long long now_ms)
{
    for (unsigned i = 0; i < count; i++)
        callers_end(&callers, uid, outcome, now_ms);
}

static void test_callers_begin_many_at_once_limited(void **state)
{
    (void)state; /* cmocka's signature */
    assert_int_equal(begin_many(BOB, CALLERS_USER, 100, start_ms), CALLERS_RUNNING);
    assert_int_equal(begin_many(ALICE, CALLERS_USER, 1, start_ms), 1);
    callers_end(&callers, BOB, CALLERS_FAILED, start_ms);
    assert_int_equal(begin_many(BOB, CALLERS_USER, 100, start_ms), 1);
}

static void test_callers_begin_many_in_a_row_limited(void **state)
{
    unsigned served = 0;

    (void)state; /* cmocka's signature */
    for (unsigned i = 0; i < 100; i++)
        if (begin_many(BOB, CALLERS_USER, 1, start_ms) == 1) {
            served++;
            callers_end(&callers, BOB, CALLERS_GRANTED, start_ms);
        }
    assert_int_equal(served, CALLERS_BURST);
    assert_int_equal(begin_many(BOB, CALLERS_USER, 1, start_ms + CALLERS_INTERVAL_MS - 1), 0);
    assert_int_equal(begin_many(BOB, CALLERS_USER, 2, start_ms + CALLERS_INTERVAL_MS), 1);
    assert_int_equal(begin_many(ALICE, CALLERS_USER, 1, start_ms), 1);
}

static void test_callers_begin_unproven_share_one_users_part(void **state)
{
    unsigned served = 0;

    (void)state; /* cmocka's signature */
    for (uid_t uid = SUBORDINATE; uid < SUBORDINATE + 60000; uid++)
        served += begin_many(uid, CALLERS_UNKNOWN, 2, start_ms);
    assert_int_equal(served, CALLERS_RUNNING);
    for (uid_t uid = SUBORDINATE; uid < SUBORDINATE + CALLERS_RUNNING; uid++)
        callers_end(&callers, uid, CALLERS_REFUSED, start_ms);
    for (uid_t uid = SUBORDINATE + 60000; uid > SUBORDINATE; uid--)
        if (begin_many(uid, CALLERS_UNKNOWN, 1, start_ms) == 1) {
            served++;
            callers_end(&callers, uid, CALLERS_REFUSED, start_ms);
        }
    assert_int_equal(served, CALLERS_BURST);
    assert_int_equal(begin_many(ALICE, CALLERS_USER, 1, start_ms), 1);
}

static void test_callers_begin_unproven_one_at_once(void **state)
{
    (void)state; /* cmocka's signature */
    assert_int_equal(begin_many(BOB, CALLERS_UNKNOWN, 2, start_ms), 1);
    assert_int_equal(callers_begin(&callers, BOB, CALLERS_UNKNOWN, start_ms), CALLERS_TURN_AWAY);
    callers_end(&callers, BOB, CALLERS_FAILED, start_ms);
    assert_int_equal(begin_many(BOB, CALLERS_UNKNOWN, 2, start_ms), 1);
    callers_end(&callers, BOB, CALLERS_GRANTED, start_ms);
    assert_int_equal(begin_many(BOB, CALLERS_UNKNOWN, 100, start_ms), CALLERS_RUNNING);
}

/* Each grant would make a user of one of them. */
static void test_callers_begin_subordinate_never_proven(void **state)
{
    unsigned served = 0;

    (void)state; /* cmocka's signature */
    assert_int_equal(begin_many(SUBORDINATE, CALLERS_SUBORDINATE, 2, start_ms), 1);
    callers_end(&callers, SUBORDINATE, CALLERS_GRANTED, start_ms);
    assert_int_equal(begin_many(SUBORDINATE, CALLERS_UNKNOWN, 2, start_ms), 1);
    for (uid_t uid = SUBORDINATE + 1; uid < SUBORDINATE + 1000; uid++)
        served += begin_many(uid, CALLERS_SUBORDINATE, 2, start_ms);
    assert_int_equal(served, CALLERS_RUNNING - 1);
    assert_int_equal(begin_many(ALICE, CALLERS_USER, 100, start_ms), CALLERS_RUNNING);
}

/* As those of a container: he comes from a user namespace of his own. */
static void test_callers_begin_unproven_not_for_what_subordinate_ones_do(void **state)
{
    (void)state; /* cmocka's signature */
    for (uid_t uid = SUBORDINATE; uid < SUBORDINATE + 1000; uid++)
        (void)begin_many(uid, CALLERS_SUBORDINATE, 2, start_ms);
    assert_int_equal(begin_many(ALICE, CALLERS_UNKNOWN, 1, start_ms), 1);
    assert_true(callers_log(&callers, SUBORDINATE, start_ms));
    assert_true(callers_log(&callers, BOB, start_ms));
}

/* A line is added to the file while a request runs. */
static void test_callers_begin_subordinate_late_counted_right(void **state)
{
    (void)state; /* cmocka's signature */
    assert_int_equal(begin_many(SUBORDINATE, CALLERS_UNKNOWN, 1, start_ms), 1);
    assert_int_equal(begin_many(SUBORDINATE, CALLERS_SUBORDINATE, 1, start_ms), 0);
    callers_end(&callers, SUBORDINATE, CALLERS_FAILED, start_ms);
    assert_int_equal(begin_many(SUBORDINATE, CALLERS_SUBORDINATE, 1, start_ms), 1);
    callers_end(&callers, SUBORDINATE, CALLERS_GRANTED, start_ms);
    assert_int_equal(callers.unproven[0].running, 0);
    assert_int_equal(callers.unproven[1].running, 0);
}

/* While some of his processes run. */
static void test_callers_begin_proven_late_leaves_room(void **state)
{
    (void)state; /* cmocka's signature */
    assert_int_equal(begin_many(BOB, CALLERS_UNKNOWN, 1, start_ms), 1);
    assert_int_equal(callers.unproven[0].running, 1);
    assert_int_equal(begin_many(BOB, CALLERS_USER, 1, start_ms), 1);
    assert_int_equal(callers.unproven[0].running, 0);
    end_many(BOB, CALLERS_FAILED, 2, start_ms);
    assert_int_equal(callers.unproven[0].running, 0);
}

static void test_callers_want_proof_tried_of_late_false(void **state)
{
    (void)state; /* cmocka's signature */
    (void)begin_many(BOB, CALLERS_UNKNOWN, 1, start_ms);
    (void)begin_many(BOB, CALLERS_UNKNOWN, 1, start_ms + 1);
    assert_false(callers_want_proof(&callers, BOB, start_ms + CALLERS_PROOF_MS - 1));
    assert_true(callers_want_proof(&callers, BOB, start_ms + CALLERS_PROOF_MS));
}

static void test_callers_begin_refused_before_refused_again(void **state)
{
    (void)state; /* cmocka's signature */
    assert_true(callers_want_proof(&callers, SUBORDINATE, start_ms));
    assert_int_equal(callers_begin(&callers, SUBORDINATE, CALLERS_UNKNOWN, start_ms), CALLERS_SERVE);
    callers_end(&callers, SUBORDINATE, CALLERS_REFUSED, start_ms);
    assert_int_equal(callers_begin(&callers, SUBORDINATE, CALLERS_UNKNOWN, start_ms + CALLERS_REFUSED_MS - 1),
                     CALLERS_REFUSE);
    assert_false(callers_want_proof(&callers, SUBORDINATE, start_ms + CALLERS_REFUSED_MS - 1));
    assert_true(callers_want_proof(&callers, SUBORDINATE, start_ms + CALLERS_REFUSED_MS));
    assert_int_equal(callers_begin(&callers, SUBORDINATE, CALLERS_UNKNOWN, start_ms + CALLERS_REFUSED_MS),
                     CALLERS_SERVE);
}

/* One process of a user may be refused, for its capabilities; his others are not. */
static void test_callers_begin_proven_refused_before_served(void **state)
{
    (void)state; /* cmocka's signature */
    assert_int_equal(callers_begin(&callers, BOB, CALLERS_USER, start_ms), CALLERS_SERVE);
    callers_end(&callers, BOB, CALLERS_REFUSED, start_ms);
    assert_int_equal(callers_begin(&callers, BOB, CALLERS_UNKNOWN, start_ms), CALLERS_SERVE);
    assert_false(callers_want_proof(&callers, BOB, start_ms));
}

static void test_callers_begin_many_unproven_user_remembered(void **state)
{
    (void)state; /* cmocka's signature */
    assert_int_equal(begin_many(BOB, CALLERS_USER, CALLERS_RUNNING, start_ms), CALLERS_RUNNING);
    end_many(BOB, CALLERS_GRANTED, CALLERS_RUNNING, start_ms);
    (void)begin_many(ALICE, CALLERS_USER, 1, start_ms);
    for (uid_t uid = SUBORDINATE; uid < SUBORDINATE + 60000; uid++)
        (void)begin_many(uid, CALLERS_UNKNOWN, 1, start_ms + 1);
    assert_false(callers_want_proof(&callers, BOB, start_ms + 1));
    assert_int_equal(begin_many(BOB, CALLERS_UNKNOWN, 100, start_ms + 1), CALLERS_RUNNING);
    assert_int_equal(begin_many(ALICE, CALLERS_UNKNOWN, 100, start_ms + 1), CALLERS_RUNNING - 1);
}

static void test_callers_begin_many_users_oldest_forgotten(void **state)
{
    (void)state; /* cmocka's signature */
    for (uid_t i = 0; i < CALLERS_MAX; i++) {
        assert_int_equal(begin_many(BOB + i, CALLERS_USER, 1, start_ms + i), 1);
        if (i > 0)
            callers_end(&callers, BOB + i, CALLERS_GRANTED, start_ms + i);
    }
    assert_int_equal(begin_many(ALICE, CALLERS_USER, 1, start_ms + CALLERS_MAX), 1);
    assert_false(callers_want_proof(&callers, BOB, start_ms + CALLERS_MAX)); /* has something running */
    assert_true(callers_want_proof(&callers, BOB + 1, start_ms + CALLERS_MAX));
    assert_false(callers_want_proof(&callers, BOB + 2, start_ms + CALLERS_MAX));
}

static void test_callers_log_once_a_minute(void **state)
{
    (void)state; /* cmocka's signature */
    (void)begin_many(BOB, CALLERS_USER, 1, start_ms);
    (void)begin_many(ALICE, CALLERS_USER, 1, start_ms);
    assert_true(callers_log(&callers, BOB, start_ms));
    assert_true(callers_log(&callers, ALICE, start_ms));
    assert_false(callers_log(&callers, BOB, start_ms + CALLERS_LOG_MS - 1));
    assert_true(callers_log(&callers, BOB, start_ms + CALLERS_LOG_MS));
    assert_true(callers_log(&callers, SUBORDINATE, start_ms));
    assert_false(callers_log(&callers, SUBORDINATE + 1, start_ms + CALLERS_LOG_MS - 1));
    assert_true(callers_log(&callers, SUBORDINATE + 1, start_ms + CALLERS_LOG_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_callers_begin_many_at_once_limited, reset),
        cmocka_unit_test_setup(test_callers_begin_many_in_a_row_limited, reset),
        cmocka_unit_test_setup(test_callers_begin_unproven_share_one_users_part, reset),
        cmocka_unit_test_setup(test_callers_begin_unproven_one_at_once, reset),
        cmocka_unit_test_setup(test_callers_begin_subordinate_never_proven, reset),
        cmocka_unit_test_setup(test_callers_begin_unproven_not_for_what_subordinate_ones_do, reset),
        cmocka_unit_test_setup(test_callers_begin_subordinate_late_counted_right, reset),
        cmocka_unit_test_setup(test_callers_begin_proven_late_leaves_room, reset),
        cmocka_unit_test_setup(test_callers_want_proof_tried_of_late_false, reset),
        cmocka_unit_test_setup(test_callers_begin_refused_before_refused_again, reset),
        cmocka_unit_test_setup(test_callers_begin_proven_refused_before_served, reset),
        cmocka_unit_test_setup(test_callers_begin_many_unproven_user_remembered, reset),
        cmocka_unit_test_setup(test_callers_begin_many_users_oldest_forgotten, reset),
        cmocka_unit_test_setup(test_callers_log_once_a_minute, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
