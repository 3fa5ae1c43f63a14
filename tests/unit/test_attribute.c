/* SPDX-License-Identifier: MIT */
/* Attributes in memory of just their size, with lengths that are wrong in every way. */
#include "attribute.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* Lengths and types are written as the machine has them. */
static size_t put(unsigned char *at, uint16_t len, uint16_t type, const void *data, size_t data_len)
{
    memcpy(at, &len, 2);
    memcpy(at + 2, &type, 2);
    memcpy(at + 4, data, data_len);
    return 4 + (data_len + 3) / 4 * 4;
}

static void test_attribute_find_first_of_its_type(void **state)
{
    unsigned char bytes[64] = {0};
    struct attribute all = {.at = bytes};
    uint32_t number = 0;

    (void)state; /* cmocka's signature, here and below */
    all.len += put(bytes + all.len, 5, 1, "\x07", 1);
    all.len += put(bytes + all.len, 6, 2 | NLA_F_NESTED, "\x01\x01", 2);
    all.len += put(bytes + all.len, 8, 3, "\x02\x02\x02\x02", 4);
    all.len += put(bytes + all.len, 8, 3, "\x03\x03\x03\x03", 4);
    all.len += put(bytes + all.len, 7, 4, "abc", 3);
    assert_true(attribute_number(attribute_find(all, 1), &number));
    assert_int_equal(number, 7);
    assert_true(attribute_number(attribute_find(all, 2), &number));
    assert_int_equal(number, 0x0101);
    assert_true(attribute_number(attribute_find(all, 3), &number));
    assert_int_equal(number, 0x02020202);
    assert_false(attribute_number(attribute_find(all, 4), &number)); /* of three bytes */
    assert_null(attribute_find(all, 5).at);
    assert_null(attribute_find(attribute_find(all, 5), 1).at);
    assert_false(attribute_number(attribute_find(all, 5), &number));
    assert_int_equal(number, 0x02020202);
}

/* Every length of the memory, and every length that an attribute can say: a sanitizer sees a read outside. */
static void test_attribute_wrong_lengths_kept_within(void **state)
{
    (void)state;
    for (size_t len = 0; len <= 24; len++) {
        for (unsigned said = 0; said <= 40; said++) {
            unsigned char *bytes = calloc(len > 0 ? len : 1, 1);
            struct attribute all = {.at = bytes, .len = len};
            struct attribute value;
            uint16_t type;
            size_t count = 0;
            assert_non_null(bytes);
            for (size_t at = 0; at + 4 <= len; at += 8)
                (void)put(bytes + at, (uint16_t)said, 1, "", 0);
            while (attribute_take(&all, &value, &type)) {
                assert_true(value.at >= bytes && value.at + value.len <= bytes + len);
                count++;
            }
            assert_true(count <= len / 4);
            assert_true(said >= 4 || count == 0);
            free(bytes);
        }
    }
}

static void test_attribute_all_after_the_header(void **state)
{
    struct {
        struct nlmsghdr message;
        unsigned char header[16];
        unsigned char attributes[8];
    } sent = {.message = {.nlmsg_len = sizeof sent}};

    (void)state;
    assert_ptr_equal(attribute_all(&sent.message, 16).at, sent.attributes);
    assert_int_equal(attribute_all(&sent.message, 16).len, 8);
    sent.message.nlmsg_len = 16 + 16;
    assert_int_equal(attribute_all(&sent.message, 16).len, 0);
    sent.message.nlmsg_len--; /* not even the header */
    assert_null(attribute_all(&sent.message, 16).at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attribute_find_first_of_its_type),
        cmocka_unit_test(test_attribute_wrong_lengths_kept_within),
        cmocka_unit_test(test_attribute_all_after_the_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
