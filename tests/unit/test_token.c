/* SPDX-License-Identifier: MIT */
/* Words and numbers. */
#include "token.h"
#include "unit.h"

static struct line line_of(const char *text)
{
    return (struct line){.start = text, .at = text, .end = text + strlen(text)};
}

static void test_token_take_words_and_blanks(void **state)
{
    static const char text[] = "a\t\f\r bc d";
    struct line line = line_of(text);
    struct token token = token_take(&line);

    (void)state; /* cmocka's signature, here and below */
    assert_true(token_is(&token, "a"));
    assert_ptr_equal(line.at, text + 5);
    token = token_take(&line);
    assert_true(token_is(&token, "bc"));
    assert_false(token_is(&token, "b"));
    assert_false(token_is(&token, "bcd"));
    assert_false(token_is(&token, "bd"));
    token = token_take(&line);
    assert_true(token_is(&token, "d"));
    token = token_take(&line);
    assert_int_equal(token.len, 0);
    assert_ptr_equal(token.at, line.end);
}

static void test_token_is_caseless_ascii_only(void **state)
{
    static const struct {
        const char *input;
        const char *word;
        bool want;
    } rows[] = {
        {"allow", "allow", true},  {"ALLOW", "allow", true}, {"aLLoW", "allow", true},
        {"AZ", "az", true},        {"allo", "allow", false}, {"allows", "allow", false},
        {"allox", "allow", false}, {"@", "`", false},        {"[", "{", false},
        {"\xc9", "\xe9", false},   {"", "", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct token token = {.at = rows[i].input, .len = strlen(rows[i].input)};
        assert_int_equal(token_is_caseless(&token, rows[i].word), rows[i].want);
    }
}

static void test_parser_take_number_range_kept(void **state)
{
    static const struct {
        const char *input;
        uint32_t min;
        uint32_t max;
        enum vmnetacl_code code;
        uint32_t want; /* or the column */
    } rows[] = {
        {"0", 0, 9, VMNETACL_CODE_NONE, 0},
        {"9", 0, 9, VMNETACL_CODE_NONE, 9},
        {"10", 0, 9, VMNETACL_CODE_NUMBER_LARGE, 1},
        {"4", 5, 9, VMNETACL_CODE_NUMBER_LARGE, 1},
        {"5", 5, 9, VMNETACL_CODE_NONE, 5},
        {"4294967295", 0, UINT32_MAX, VMNETACL_CODE_NONE, UINT32_MAX},
        {"4294967296", 0, UINT32_MAX, VMNETACL_CODE_NUMBER_LARGE, 1},
        {"42949672950", 0, UINT32_MAX, VMNETACL_CODE_NUMBER_LARGE, 1},
        {"", 0, 9, VMNETACL_CODE_NUMBER_MISSING, 1},
        {"1a", 0, 99, VMNETACL_CODE_NUMBER_INVALID, 2},
        {"09", 0, 99, VMNETACL_CODE_NUMBER_INVALID, 2},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct lines lines = {.file = "/f", .line = 7};
        struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
        struct parser parser = {.lines = &lines, .line = line_of(rows[i].input), .error = &error};
        uint32_t number = 77;
        enum vmnetacl_status status = parser_take_number(&parser, rows[i].min, rows[i].max, &number);
        assert_int_equal(error.code, rows[i].code);
        if (rows[i].code == VMNETACL_CODE_NONE) {
            assert_int_equal(status, VMNETACL_OK);
            assert_int_equal(number, rows[i].want);
        } else {
            assert_int_equal(status, VMNETACL_UNAVAIL);
            assert_int_equal(error.line, 7);
            assert_int_equal(error.column, rows[i].want);
            assert_int_equal(number, 77);
        }
    }
}

/* So much of a wrong word as helps to find it, and no more. */
static void test_token_shown_long_word_cut(void **state)
{
    static const char text[] = "12345678901234567890123456789012345";
    const struct lines lines = {.file = "/f", .line = 1};
    struct vmnetacl_error error;
    const struct parser parser = {.lines = &lines, .line = line_of(text), .error = &error};

    (void)state;
    for (size_t len = 31; len <= 33; len++) {
        const struct token token = {.at = text, .len = len};
        assert_int_equal(parser_fail(&parser, text, VMNETACL_CODE_OPTION_UNKNOWN, "<%.*s>", token_shown_len(&token),
                                     token.at),
                         VMNETACL_UNAVAIL);
        assert_int_equal(strlen(error.message), 2 + (len < 32 ? len : 32));
        assert_int_equal(error.message[strlen(error.message) - 1], '>');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_take_words_and_blanks),
        cmocka_unit_test(test_token_is_caseless_ascii_only),
        cmocka_unit_test(test_parser_take_number_range_kept),
        cmocka_unit_test(test_token_shown_long_word_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
