/* SPDX-License-Identifier: MIT */
/* The grammar of the files in rules.d, line by line. */
#include "rule_parse.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define ACCOUNT_85  "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345"
#define ACCOUNT_255 ACCOUNT_85 ACCOUNT_85 ACCOUNT_85

static char *text; /* just as long as what was parsed last, so that a sanitizer sees a read after it */

static enum vmnetacl_status parse(const char *line, bool *is_rule, struct rule *rule, struct vmnetacl_error *error)
{
    size_t len = strlen(line);
    struct lines lines;

    free(text);
    text = malloc(len > 0 ? len : 1);
    assert_non_null(text);
    memcpy(text, line, len);
    lines_start(&lines, "/f", text, len);
    memset(rule, 'x', sizeof *rule);
    return rule_parse_line(&lines, is_rule, rule, error);
}

static bool is_text(const char *bytes, size_t len, const char *want)
{
    return len == strlen(want) && (len == 0 || memcmp(bytes, want, len) == 0);
}

static void test_parse_line_valid_rule(void **state)
{
    static const struct {
        const char *name;
        const char *input;
        bool is_deny;
        enum vmnetacl_subject subject;
        const char *account; /* or the number */
        uint32_t id;
        const char *bridge; /* "": all; with the '*' of a pattern */
        uint32_t limit;
        unsigned column;
    } rows[] = {
        {"allow", "allow all bridge br0", false, VMNETACL_SUBJECT_ALL, "", 0, "br0", 0, 1},
        {"deny", "deny all bridge br0", true, VMNETACL_SUBJECT_ALL, "", 0, "br0", 0, 1},
        {"user", "allow user alice bridge br0", false, VMNETACL_SUBJECT_USER, "alice", 0, "br0", 0, 1},
        {"uid", "deny uid 1000 bridge br0", true, VMNETACL_SUBJECT_UID, "", 1000, "br0", 0, 1},
        {"group", "allow group kvm bridge br0", false, VMNETACL_SUBJECT_GROUP, "kvm", 0, "br0", 0, 1},
        {"gid", "deny gid 0 bridge br0", true, VMNETACL_SUBJECT_GID, "", 0, "br0", 0, 1},
        {"all", "allow all bridge all", false, VMNETACL_SUBJECT_ALL, "", 0, "", 0, 1},
        {"bridge", "deny user a bridge all", true, VMNETACL_SUBJECT_USER, "a", 0, "", 0, 1},
        {"limit", "allow uid 5 bridge br0 limit 2", false, VMNETACL_SUBJECT_UID, "", 5, "br0", 2, 1},
        {"prefix", "allow all bridge virbr*", false, VMNETACL_SUBJECT_ALL, "", 0, "virbr*", 0, 1},
        {"prefix, limit", "allow group g bridge v* limit 1", false, VMNETACL_SUBJECT_GROUP, "g", 0, "v*", 1, 1},
        {"prefix of dots", "deny all bridge ..*", true, VMNETACL_SUBJECT_ALL, "", 0, "..*", 0, 1},
        {"prefix of a dot", "deny all bridge .*", true, VMNETACL_SUBJECT_ALL, "", 0, ".*", 0, 1},
        {"prefix all", "deny all bridge all*", true, VMNETACL_SUBJECT_ALL, "", 0, "all*", 0, 1},
        {"longest name", "allow all bridge 123456789012345", false, VMNETACL_SUBJECT_ALL, "", 0, "123456789012345", 0,
         1},
        {"longest prefix", "allow all bridge 123456789012345*", false, VMNETACL_SUBJECT_ALL, "", 0, "123456789012345*",
         0, 1},
        {"least uid", "allow uid 0 bridge b", false, VMNETACL_SUBJECT_UID, "", 0, "b", 0, 1},
        {"largest uid", "allow uid 4294967294 bridge b", false, VMNETACL_SUBJECT_UID, "", 4294967294, "b", 0, 1},
        {"largest gid", "allow gid 4294967294 bridge b", false, VMNETACL_SUBJECT_GID, "", 4294967294, "b", 0, 1},
        {"least limit", "allow all bridge b limit 1", false, VMNETACL_SUBJECT_ALL, "", 0, "b", 1, 1},
        {"largest limit", "allow all bridge b limit 1023", false, VMNETACL_SUBJECT_ALL, "", 0, "b", 1023, 1},
        {"longest account", "allow user " ACCOUNT_255 " bridge b", false, VMNETACL_SUBJECT_USER, ACCOUNT_255, 0, "b", 0,
         1},
        {"a login in digits", "allow user 1000 bridge b", false, VMNETACL_SUBJECT_USER, "1000", 0, "b", 0, 1},
        {"a login like a keyword", "allow user all bridge bridge", false, VMNETACL_SUBJECT_USER, "all", 0, "bridge", 0,
         1},
        {"a login of a domain", "allow user AD\\al.i-c$@e bridge b", false, VMNETACL_SUBJECT_USER, "AD\\al.i-c$@e", 0,
         "b", 0, 1},
        {"a login with other signs", "allow user a#+%& bridge b+=~._-", false, VMNETACL_SUBJECT_USER, "a#+%&", 0,
         "b+=~._-", 0, 1},
        {"high bytes", "allow user \xc3\xa9\xa0 bridge \xc3\xa9", false, VMNETACL_SUBJECT_USER, "\xc3\xa9\xa0", 0,
         "\xc3\xa9", 0, 1},
        {"many blanks", " \t\fdeny\t\tuser \r a\fbridge \t b*\r", true, VMNETACL_SUBJECT_USER, "a", 0, "b*", 0, 4},
        {"all is in lower case", "allow all bridge ALL", false, VMNETACL_SUBJECT_ALL, "", 0, "ALL", 0, 1},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char bridge[32] = "";
        struct rule rule;
        struct vmnetacl_error error;
        bool is_rule = false;
        if (parse(rows[i].input, &is_rule, &rule, &error) != VMNETACL_OK)
            fail_msg("%s: %u: %s", rows[i].name, error.column, error.message);
        if (rule.name_len > 0)
            memcpy(bridge, rule.name, rule.name_len);
        if (rule.is_pattern)
            strcat(bridge, "*");
        if (!is_rule || rule.is_deny != rows[i].is_deny || rule.subject != rows[i].subject || rule.id != rows[i].id ||
            !is_text(rule.account, rule.account_len, rows[i].account) || strcmp(bridge, rows[i].bridge) != 0 ||
            options_grant(&rule.grant).limit != rows[i].limit || rule.place.line != 1 ||
            rule.place.column != rows[i].column)
            fail_msg("%s: subject %d, account '%.*s', id %u, bridge '%s', limit %u, column %u", rows[i].name,
                     (int)rule.subject, (int)rule.account_len, rule.account, rule.id, bridge,
                     options_grant(&rule.grant).limit, rule.place.column);
    }
}

