/* SPDX-License-Identifier: MIT */
/* The users and groups that are asked about: each once. */
#include "accounts.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t intern(struct accounts *accounts, enum account_kind kind, const char *name, uint32_t id)
{
    uint32_t index;

    assert_true(accounts_intern(accounts, kind, name, name != NULL ? strlen(name) : 0, id, &index));
    return index;
}

static size_t find(const struct accounts *accounts, enum account_kind kind, const char *name, uint32_t id)
{
    return accounts_find(accounts, kind, name, name != NULL ? strlen(name) : 0, id);
}

static void test_accounts_intern_each_once(void **state)
{
    struct accounts accounts = {.count = 0};

    (void)state;                                                /* cmocka's signature, here and below */
    assert_int_equal(find(&accounts, ACCOUNT_USER, "a", 0), 0); /* count: not there */
    assert_int_equal(intern(&accounts, ACCOUNT_USER, "a", 0), 0);
    assert_int_equal(intern(&accounts, ACCOUNT_GROUP, "a", 0), 1); /* a user is no group */
    assert_int_equal(intern(&accounts, ACCOUNT_GID, NULL, 7), 2);
    assert_int_equal(intern(&accounts, ACCOUNT_GID, NULL, 8), 3);
    assert_int_equal(intern(&accounts, ACCOUNT_USER, "ab", 0), 4);
    assert_int_equal(intern(&accounts, ACCOUNT_GID, "ignored", 7), 2);
    assert_int_equal(intern(&accounts, ACCOUNT_USER, "a", 0), 0);
    assert_int_equal(intern(&accounts, ACCOUNT_GROUP, "a", 0), 1);
    assert_int_equal(intern(&accounts, ACCOUNT_USER, "ab", 0), 4);
    assert_int_equal(accounts.count, 5);
    assert_int_equal(find(&accounts, ACCOUNT_GROUP, "a", 0), 1);
    assert_int_equal(find(&accounts, ACCOUNT_GID, "x", 8), 3);
    assert_int_equal(find(&accounts, ACCOUNT_GROUP, "ab", 0), 5);
    assert_int_equal(find(&accounts, ACCOUNT_GID, NULL, 9), 5);
    assert_int_equal(find(&accounts, ACCOUNT_USER, "abc", 0), 5);
    assert_string_equal(accounts_name(&accounts, 0), "a");
    assert_string_equal(accounts_name(&accounts, 1), "a");
    assert_null(accounts_name(&accounts, 2));
    assert_string_equal(accounts_name(&accounts, 4), "ab");
    accounts_free(&accounts);
    assert_int_equal(accounts.count, 0);
    accounts_free(&accounts); /* what is empty can be freed */
}

/* Names that end inside the text that they are taken from, and that begin alike. */
static void test_accounts_intern_name_not_terminated(void **state)
{
    struct accounts accounts = {.count = 0};
    uint32_t index;

    (void)state;
    for (size_t len = 1; len <= 10; len++) {
        char *exact = malloc(len);
        assert_non_null(exact);
        memset(exact, 'x', len);
        assert_true(accounts_intern(&accounts, ACCOUNT_USER, exact, len, 0, &index));
        assert_int_equal(index, len - 1);
        assert_int_equal(accounts_find(&accounts, ACCOUNT_USER, exact, len, 0), len - 1);
        free(exact);
    }
    for (size_t len = 1; len <= 10; len++)
        assert_int_equal(strlen(accounts_name(&accounts, len - 1)), len);
    accounts_free(&accounts);
}

/* More than the table begins with, many times over: all stay where they are, and slots that are taken are passed. */
static void test_accounts_intern_many_indices_stay(void **state)
{
    const uint32_t count = 20000;
    struct accounts accounts = {.count = 0};
    size_t collisions = 0;
    char name[32];

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < count; i++) {
            (void)snprintf(name, sizeof name, "u%u", i);
            assert_int_equal(intern(&accounts, i % 2 == 0 ? ACCOUNT_USER : ACCOUNT_GID, name, i % 2 == 0 ? 0 : i), i);
        }
        assert_int_equal(accounts.count, count);
    }
    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(name, sizeof name, "u%u", i);
        assert_int_equal(find(&accounts, i % 2 == 0 ? ACCOUNT_USER : ACCOUNT_GID, name, i % 2 == 0 ? 0 : i), i);
        (void)snprintf(name, sizeof name, "v%u", i);
        assert_int_equal(find(&accounts, ACCOUNT_USER, name, 0), count);
    }
    assert_true(accounts.table_size >= 2 * (size_t)count && (accounts.table_size & (accounts.table_size - 1)) == 0);
    for (size_t slot = 0; slot < accounts.table_size; slot++)
        collisions += accounts.table[slot] != 0 &&
                      (accounts.list[accounts.table[slot] - 1].hash & (accounts.table_size - 1)) != slot;
    assert_in_range(collisions, 100, count / 2); /* some, or nothing was tested; few, or it is no hash */
    accounts_free(&accounts);
}

/* Accounts whose hashes are alike to the last bit are told apart all the same. */
static void test_accounts_find_equal_hashes_told_apart(void **state)
{
    static const struct {
        enum account_kind kind;
        const char *name;
        uint32_t id;
    } rows[] = {{ACCOUNT_GID, NULL, 1},   {ACCOUNT_GID, NULL, 2},   {ACCOUNT_USER, "xy", 0},
                {ACCOUNT_USER, "abc", 0}, {ACCOUNT_GROUP, "ab", 0}, {ACCOUNT_USER, "ab", 0}};

    (void)state;
    for (size_t wanted = 0; wanted < COUNT_OF(rows); wanted++) {
        struct accounts accounts = {.count = 0};
        uint32_t hash;
        for (size_t i = 0; i < COUNT_OF(rows); i++)
            assert_int_equal(intern(&accounts, rows[i].kind, rows[i].name, rows[i].id), i);
        hash = accounts.list[wanted].hash;
        memset(accounts.table, 0, accounts.table_size * sizeof *accounts.table);
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            accounts.list[i].hash = hash; /* as if they were */
            accounts.table[(hash + i) & (accounts.table_size - 1)] = (uint32_t)i + 1;
        }
        assert_int_equal(find(&accounts, rows[wanted].kind, rows[wanted].name, rows[wanted].id), wanted);
        accounts_free(&accounts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accounts_intern_each_once),
        cmocka_unit_test(test_accounts_intern_name_not_terminated),
        cmocka_unit_test(test_accounts_intern_many_indices_stay),
        cmocka_unit_test(test_accounts_find_equal_hashes_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
