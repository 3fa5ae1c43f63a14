/* SPDX-License-Identifier: MIT */
/* The names that an interface can have. */
#include "ifname.h"
#include "unit.h"

#include <string.h>

static void test_name_valid_good_accepted(void **state)
{
    static const char *const rows[] = {
        "a",
        "br0",
        "virbr0",
        "all",
        "...",
        ".a",
        "a.",
        "-",
        "br-0123456789ab",
        "123456789012345",
        "a,b",
        "a=b",
        "a*b",
        "a#b",
        "a\\b",
        "a'b",
        "a\"b",
        "~",
        "!",
        "\xc3\xa9",
        "\x80",
        "\x9f",
        "\xa1",
        "\xff",
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (!vmnetacl_name_valid(rows[i], strlen(rows[i])))
            fail_msg("'%s' is refused", rows[i]);
}

static void test_name_valid_bad_refused(void **state)
{
    static const struct {
        const char *name;
        const char *input;
        size_t input_len;
    } rows[] = {
        {"empty", "", 0},
        {"one byte too long", "1234567890123456", 16},
        {"much too long", "123456789012345678901234567890", 30},
        {"dot", ".", 1},
        {"dots", "..", 2},
        {"NUL", "a\0b", 3},
        {"NUL alone", "\0", 1},
        {"NUL after it", "br0\0", 4},
        {"slash", "a/b", 3},
        {"colon: an old alias", "br0:1", 5},
        {"percent: a pattern", "tap%d", 5},
        {"delete", "a\x7f", 2},
        {"no-break space: the kernel's isspace()", "a\xa0", 2},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (vmnetacl_name_valid(rows[i].input, rows[i].input_len))
            fail_msg("%s: accepted", rows[i].name);
}

static void test_name_valid_control_byte_or_blank_refused(void **state)
{
    (void)state;
    for (char byte = 0; byte <= ' '; byte++) {
        const char name[] = {'b', byte, 'r'};
        if (vmnetacl_name_valid(name, sizeof name))
            fail_msg("byte %d: accepted", byte);
    }
}

static void test_name_valid_length_limit_kept(void **state)
{
    char name[VMNETACL_NAME_MAX + 1];

    (void)state;
    memset(name, 'x', sizeof name);
    for (size_t len = 0; len <= sizeof name; len++)
        assert_int_equal(vmnetacl_name_valid(name, len), len >= 1 && len <= VMNETACL_NAME_MAX);
}

static void test_bad_byte_first_of_two_found(void **state)
{
    static const char name[] = "ab/c%d";

    (void)state;
    assert_ptr_equal(ifname_bad_byte(name, name + 6), name + 2);
    assert_ptr_equal(ifname_bad_byte(name, name + 2), name + 2); /* none within the length: its end */
    assert_ptr_equal(ifname_bad_byte(name + 3, name + 4), name + 4);
    assert_ptr_equal(ifname_bad_byte(name, name), name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_valid_good_accepted),
        cmocka_unit_test(test_name_valid_bad_refused),
        cmocka_unit_test(test_name_valid_control_byte_or_blank_refused),
        cmocka_unit_test(test_name_valid_length_limit_kept),
        cmocka_unit_test(test_bad_byte_first_of_two_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