static void test_parse_line_empty_or_comment_no_rule(void **state)
{
    static const char *const rows[] = {"\n", " \t\f\r\n", "#", "# allow all", "  #allow all bridge all", "##", "#\xff"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rule rule;
        struct vmnetacl_error error;
        bool is_rule = true;
        assert_int_equal(parse(rows[i], &is_rule, &rule, &error), VMNETACL_OK);
        assert_false(is_rule);
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
        {"allow: glued", "allowall bridge b", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"allow: capital", "Allow all bridge b", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"allow: alone", "allow", VMNETACL_CODE_SUBJECT_MISSING, 6},
        {"deny: alone, blanks", "  deny \t ", VMNETACL_CODE_SUBJECT_MISSING, 7},
        {"deny: another word for it", "reject all bridge b", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"deny: a colon", "deny: all bridge b", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"no include here", "include /a", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"byte order mark",
         "\xef\xbb\xbf"
         "allow all bridge b",
         VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"a prefix of a keyword", "allo all bridge b", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"vertical tab before", "\vallow all bridge b", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"as in bridge.conf", "allow br0", VMNETACL_CODE_SUBJECT_UNKNOWN, 7},
        {"user: none", "allow user", VMNETACL_CODE_ACCOUNT_MISSING, 11},
        {"user: two", "allow user a,b bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 13},
        {"user: capital", "allow User a bridge b", VMNETACL_CODE_SUBJECT_UNKNOWN, 7},
        {"user: a colon", "deny user a:b bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 12},
        {"user: two words", "deny user a b bridge b", VMNETACL_CODE_BRIDGE_MISSING, 13},
        {"group: none", "deny group \t", VMNETACL_CODE_ACCOUNT_MISSING, 11},
        {"group: control byte", "deny group a\x01 bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 13},
        {"group: delete", "deny group \x7f bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 12},
        {"group: sign of sudoers", "deny group %kvm bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 12},
        {"group: sign of netgroups", "deny group @kvm bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 12},
        {"group: sign of compat", "deny group +kvm bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 12},
        {"user: number as in sudoers", "deny user #1000 bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 11},
        {"user: star", "deny user bob* bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 14},
        {"user: question mark", "deny user bo? bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 13},
        {"user: set", "deny user bo[b] bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 13},
        {"user: quotes", "deny user \"alice\" bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 11},
        {"user: apostrophes", "deny user 'alice' bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 11},
        {"user: semicolon", "deny user alice; bridge b", VMNETACL_CODE_ACCOUNT_INVALID, 16},
        {"group: sign of others", "deny @group bridge b", VMNETACL_CODE_SUBJECT_UNKNOWN, 6},
        {"group: plural", "deny groups a bridge b", VMNETACL_CODE_SUBJECT_UNKNOWN, 6},
        {"account too long", "allow user " ACCOUNT_255 "x bridge b", VMNETACL_CODE_ACCOUNT_LONG, 267},
        {"account much too long", "allow group " ACCOUNT_255 ACCOUNT_255 " bridge b", VMNETACL_CODE_ACCOUNT_LONG, 268},
        {"uid: none", "allow uid", VMNETACL_CODE_NUMBER_MISSING, 10},
        {"uid: a name", "allow uid alice bridge b", VMNETACL_CODE_NUMBER_INVALID, 11},
        {"uid: plus", "allow uid +1 bridge b", VMNETACL_CODE_NUMBER_INVALID, 11},
        {"uid: minus", "allow uid -1 bridge b", VMNETACL_CODE_NUMBER_INVALID, 11},
        {"uid: zero in front", "allow uid 01 bridge b", VMNETACL_CODE_NUMBER_INVALID, 12},
        {"uid: two zeros", "allow uid 00 bridge b", VMNETACL_CODE_NUMBER_INVALID, 12},
        {"uid: hexadecimal", "allow uid 0x1 bridge b", VMNETACL_CODE_NUMBER_INVALID, 12},
        {"uid: a letter after it", "allow uid 12a bridge b", VMNETACL_CODE_NUMBER_INVALID, 13},
        {"uid: the slash before 0", "allow uid 1/ bridge b", VMNETACL_CODE_NUMBER_INVALID, 12},
        {"uid: the colon after 9", "allow uid 1: bridge b", VMNETACL_CODE_NUMBER_INVALID, 12},
        {"uid: nobody's", "allow uid 4294967295 bridge b", VMNETACL_CODE_NUMBER_LARGE, 11},
        {"uid: one more than 32 bits", "allow uid 4294967296 bridge b", VMNETACL_CODE_NUMBER_LARGE, 11},
        {"uid: 64 bits", "allow uid 18446744073709551616 bridge b", VMNETACL_CODE_NUMBER_LARGE, 11},
        {"uid: many digits", "allow uid 99999999999999999999999999999999999 bridge b", VMNETACL_CODE_NUMBER_LARGE, 11},
        {"uid: large and wrong", "allow uid 99999999999999999999999999999999999x bridge b",
         VMNETACL_CODE_NUMBER_INVALID, 46},
        {"gid: none", "deny gid ", VMNETACL_CODE_NUMBER_MISSING, 9},
        {"gid: a name", "deny gid kvm bridge b", VMNETACL_CODE_NUMBER_INVALID, 10},
        {"gid: nobody's", "deny gid 4294967295 bridge b", VMNETACL_CODE_NUMBER_LARGE, 10},
        {"all: capital", "allow ALL bridge b", VMNETACL_CODE_SUBJECT_UNKNOWN, 7},
        {"all: with a name", "allow all alice bridge b", VMNETACL_CODE_BRIDGE_MISSING, 11},
        {"all: a star", "allow * bridge b", VMNETACL_CODE_SUBJECT_UNKNOWN, 7},
        {"bridge: none", "allow all", VMNETACL_CODE_BRIDGE_MISSING, 10},
        {"bridge: the name alone", "allow all br0", VMNETACL_CODE_BRIDGE_MISSING, 11},
        {"bridge: capital", "allow all Bridge br0", VMNETACL_CODE_BRIDGE_MISSING, 11},
        {"bridge: no name", "allow all bridge", VMNETACL_CODE_NAME_MISSING, 17},
        {"bridge: no name, blanks", "allow all bridge \f\t", VMNETACL_CODE_NAME_MISSING, 17},
        {"bridge: two names", "allow all bridge b c", VMNETACL_CODE_OPTION_UNKNOWN, 20},
        {"bridge: an equals sign", "allow all bridge=b", VMNETACL_CODE_BRIDGE_MISSING, 11},
        {"name too long", "allow all bridge 1234567890123456", VMNETACL_CODE_NAME_LONG, 33},
        {"prefix too long", "allow all bridge 1234567890123456*", VMNETACL_CODE_NAME_LONG, 33},
        {"long and bad", "allow all bridge 12345678901234567/", VMNETACL_CODE_NAME_INVALID, 35},
        {"dot", "deny all bridge .", VMNETACL_CODE_NAME_INVALID, 17},
        {"dots", "deny all bridge ..", VMNETACL_CODE_NAME_INVALID, 17},
        {"slash", "deny all bridge b/0", VMNETACL_CODE_NAME_INVALID, 18},
        {"colon", "deny all bridge b:1", VMNETACL_CODE_NAME_INVALID, 18},
        {"percent", "deny all bridge b%d", VMNETACL_CODE_NAME_INVALID, 18},
        {"percent in a prefix", "deny all bridge b%*", VMNETACL_CODE_NAME_INVALID, 18},
        {"control byte", "deny all bridge b\x02", VMNETACL_CODE_NAME_INVALID, 18},
        {"vertical tab in the name", "deny all bridge b\vc", VMNETACL_CODE_NAME_INVALID, 18},
        {"no-break space in the name", "deny all bridge \xa0", VMNETACL_CODE_NAME_INVALID, 17},
        {"question mark", "deny all bridge br?", VMNETACL_CODE_PATTERN_INVALID, 19},
        {"set", "deny all bridge br[0-9]", VMNETACL_CODE_PATTERN_INVALID, 19},
        {"set and star", "deny all bridge br[0-9]*", VMNETACL_CODE_PATTERN_INVALID, 19},
        {"semicolon", "deny all bridge br0;", VMNETACL_CODE_PATTERN_INVALID, 20},
        {"list", "deny all bridge br0,br1", VMNETACL_CODE_PATTERN_INVALID, 20},
        {"quotes", "deny all bridge \"br0\"", VMNETACL_CODE_PATTERN_INVALID, 17},
        {"apostrophes", "deny all bridge 'br0'", VMNETACL_CODE_PATTERN_INVALID, 17},
        {"braces", "deny all bridge br{0,1}", VMNETACL_CODE_PATTERN_INVALID, 19},
        {"alternatives", "deny all bridge (br0|br1)", VMNETACL_CODE_PATTERN_INVALID, 17},
        {"anchor", "deny all bridge ^br", VMNETACL_CODE_PATTERN_INVALID, 17},
        {"negation", "deny all bridge !br0", VMNETACL_CODE_PATTERN_INVALID, 17},
        {"as ip shows it", "deny all bridge br0.5@eth0", VMNETACL_CODE_PATTERN_INVALID, 22},
        {"comment glued to it", "deny all bridge br0#lab", VMNETACL_CODE_PATTERN_INVALID, 20},
        {"star alone", "deny all bridge *", VMNETACL_CODE_PATTERN_INVALID, 17},
        {"star in front", "deny all bridge *b", VMNETACL_CODE_PATTERN_INVALID, 17},
        {"star in the middle", "deny all bridge a*b", VMNETACL_CODE_PATTERN_INVALID, 18},
        {"two stars", "deny all bridge ab**", VMNETACL_CODE_PATTERN_INVALID, 19},
        {"limit: none", "allow all bridge b limit", VMNETACL_CODE_NUMBER_MISSING, 25},
        {"limit: zero", "allow all bridge b limit 0", VMNETACL_CODE_NUMBER_LARGE, 26},
        {"limit: one too large", "allow all bridge b limit 1024", VMNETACL_CODE_NUMBER_LARGE, 26},
        {"vlan: zero", "allow all bridge b vlan 0", VMNETACL_CODE_NUMBER_LARGE, 25},
        {"vlan: one too large", "allow all bridge b vlan 4095", VMNETACL_CODE_NUMBER_LARGE, 25},
        {"mac: of two lines", "allow all bridge b mac\n52:54:00:12:34:56", VMNETACL_CODE_MAC_INVALID, 23},
        {"mac: shell's variable", "allow all bridge b mac $MAC", VMNETACL_CODE_MAC_INVALID, 24},
        {"tap: glued", "allow all bridge b tap vm%d,limit 2", VMNETACL_CODE_TAP_INVALID, 28},
        {"isolated: with a value", "allow all bridge b isolated on", VMNETACL_CODE_OPTION_UNKNOWN, 29},
        {"limit: too large", "allow all bridge b limit 4294967296", VMNETACL_CODE_NUMBER_LARGE, 26},
        {"limit: a word", "allow all bridge b limit none", VMNETACL_CODE_NUMBER_INVALID, 26},
        {"limit: an equals sign", "allow all bridge b limit=2", VMNETACL_CODE_OPTION_UNKNOWN, 20},
        {"limit: twice", "allow all bridge b limit 2 limit 2", VMNETACL_CODE_OPTION_REPEATED, 28},
        {"limit: of a deny", "deny all bridge b limit 2", VMNETACL_CODE_OPTION_DENY, 19},
        {"limit: plural", "allow all bridge b limits 2", VMNETACL_CODE_OPTION_UNKNOWN, 20},
        {"an option of a deny that is none", "deny all bridge b x", VMNETACL_CODE_OPTION_UNKNOWN, 19},
        {"comment after it", "allow all bridge b # no", VMNETACL_CODE_OPTION_UNKNOWN, 20},
        {"carriage return alone", "allow all bridge b\rdeny all bridge b", VMNETACL_CODE_OPTION_UNKNOWN, 20},
        {"comment sign of others", "; allow all bridge b", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rule rule;
        struct vmnetacl_error error;
        bool is_rule;
        if (parse(rows[i].input, &is_rule, &rule, &error) != VMNETACL_UNAVAIL)
            fail_msg("%s: not refused", rows[i].name);
        if (error.code != rows[i].code || error.column != rows[i].column)
            fail_msg("%s: got %u: %s", rows[i].name, error.column, vmnetacl_code_name(error.code));
        assert_int_equal(error.line, 1);
        assert_string_equal(error.file, "/f");
        assert_string_not_equal(error.message, "");
    }
}

static void test_parse_line_length_limit_kept(void **state)
{
    char line[VMNETACL_LINE_MAX + 2];
    struct rule rule;
    struct vmnetacl_error error;
    bool is_rule;

    (void)state;
    memset(line, ' ', sizeof line);
    memcpy(line, "deny all bridge b", 17);
    line[VMNETACL_LINE_MAX] = '\0';
    assert_int_equal(parse(line, &is_rule, &rule, &error), VMNETACL_OK);
    assert_true(is_rule);
    line[VMNETACL_LINE_MAX] = ' ';
    line[VMNETACL_LINE_MAX + 1] = '\0';
    assert_int_equal(parse(line, &is_rule, &rule, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.code, VMNETACL_CODE_LINE_LONG);
    assert_int_equal(error.column, 1024);
}

/* Lines have numbers, and each is taken by itself. */
static void test_parse_line_several_places_right(void **state)
{
    static const char file[] = "\n# x\n  allow all bridge a\ndeny all bridge b\r\n\nallow all bridge c\0";
    static const unsigned rule_lines[] = {3, 4, 6};
    struct lines lines;
    struct rule rule;
    struct vmnetacl_error error;
    bool is_rule;
    size_t found = 0;

    (void)state;
    lines_start(&lines, "/f", file, sizeof file - 2);
    while (!lines_at_end(&lines)) {
        assert_int_equal(rule_parse_line(&lines, &is_rule, &rule, &error), VMNETACL_OK);
        if (is_rule)
            assert_int_equal(rule.place.line, rule_lines[found++]);
    }
    assert_int_equal(found, COUNT_OF(rule_lines));
    lines_start(&lines, "/f", file, sizeof file - 1); /* with the NUL */
    for (int i = 0; i < 5; i++)
        assert_int_equal(rule_parse_line(&lines, &is_rule, &rule, &error), VMNETACL_OK);
    assert_int_equal(rule_parse_line(&lines, &is_rule, &rule, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.code, VMNETACL_CODE_LINE_NUL);
    assert_int_equal(error.line, 6);
    assert_int_equal(error.column, 19);
}

static int teardown(void **state)
{
    (void)state;
    free(text);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_line_valid_rule),
        cmocka_unit_test(test_parse_line_empty_or_comment_no_rule),
        cmocka_unit_test(test_parse_line_invalid_error_at_its_column),
        cmocka_unit_test(test_parse_line_length_limit_kept),
        cmocka_unit_test(test_parse_line_several_places_right),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
