/* SPDX-License-Identifier: MIT */
/* Filling in an error: escapes, and what does not fit. */
#include "error.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static void test_error_set_used_struct_overwritten(void **state)
{
    struct vmnetacl_error error;

    (void)state; /* cmocka's signature, here and below */
    memset(&error, 'x', sizeof error);
    assert_int_equal(error_set(&error, VMNETACL_CODE_NAME_LONG, "/a", 3, 4, "m"), VMNETACL_UNAVAIL);
    assert_int_equal(error.code, VMNETACL_CODE_NAME_LONG);
    assert_int_equal(error.system_errno, 0);
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 4);
    assert_string_equal(error.file, "/a");
    assert_string_equal(error.message, "m");
    assert_int_equal(error_set(&error, VMNETACL_CODE_ARGUMENT, NULL, 0, 0, "n"), VMNETACL_INVALID);
    assert_string_equal(error.file, "");
    assert_string_equal(error.message, "n");
}

static void test_error_set_format_filled_in(void **state)
{
    struct vmnetacl_error error;

    (void)state;
    (void)error_set(&error, VMNETACL_CODE_SYSTEM, NULL, 0, 0, "%s%%%.*s: %u, %u%%", "a\n", 2, "bcd", 0U, 4294967295U);
    assert_string_equal(error.message, "a\\x0a%bc: 0, 4294967295%");
    error_append(&error, "; %u", 1234567890U);
    assert_string_equal(error.message, "a\\x0a%bc: 0, 4294967295%; 1234567890");
    (void)error_set(&error, VMNETACL_CODE_SYSTEM, NULL, 0, 0, "<%.*s>", 0, "x");
    assert_string_equal(error.message, "<>");
}

static void test_error_move_all_else_stays(void **state)
{
    struct vmnetacl_error error;
    struct vmnetacl_error want;

    (void)state;
    (void)error_set_system(&error, ENOMEM, "/another", "cannot get memory");
    want = error;
    memset(want.file, 0, sizeof want.file);
    strcpy(want.file, "/a");
    want.line = 3;
    want.column = 4;
    error_move(&error, "/a", 3, 4);
    assert_memory_equal(&error, &want, sizeof error);
}

static void test_error_set_long_path_cut(void **state)
{
    char path[VMNETACL_PATH_SIZE + 1];
    struct vmnetacl_error error;

    (void)state;
    memset(path, 'p', sizeof path);
    path[VMNETACL_PATH_SIZE - 1] = '\0'; /* N: fits with its NUL */
    (void)error_set(&error, VMNETACL_CODE_SYSTEM, path, 0, 0, "m");
    assert_string_equal(error.file, path);
    path[VMNETACL_PATH_SIZE - 1] = 'p';
    path[VMNETACL_PATH_SIZE] = '\0'; /* N + 1 */
    (void)error_set(&error, VMNETACL_CODE_SYSTEM, path, 0, 0, "m");
    assert_int_equal(strlen(error.file), VMNETACL_PATH_SIZE - 1);
    assert_memory_equal(error.file, path, VMNETACL_PATH_SIZE - 1);
}

static void test_escape_not_printable_escaped(void **state)
{
    static const struct {
        const char *name;
        const char *input;
        size_t input_len;
        const char *want;
    } rows[] = {
        {"printable", " az~", 4, " az~"}, {"newline: one line stays one", "a\nb", 3, "a\\x0ab"},
        {"NUL", "a\0b", 3, "a\\x00b"},    {"escape: terminals", "\033[2J", 4, "\\x1b[2J"},
        {"delete", "\x7f", 1, "\\x7f"},   {"high", "\x80\xff", 2, "\\x80\\xff"},
        {"nothing", NULL, 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[32];
        size_t len = vmnetacl_escape(out, sizeof out, rows[i].input, rows[i].input_len);
        if (len != strlen(rows[i].want) || strcmp(out, rows[i].want) != 0)
            fail_msg("%s: want '%s', got '%s'", rows[i].name, rows[i].want, out);
    }
}

static void test_escape_small_buffer_whole_characters(void **state)
{
    char out[16];

    (void)state;
    memset(out, 'x', sizeof out);
    assert_int_equal(vmnetacl_escape(out, 0, "a", 1), 0);
    assert_int_equal(out[0], 'x'); /* nothing is written */
    for (size_t size = 1; size <= 10; size++) {
        memset(out, 'x', sizeof out);
        assert_int_equal(vmnetacl_escape(out, size, "\xff\xff", 2), (size - 1) / 4 * 4);
        assert_int_equal(out[(size - 1) / 4 * 4], '\0');
        assert_int_equal(out[size], 'x');
    }
}

static void test_error_append_limit_kept(void **state)
{
    char text[VMNETACL_MESSAGE_SIZE + 1];
    struct vmnetacl_error error;

    (void)state;
    memset(text, 'm', sizeof text);
    text[VMNETACL_MESSAGE_SIZE - 1] = '\0'; /* N */
    (void)error_set(&error, VMNETACL_CODE_SYSTEM, NULL, 0, 0, "%s", text);
    assert_string_equal(error.message, text);
    error_append(&error, "n"); /* N + 1 */
    assert_string_equal(error.message, text);
    text[VMNETACL_MESSAGE_SIZE - 4] = '\0'; /* room for 3, where an escape takes 4 */
    (void)error_set(&error, VMNETACL_CODE_SYSTEM, NULL, 0, 0, "%s\n", text);
    assert_string_equal(error.message, text);
}

static void test_error_set_system_code_by_errno(void **state)
{
    static const struct {
        int input;
        enum vmnetacl_code code;
        enum vmnetacl_status want;
    } rows[] = {
        {ENOMEM, VMNETACL_CODE_MEMORY, VMNETACL_TRYAGAIN},    {EMFILE, VMNETACL_CODE_RESOURCES, VMNETACL_TRYAGAIN},
        {ENFILE, VMNETACL_CODE_RESOURCES, VMNETACL_TRYAGAIN}, {EAGAIN, VMNETACL_CODE_RESOURCES, VMNETACL_TRYAGAIN},
        {EIO, VMNETACL_CODE_SYSTEM, VMNETACL_UNAVAIL},        {EACCES, VMNETACL_CODE_SYSTEM, VMNETACL_UNAVAIL},
        {ENOENT, VMNETACL_CODE_SYSTEM, VMNETACL_UNAVAIL},     {EINTR, VMNETACL_CODE_SYSTEM, VMNETACL_UNAVAIL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_error error;
        assert_int_equal(error_set_system(&error, rows[i].input, "/f", "cannot do it"), rows[i].want);
        assert_int_equal(error.code, rows[i].code);
        assert_int_equal(error.system_errno, rows[i].input);
        assert_string_equal(error.file, "/f");
        assert_string_equal(error.message, "cannot do it");
        assert_int_equal(error_status(&error), rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_set_used_struct_overwritten),
        cmocka_unit_test(test_error_set_format_filled_in),
        cmocka_unit_test(test_error_move_all_else_stays),
        cmocka_unit_test(test_error_set_long_path_cut),
        cmocka_unit_test(test_escape_not_printable_escaped),
        cmocka_unit_test(test_escape_small_buffer_whole_characters),
        cmocka_unit_test(test_error_append_limit_kept),
        cmocka_unit_test(test_error_set_system_code_by_errno),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
