/* SPDX-License-Identifier: MIT */
/* Filling in an error: escapes, and what does not fit. */
#include "error.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static void test_error_start_used_struct_overwritten(void **state)
{
    struct vmnetacl_error error;

    (void)state; /* cmocka's signature, here and below */
    memset(&error, 'x', sizeof error);
    error_start(&error, VMNETACL_CODE_NAME_LONG, "/a", 3, 4);
    assert_int_equal(error.code, VMNETACL_CODE_NAME_LONG);
    assert_int_equal(error.system_errno, 0);
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 4);
    assert_string_equal(error.file, "/a");
    assert_string_equal(error.message, "");
    error_start(&error, VMNETACL_CODE_ARGUMENT, NULL, 0, 0);
    assert_string_equal(error.file, "");
}

static void test_error_place_all_else_stays(void **state)
{
    struct vmnetacl_error error;
    struct vmnetacl_error want;

    (void)state;
    error_system(&error, ENOMEM, NULL, "get \\x memory");
    want = error;
    strcpy(want.file, "/a");
    want.line = 3;
    want.column = 4;
    error_place(&error, "/a", 3, 4);
    assert_memory_equal(&error, &want, sizeof error);
}

static void test_error_start_long_path_cut(void **state)
{
    char path[VMNETACL_PATH_SIZE + 1];
    struct vmnetacl_error error;

    (void)state;
    memset(path, 'p', sizeof path);
    path[VMNETACL_PATH_SIZE - 1] = '\0'; /* N: fits with its NUL */
    error_start(&error, VMNETACL_CODE_SYSTEM, path, 0, 0);
    assert_string_equal(error.file, path);
    path[VMNETACL_PATH_SIZE - 1] = 'p';
    path[VMNETACL_PATH_SIZE] = '\0'; /* N + 1 */
    error_start(&error, VMNETACL_CODE_SYSTEM, path, 0, 0);
    assert_int_equal(strlen(error.file), VMNETACL_PATH_SIZE - 1);
    assert_memory_equal(error.file, path, VMNETACL_PATH_SIZE - 1);
}

static void test_error_add_bytes_not_printable_escaped(void **state)
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
        {"nothing", "", 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_error error;
        error_start(&error, VMNETACL_CODE_SYSTEM, NULL, 0, 0);
        error_add_bytes(&error, rows[i].input, rows[i].input_len);
        if (strcmp(error.message, rows[i].want) != 0)
            fail_msg("%s: want '%s', got '%s'", rows[i].name, rows[i].want, error.message);
    }
}

static void test_error_add_number_each_digit(void **state)
{
    static const struct {
        unsigned input;
        const char *want;
    } rows[] = {{0, "0"}, {9, "9"}, {10, "10"}, {1234567890, "1234567890"}, {4294967295, "4294967295"}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_error error;
        error_start(&error, VMNETACL_CODE_SYSTEM, NULL, 0, 0);
        error_add_number(&error, rows[i].input);
        assert_string_equal(error.message, rows[i].want);
    }
}

static void test_error_add_limit_kept(void **state)
{
    char text[VMNETACL_MESSAGE_SIZE + 1];
    struct vmnetacl_error error;

    (void)state;
    memset(text, 'm', sizeof text);
    text[VMNETACL_MESSAGE_SIZE - 1] = '\0'; /* N */
    error_start(&error, VMNETACL_CODE_SYSTEM, NULL, 0, 0);
    error_add(&error, text);
    assert_string_equal(error.message, text);
    error_add(&error, "n"); /* N + 1 */
    assert_string_equal(error.message, text);
}

static void test_error_add_escape_at_limit_whole_or_absent(void **state)
{
    (void)state;
    for (size_t room = 0; room < 9; room++) {
        char text[VMNETACL_MESSAGE_SIZE];
        struct vmnetacl_error error;
        size_t used = VMNETACL_MESSAGE_SIZE - 1 - room;
        memset(text, 'm', sizeof text);
        error_start(&error, VMNETACL_CODE_SYSTEM, NULL, 0, 0);
        error_add_bytes(&error, text, used);
        error_add_bytes(&error, "\xff\xff", 2);
        assert_int_equal(strlen(error.message), used + room / 4 * 4);
    }
}

static void test_error_system_errno_kept(void **state)
{
    struct vmnetacl_error error;

    (void)state;
    error_system(&error, EIO, "/f", "read it");
    assert_int_equal(error.code, VMNETACL_CODE_SYSTEM);
    assert_int_equal(error.system_errno, EIO);
    assert_string_equal(error.file, "/f");
    assert_string_equal(error.message, "cannot read it");
    error_system(&error, ENOMEM, NULL, "get memory");
    assert_int_equal(error.code, VMNETACL_CODE_MEMORY);
}

static void test_error_status_want_of_resources_tryagain(void **state)
{
    static const struct {
        const char *name;
        int input;
        enum vmnetacl_status want;
    } rows[] = {
        {"ENOMEM", ENOMEM, VMNETACL_TRYAGAIN}, {"EMFILE", EMFILE, VMNETACL_TRYAGAIN},
        {"ENFILE", ENFILE, VMNETACL_TRYAGAIN}, {"EAGAIN", EAGAIN, VMNETACL_TRYAGAIN},
        {"EIO", EIO, VMNETACL_UNAVAIL},        {"EACCES", EACCES, VMNETACL_UNAVAIL},
        {"ENOENT", ENOENT, VMNETACL_UNAVAIL},  {"EINTR", EINTR, VMNETACL_UNAVAIL},
    };
    struct vmnetacl_error error;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        error_system(&error, rows[i].input, NULL, "do it");
        if (error_status(&error) != rows[i].want)
            fail_msg("%s: got %s", rows[i].name, vmnetacl_status_name(error_status(&error)));
    }
    error_start(&error, VMNETACL_CODE_FILE_CHANGED, NULL, 0, 0);
    assert_int_equal(error_status(&error), VMNETACL_TRYAGAIN);
    error_start(&error, VMNETACL_CODE_FILE_OWNER, NULL, 0, 0);
    error.system_errno = EMFILE; /* not what this error is about */
    assert_int_equal(error_status(&error), VMNETACL_UNAVAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_start_used_struct_overwritten),
        cmocka_unit_test(test_error_start_long_path_cut),
        cmocka_unit_test(test_error_place_all_else_stays),
        cmocka_unit_test(test_error_add_bytes_not_printable_escaped),
        cmocka_unit_test(test_error_add_number_each_digit),
        cmocka_unit_test(test_error_add_limit_kept),
        cmocka_unit_test(test_error_add_escape_at_limit_whole_or_absent),
        cmocka_unit_test(test_error_system_errno_kept),
        cmocka_unit_test(test_error_status_want_of_resources_tryagain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
