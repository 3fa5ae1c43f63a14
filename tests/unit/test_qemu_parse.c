/* SPDX-License-Identifier: MIT */
/* The grammar of bridge.conf, line by line. */
#include "qemu_parse.h"
#include "unit.h"

#include <string.h>

static enum vmnetacl_status parse(const char *text, struct qemu_statement *statement, struct vmnetacl_error *error)
{
    struct lines lines;

    lines_start(&lines, "/f", text, strlen(text));
    return qemu_parse_line(&lines, statement, error);
}

static void test_parse_line_valid_statement(void **state)
{
    static const struct {
        const char *name;
        const char *input;
        enum qemu_kind kind;
        const char *argument;
        unsigned column;
    } rows[] = {
        {"allow", "allow virbr0", QEMU_ALLOW, "virbr0", 1},
        {"deny", "deny virbr0", QEMU_DENY, "virbr0", 1},
        {"include", "include /etc/qemu/alice.conf", QEMU_INCLUDE, "/etc/qemu/alice.conf", 1},
        {"allow all", "allow all", QEMU_ALLOW, "", 1},
        {"deny all", "deny all", QEMU_DENY, "", 1},
        {"all is a name as a prefix", "allow all0", QEMU_ALLOW, "all0", 1},
        {"all is in lower case", "allow ALL", QEMU_ALLOW, "ALL", 1},
        {"tab", "allow\tvirbr0", QEMU_ALLOW, "virbr0", 1},
        {"tab and a blank after it", "allow\tvirbr0 ", QEMU_ALLOW, "virbr0", 1},
        {"many blanks", "\t  deny \t\r\f virbr0\t \r", QEMU_DENY, "virbr0", 4},
        {"longest name", "allow 123456789012345", QEMU_ALLOW, "123456789012345", 1},
        {"no glob", "allow br*", QEMU_ALLOW, "br*", 1},
        {"no escape", "allow br\\0", QEMU_ALLOW, "br\\0", 1},
        {"hash in a name", "allow br#0", QEMU_ALLOW, "br#0", 1},
        {"name is a keyword", "allow deny", QEMU_ALLOW, "deny", 1},
        {"high bytes", "allow \xc3\xa9", QEMU_ALLOW, "\xc3\xa9", 1},
        {"path with a blank", "include /a b ", QEMU_INCLUDE, "/a b", 1},
        {"path with a hash", "include /a#b #c", QEMU_INCLUDE, "/a#b #c", 1},
        {"root as a path", "include /", QEMU_INCLUDE, "/", 1},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct qemu_statement statement;
        struct vmnetacl_error error;
        if (parse(rows[i].input, &statement, &error) != VMNETACL_OK)
            fail_msg("%s: %s", rows[i].name, error.message);
        if (statement.kind != rows[i].kind || statement.argument_len != strlen(rows[i].argument) ||
            memcmp(statement.argument, rows[i].argument, statement.argument_len) != 0)
            fail_msg("%s: got kind %d, '%.*s'", rows[i].name, (int)statement.kind, (int)statement.argument_len,
                     statement.argument);
        assert_int_equal(statement.line, 1);
        assert_int_equal(statement.column, rows[i].column);
    }
}

static void test_parse_line_empty_or_comment_nothing(void **state)
{
    static const char *const rows[] = {"\n", " \t\f\r\n", "#", "# allow all", "  #allow all", "##", "#\xff\x01"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct qemu_statement statement;
        struct vmnetacl_error error;
        assert_int_equal(parse(rows[i], &statement, &error), VMNETACL_OK);
        assert_int_equal(statement.kind, QEMU_NOTHING);
    }
}

