/* SPDX-License-Identifier: MIT */
/* Taking a text apart into lines and words. */
#include "lines.h"
#include "unit.h"

#include <string.h>

static void test_lines_next_any_text_each_line_once(void **state)
{
    static const struct {
        const char *name;
        const char *input;
        size_t want_count;
        const char *want[4];
    } rows[] = {
        {"empty", "", 0, {NULL}},
        {"one newline", "\n", 1, {""}},
        {"two newlines", "\n\n", 2, {"", ""}},
        {"with newline", "a\n", 1, {"a"}},
        {"without newline", "a", 1, {"a"}},
        {"last without newline", "a\nb", 2, {"a", "b"}},
        {"empty between", "a\n\nb\n", 3, {"a", "", "b"}},
        {"blanks around", " \t a b \t\n\f\rc\r\n", 2, {"a b", "c"}},
        {"blanks alone", " \t\f\r\n \n", 2, {"", ""}},
        {"vertical tab: no blank to qemu-bridge-helper", "\va\v\n", 1, {"\va\v"}},
        {"not a blank",
         "\xa0"
         "a\xa0\n\x85",
         2,
         {"\xa0"
          "a\xa0",
          "\x85"}},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lines lines;
        struct line line;
        struct vmnetacl_error error;
        size_t count = 0;
        lines_start(&lines, "/f", rows[i].input, strlen(rows[i].input));
        assert_int_equal(lines.line, 0);
        while (!lines_at_end(&lines)) {
            assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_OK);
            if (count >= rows[i].want_count || !line_is(&line, rows[i].want[count]))
                fail_msg("%s: line %zu is '%.*s'", rows[i].name, count, (int)line_len(&line), line.at);
            assert_int_equal(line_is_empty(&line), line_len(&line) == 0);
            assert_int_equal(lines.line, ++count);
        }
        assert_int_equal(count, rows[i].want_count);
    }
}

/* A line of len bytes, then a newline if wanted, then the line "b". */
static enum vmnetacl_status next_of_length(size_t len, char first, const char *after, struct vmnetacl_error *error)
{
    static char text[2048];
    struct lines lines;
    struct line line;

    memset(text, 'a', len);
    text[0] = first;
    strcpy(text + len, after);
    lines_start(&lines, "/f", text, len + strlen(after));
    return lines_next(&lines, &line, error);
}

static void test_lines_next_length_limit_kept(void **state)
{
    static const char firsts[] = "a# ";
    struct vmnetacl_error error;

    (void)state;
    for (size_t i = 0; i < strlen(firsts); i++) {
        assert_int_equal(next_of_length(VMNETACL_LINE_MAX, firsts[i], "\nb\n", &error), VMNETACL_OK);
        assert_int_equal(next_of_length(VMNETACL_LINE_MAX, firsts[i], "", &error), VMNETACL_OK);
        for (size_t over = 1; over < 4; over++) {
            const char *after = over == 2 ? "" : "\nb\n";
            assert_int_equal(next_of_length(VMNETACL_LINE_MAX + over, firsts[i], after, &error), VMNETACL_UNAVAIL);
            assert_int_equal(error.code, VMNETACL_CODE_LINE_LONG);
            assert_int_equal(error.line, 1);
            assert_int_equal(error.column, VMNETACL_LINE_MAX + 1);
            assert_string_equal(error.file, "/f");
        }
    }
    /* The blanks around count: the limit is the line's. */
    assert_int_equal(next_of_length(VMNETACL_LINE_MAX, 'a', " \n", &error), VMNETACL_UNAVAIL);
    assert_int_equal(next_of_length(VMNETACL_LINE_MAX, 'a', "\r\n", &error), VMNETACL_UNAVAIL);
}

static void test_lines_next_nul_refused_in_its_line(void **state)
{
    static const char text[] = "allow a\n\n# b\0c\nd\n";
    struct lines lines;
    struct line line;
    struct vmnetacl_error error;

    (void)state;
    lines_start(&lines, "/f", text, sizeof text - 1);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_OK);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_OK);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.code, VMNETACL_CODE_LINE_NUL);
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 4);
    /* As the last byte of all, and as the only one. */
    lines_start(&lines, "/f", "a\0", 2);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.column, 2);
    lines_start(&lines, "/f", "\0", 1);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.column, 1);
}