static void test_parse_line_invalid_error_at_its_column(void **state)
{
    static const struct {
        const char *name;
        const char *input;
        enum vmnetacl_code code;
        unsigned column;
    } rows[] = {
        {"allow: no name", "allow", VMNETACL_CODE_NAME_MISSING, 6},
        {"allow: no separator", "allowvirbr0", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"allow: two names", "allow br0 br1", VMNETACL_CODE_NAME_INVALID, 10},
        {"deny: blanks for a name", "  deny \t ", VMNETACL_CODE_NAME_MISSING, 7},
        {"deny: capital", "Deny br0", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"deny: comment after it", "deny br0 # no", VMNETACL_CODE_NAME_INVALID, 9},
        {"include: no path", "include ", VMNETACL_CODE_PATH_MISSING, 8},
        {"include: relative path", "include\ta.conf", VMNETACL_CODE_PATH_RELATIVE, 9},
        {"include: quoted path", "include \"/a\"", VMNETACL_CODE_PATH_RELATIVE, 9},
        {"include: plural", "includes /a", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"unknown word", "\t permit br0", VMNETACL_CODE_KEYWORD_UNKNOWN, 3},
        {"comment sign of others", "; allow br0", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"byte order mark",
         "\xef\xbb\xbf"
         "allow br0",
         VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"keyword's end is no space", "allow\vbr0", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"vertical tab before", "\vallow br0", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"vertical tab after it", "allow br0\v", VMNETACL_CODE_NAME_INVALID, 10},
        {"carriage return alone", "allow br0\rdeny br0", VMNETACL_CODE_NAME_INVALID, 10},
        {"name too long", "allow 1234567890123456", VMNETACL_CODE_NAME_LONG, 22},
        {"name much too long", "allow  12345678901234567890123456", VMNETACL_CODE_NAME_LONG, 23},
        {"long and bad", "allow 12345678901234567/", VMNETACL_CODE_NAME_INVALID, 24},
        {"dot", "allow .", VMNETACL_CODE_NAME_INVALID, 7},
        {"dots", "deny ..", VMNETACL_CODE_NAME_INVALID, 6},
        {"slash", "allow br/0", VMNETACL_CODE_NAME_INVALID, 9},
        {"colon", "deny br0:1", VMNETACL_CODE_NAME_INVALID, 9},
        {"percent", "deny tap%d", VMNETACL_CODE_NAME_INVALID, 9},
        {"control byte", "deny br\x01", VMNETACL_CODE_NAME_INVALID, 8},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct qemu_statement statement;
        struct vmnetacl_error error;
        assert_int_equal(parse(rows[i].input, &statement, &error), VMNETACL_UNAVAIL);
        if (error.code != rows[i].code || error.column != rows[i].column)
            fail_msg("%s: got %u: %s", rows[i].name, error.column, vmnetacl_code_name(error.code));
        assert_int_equal(error.line, 1);
        assert_int_equal(error.system_errno, 0);
        assert_string_not_equal(error.message, "");
    }
}

static void test_parse_line_unknown_word_long_cut_in_message(void **state)
{
    struct qemu_statement statement;
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(parse("12345678901234567890123456789012 x", &statement, &error), VMNETACL_UNAVAIL);
    assert_non_null(strstr(error.message, "'12345678901234567890123456789012'"));
    assert_int_equal(parse("123456789012345678901234567890123 x", &statement, &error), VMNETACL_UNAVAIL);
    assert_non_null(strstr(error.message, "'12345678901234567890123456789012'"));
}

/* doas reports an error at the end of a line one line late. */
static void test_parse_line_error_in_later_line_numbered(void **state)
{
    static const char text[] = "allow a\n\n# c\n  deny b\nallow\nallow c\n";
    static const enum qemu_kind kinds[] = {QEMU_ALLOW, QEMU_NOTHING, QEMU_NOTHING, QEMU_DENY};
    struct lines lines;
    struct qemu_statement statement;
    struct vmnetacl_error error;

    (void)state;
    lines_start(&lines, "/f", text, strlen(text));
    for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
        assert_int_equal(qemu_parse_line(&lines, &statement, &error), VMNETACL_OK);
        assert_int_equal(statement.kind, kinds[i]);
        assert_int_equal(statement.line, i + 1);
    }
    assert_int_equal(qemu_parse_line(&lines, &statement, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.line, 5);
    assert_int_equal(error.column, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_line_valid_statement),
        cmocka_unit_test(test_parse_line_empty_or_comment_nothing),
        cmocka_unit_test(test_parse_line_invalid_error_at_its_column),
        cmocka_unit_test(test_parse_line_unknown_word_long_cut_in_message),
        cmocka_unit_test(test_parse_line_error_in_later_line_numbered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