/* A text in two parts: numbers go on, and a NUL is looked for in each. */
static void test_lines_continue_numbers_go_on(void **state)
{
    struct lines lines;
    struct line line;
    struct vmnetacl_error error;

    (void)state;
    lines_start(&lines, "/f", "a\nb\n", 4);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_OK);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_OK);
    assert_true(lines_at_end(&lines));
    lines_continue(&lines, "", 0);
    assert_true(lines_at_end(&lines));
    lines_continue(&lines, "c\n d\0", 5);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_OK);
    assert_true(line_is(&line, "c"));
    assert_int_equal(lines.line, 3);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.code, VMNETACL_CODE_LINE_NUL);
    assert_int_equal(error.line, 4);
    assert_int_equal(error.column, 3);
    assert_string_equal(error.file, "/f");
}

static void test_take_word_begins_with_it_taken_off(void **state)
{
    static const struct {
        const char *name;
        const char *input;
        bool want;
        const char *want_rest;
    } rows[] = {
        {"alone", "deny", true, ""},
        {"space", "deny b", true, "b"},
        {"tab", "deny\tb", true, "b"},
        {"many blanks", "deny \t \f b c", true, "b c"},
        {"twice", "deny deny", true, "deny"},
        {"other blank after it", "deny\vb c", false, "deny\vb c"},
        {"longer word", "denys b", false, "denys b"},
        {"shorter word", "den", false, "den"},
        {"other word", "allow", false, "allow"},
        {"capital", "Deny b", false, "Deny b"},
        {"empty", "", false, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *text = rows[i].input;
        struct line line = {.start = text, .at = text, .end = text + strlen(text)};
        bool got = line_take_word(&line, "deny");
        if (got != rows[i].want || !line_is(&line, rows[i].want_rest))
            fail_msg("%s: got %d and '%.*s'", rows[i].name, (int)got, (int)line_len(&line), line.at);
        assert_ptr_equal(line.start, text);
    }
}

/* A line ends where it ends, even when the text goes on. */
static void test_take_word_text_goes_on_not_looked_at(void **state)
{
    static const char text[] = "deny\nx";
    struct line line = {.start = text, .at = text, .end = text + 4};

    (void)state;
    assert_true(line_take_word(&line, "deny"));
    assert_true(line_is_empty(&line));
    line = (struct line){.start = text, .at = text, .end = text + 3};
    assert_false(line_take_word(&line, "deny"));
}

static void test_line_is_prefix_or_longer_false(void **state)
{
    static const char text[] = "allow";
    struct line line = {.start = text, .at = text, .end = text + 5};

    (void)state;
    assert_true(line_is(&line, "allow"));
    assert_false(line_is(&line, "allo"));
    assert_false(line_is(&line, "allows"));
    assert_false(line_is(&line, "Allow"));
    assert_false(line_is(&line, ""));
}

/* Who goes on after an error, as vmnetacl_lint() does, gets each line for what it is. */
static void test_lines_next_behind_a_refused_line_each_by_itself(void **state)
{
    static const char text[] = "a\0\0\nb\n\0c\n\nd\0";
    static const unsigned columns[] = {2, 0, 1, 0, 2}; /* of the NUL; 0: the line is fine */
    static char long_line[VMNETACL_LINE_MAX + 4];
    struct lines lines;
    struct line line;
    struct vmnetacl_error error;

    (void)state;
    lines_start(&lines, "/f", text, sizeof text - 1);
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        assert_false(lines_at_end(&lines));
        if (columns[i] == 0) {
            assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_OK);
            continue;
        }
        assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_UNAVAIL);
        assert_int_equal(error.code, VMNETACL_CODE_LINE_NUL);
        assert_int_equal(error.line, i + 1);
        assert_int_equal(error.column, columns[i]);
    }
    assert_true(lines_at_end(&lines));
    memset(long_line, 'x', sizeof long_line); /* too long, with a NUL that is not told of */
    long_line[5] = '\0';
    long_line[sizeof long_line - 2] = '\n';
    lines_start(&lines, "/f", long_line, sizeof long_line);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.code, VMNETACL_CODE_LINE_LONG);
    assert_int_equal(lines_next(&lines, &line, &error), VMNETACL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_next_any_text_each_line_once),
        cmocka_unit_test(test_lines_next_length_limit_kept),
        cmocka_unit_test(test_lines_next_nul_refused_in_its_line),
        cmocka_unit_test(test_lines_next_behind_a_refused_line_each_by_itself),
        cmocka_unit_test(test_lines_continue_numbers_go_on),
        cmocka_unit_test(test_take_word_begins_with_it_taken_off),
        cmocka_unit_test(test_take_word_text_goes_on_not_looked_at),
        cmocka_unit_test(test_line_is_prefix_or_longer_false),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
