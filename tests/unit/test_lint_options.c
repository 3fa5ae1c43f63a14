/* SPDX-License-Identifier: MIT */
/* Warnings about options: which rules get one, and what each says. Texts in memory, without names to look up. */
#include "unit.h"
#include "vmnetacl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const char *name;
    const char *switch_text; /* NULL: the file does not exist; the same for the others */
    const char *files;
    const char *qemu;
    const char *want;
};

static char told[65536];

/* A line for each finding: file, line, code. */
static bool tell(const struct vmnetacl_finding *finding, void *data)
{
    size_t used = strlen(told);

    (void)data; /* told is all that is needed */
    assert_false(finding->is_error);
    assert_int_equal(vmnetacl_code_class(finding->error->code), VMNETACL_CLASS_WARNING);
    assert_in_range(snprintf(told + used, sizeof told - used, "%s:%u %s\n", finding->error->file, finding->error->line,
                             vmnetacl_code_name(finding->error->code)),
                    1, sizeof told - used - 1);
    return true;
}

static bool tell_message(const struct vmnetacl_finding *finding, void *data)
{
    (void)data; /* as above */
    strcat(strcat(told, finding->error->message), "\n");
    return true;
}

static bool count_findings(const struct vmnetacl_finding *finding, void *data)
{
    size_t *count = data;

    assert_false(finding->is_error);
    (*count)++;
    return true;
}

static void lint(const struct row *row, bool (*visit)(const struct vmnetacl_finding *finding, void *data), void *data)
{
    const char *const texts[] = {row->switch_text, row->files, row->qemu};
    static const char *const sources[] = {"switch", "files", "qemu"};
    static const char *const paths[] = {"/s", "/f", "/q"};
    struct vmnetacl_buffer buffers[COUNT_OF(texts)];
    struct vmnetacl_origin origin = {.buffers = buffers};

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i] != NULL)
            buffers[origin.buffers_count++] = (struct vmnetacl_buffer){.source = sources[i],
                                                                       .path = paths[i],
                                                                       .text = texts[i],
                                                                       .text_len = strlen(texts[i])};
    told[0] = '\0';
    assert_int_equal(vmnetacl_lint(&origin, 0, visit, data, NULL), VMNETACL_OK);
}

static void assert_finds(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lint(&rows[i], tell, NULL);
        if (strcmp(told, rows[i].want) != 0)
            fail_msg("%s: want\n%sgot\n%s", rows[i].name, rows[i].want, told);
    }
}

static void assert_says(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lint(&rows[i], tell_message, NULL);
        if (strcmp(told, rows[i].want) != 0)
            fail_msg("%s: want\n%sgot\n%s", rows[i].name, rows[i].want, told);
    }
}

/* The advice is about the options that count, and never about an order that cannot be had. */
static void test_lint_redundant_rule_options_said(void **state)
{
    static const struct row rows[] = {
        {.name = "no options",
         .files = "allow all bridge a\nallow uid 1 bridge a",
         .want = "redundant rule: /f:1 allows it already; remove this rule\n"},
        {.name = "the same options in another order",
         .files = "allow all bridge a limit 2 isolated\nallow uid 1 bridge a isolated limit 2",
         .want = "redundant rule: /f:1 allows it already; remove this rule\n"},
        {.name = "other options, other users",
         .files = "allow all bridge a limit 2 guard vlan 7\nallow uid 1 bridge a",
         .want = "redundant rule: /f:1 allows it already, with 'limit 2 guard vlan 7', and the options of the "
                 "first rule count; move this rule before it, or remove this rule\n"},
        {.name = "another value, other bridges",
         .files = "allow uid 1 bridge a* limit 2\nallow uid 1 bridge ab limit 3",
         .want = "redundant rule: /f:1 allows it already, with 'limit 2', and the options of the first rule count; "
                 "move this rule before it, or remove this rule\n"},
        {.name = "the same users and bridge",
         .files = "allow uid 1 bridge a\nallow uid 1 bridge a guard",
         .want = "redundant rule: /f:1 allows it already, without options, and those of the first rule count; remove "
                 "one of them\n"},
        {.name = "before bridge.conf, which knows no options",
         .files = "allow all bridge a* vlan 7",
         .qemu = "allow ab",
         .want = "redundant rule: /f:1 allows it already, with 'vlan 7', and the options of the first rule count; "
                 "remove this rule\n"},
        {.name = "after bridge.conf",
         .switch_text = "acl: qemu files\n",
         .files = "allow uid 1 bridge a limit 1",
         .qemu = "allow a",
         .want = "redundant rule: /q:1 allows it already, without options, and those of the first rule count; let "
                 "switch.conf name the source of this rule first, or remove this rule\n"},
    };

    (void)state; /* cmocka's signature, here and below */
    assert_says(rows, COUNT_OF(rows));
}

static void test_lint_mac_for_many_users_warned_of(void **state)
{
    static const struct row rows[] = {
        {.name = "one user",
         .files = "allow uid 1 bridge a mac 52:54:00:00:00:01\nallow uid 2 bridge a mac 52:54:00:00:00:02",
         .want = ""},
        {.name = "all",
         .files = "allow uid 1 bridge a\nallow all bridge a mac 52:54:00:00:00:01",
         .want = "/f:2 option-group\n"},
        {.name = "a group", .files = "allow gid 1 bridge a mac 52:54:00:00:00:01", .want = "/f:1 option-group\n"},
        {.name = "a rule without effect is told as that only",
         .files = "allow all bridge all\nallow gid 1 bridge a mac 52:54:00:00:00:01",
         .want = "/f:2 rule-shadowed\n"},
        {.name = "the same, denied",
         .files = "deny all bridge all\nallow gid 1 bridge a mac 52:54:00:00:00:01",
         .want = "/f:2 rule-denied\n"},
    };

    (void)state;
    assert_finds(rows, COUNT_OF(rows));
}

static void test_lint_name_of_one_tap_for_more_warned_of(void **state)
{
    static const struct row rows[] = {
        {.name = "one tap of one user", .files = "allow uid 1 bridge a tap x limit 1", .want = ""},
        {.name = "one tap of each user", .files = "allow all bridge a tap x%u limit 1", .want = ""},
        {.name = "a number", .files = "allow all bridge a tap x%d\nallow gid 1 bridge b tap x%d", .want = ""},
        {.name = "all", .files = "allow all bridge a tap x limit 1", .want = "/f:1 option-tap\n"},
        {.name = "a group", .files = "allow gid 1 bridge a limit 1 tap x", .want = "/f:1 option-tap\n"},
        {.name = "no limit", .files = "allow uid 1 bridge a tap x", .want = "/f:1 option-tap\n"},
        {.name = "no limit, with the uid", .files = "allow gid 1 bridge a tap x%u", .want = "/f:1 option-tap\n"},
        {.name = "a larger limit", .files = "allow uid 1 bridge a tap x limit 2", .want = "/f:1 option-tap\n"},
        {.name = "one on each of several bridges",
         .files = "allow uid 1 bridge a* tap x limit 1\nallow uid 2 bridge all tap y limit 1",
         .want = "/f:1 option-tap\n/f:2 option-tap\n"},
        {.name = "one name twice",
         .files = "allow uid 1 bridge a tap x limit 1\nallow uid 2 bridge a tap y limit 1\n"
                  "allow uid 1 bridge b tap y limit 1\nallow uid 3 bridge a tap x limit 1\n"
                  "allow uid 4 bridge a tap x limit 1",
         .want = "/f:4 option-tap\n/f:5 option-tap\n/f:3 option-tap\n"},
        {.name = "one of them never takes effect",
         .files = "allow uid 1 bridge a tap x limit 1\nallow uid 2 bridge a tap x limit 1\ndeny uid 1 bridge all",
         .want = "/f:1 rule-denied\n"},
        {.name = "one warning for a rule",
         .files = "allow uid 1 bridge a tap x limit 1\nallow gid 1 bridge a tap x",
         .want = "/f:2 option-tap\n"},
    };

    (void)state;
    assert_finds(rows, COUNT_OF(rows));
}

static void test_lint_name_of_tap_too_long_for_uid_warned_of(void **state)
{
    static const struct row rows[] = {
        {.name = "five digits fit", .files = "allow uid 99999 bridge a tap abcdefghij%u limit 1", .want = ""},
        {.name = "six do not",
         .files = "allow uid 100000 bridge a tap abcdefghij%u limit 1",
         .want = "the name of the tap 'abcdefghij%u' is too long with the uid 100000, so each request is refused; "
                 "shorten it\n"},
        {.name = "four digits and %d fit", .files = "allow uid 9999 bridge a tap abcdefgh%u-%d", .want = ""},
        {.name = "five digits and %d do not",
         .files = "allow uid 99999 bridge a tap %dabcdefghi%u",
         .want = "the name of the tap '%dabcdefghi%u' is too long with the uid 99999, so each request is refused; "
                 "shorten it\n"},
        {.name = "each uid fits", .files = "allow all bridge a tap abcde%u limit 1", .want = ""},
        {.name = "not each",
         .files = "allow gid 1 bridge a tap abcdef%u limit 1",
         .want = "the name of the tap 'abcdef%u' is too long for users with a uid of more than 9 digits; shorten it\n"},
        {.name = "each fits with a number", .files = "allow all bridge a tap a%db%uc", .want = ""},
        {.name = "not each with a number",
         .files = "allow all bridge a tap abcdefghij%u-%d",
         .want = "the name of the tap 'abcdefghij%u-%d' is too long for users with a uid of more than 2 digits; "
                 "shorten it\n"},
    };

    (void)state;
    assert_says(rows, COUNT_OF(rows));
}

static void test_lint_ports_that_reach_isolated_ones_warned_of(void **state)
{
    static const struct row rows[] = {
        {.name = "all are isolated",
         .files = "allow gid 1 bridge a isolated\nallow all bridge a* isolated",
         .want = ""},
        {.name = "on another bridge",
         .files = "allow gid 1 bridge a isolated\nallow gid 1 bridge b\nallow all bridge ab*",
         .want = ""},
        {.name = "others on the bridge",
         .files = "allow gid 1 bridge a isolated\nallow all bridge a",
         .want = "/f:2 option-some\n"},
        {.name = "others before it",
         .files = "allow uid 1 bridge a\nallow all bridge a isolated",
         .want = "/f:1 option-some\n"},
        {.name = "in bridge.conf",
         .files = "allow gid 1 bridge a isolated",
         .qemu = "deny b\nallow a",
         .want = "/q:2 option-some\n"},
        {.name = "where bridge.conf does not count",
         .switch_text = "acl: files\n",
         .files = "allow gid 1 bridge a isolated",
         .qemu = "allow a",
         .want = ""},
        {.name = "by a pattern",
         .files = "allow gid 1 bridge ab isolated\nallow gid 2 bridge a*",
         .want = "/f:2 option-some\n"},
        {.name = "on one of many that are isolated",
         .files = "allow gid 1 bridge a* isolated\nallow gid 2 bridge ab",
         .want = "/f:2 option-some\n"},
        {.name = "by all",
         .files = "allow gid 1 bridge ab isolated\nallow gid 2 bridge all",
         .want = "/f:2 option-some\n"},
        {.name = "another's exception before a rule for the same user",
         .files = "allow uid 1 bridge a isolated\nallow uid 1 bridge all",
         .want = ""},
        {.name = "a user's exception to what is isolated, alone on the bridge",
         .files = "allow uid 1 bridge a\nallow uid 1 bridge all isolated",
         .want = ""},
        {.name = "all users' exception", .files = "allow all bridge a\nallow gid 1 bridge all isolated", .want = ""},
        {.name = "denied",
         .files = "allow gid 1 bridge a isolated\nallow gid 2 bridge all\ndeny gid 2 bridge a",
         .want = ""},
        {.name = "isolated ones denied",
         .files = "allow gid 1 bridge a* isolated\nallow gid 2 bridge ab\ndeny gid 1 bridge ab",
         .want = ""},
        {.name = "once for a bridge",
         .files = "allow gid 1 bridge a isolated\nallow gid 2 bridge a\nallow gid 3 bridge a",
         .want = "/f:2 option-some\n"},
        {.name = "once for a bridge, of the rule for all",
         .files = "allow gid 1 bridge a isolated\nallow gid 2 bridge a",
         .qemu = "allow a",
         .want = "/q:1 option-some\n"},
        {.name = "once for a rule",
         .files = "allow gid 1 bridge a isolated\nallow gid 1 bridge b isolated\nallow gid 2 bridge all",
         .want = "/f:3 option-some\n"},
    };
    static const struct row messages[] = {
        {.name = "in rules.d",
         .files = "allow gid 1 bridge a isolated\nallow all bridge a",
         .want = "ports of this rule are not isolated, and reach the isolated ones of /f:1; unless they must, write "
                 "'isolated' here, too\n"},
        {.name = "in bridge.conf",
         .files = "allow gid 1 bridge a isolated",
         .qemu = "allow a",
         .want = "ports of this rule are not isolated, and reach the isolated ones of /f:1; unless they must, replace "
                 "this rule by one with 'isolated' in rules.d\n"},
    };

    (void)state;
    assert_finds(rows, COUNT_OF(rows));
    assert_says(messages, COUNT_OF(messages));
}

/* Each rule about the bridge of all others would be compared with all of them, if the search had no limit. */
static void test_lint_many_rules_few_comparisons(void **state)
{
    const int users = 10000;
    const size_t size = (size_t)users * 96;
    char *text = malloc(size);
    size_t used = 0;
    size_t findings = 0;
    struct row row = {.files = text};

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < users; i++) /* isolated, but not on bridges whose names begin with a */
        used += (size_t)snprintf(text + used, size - used, "allow uid %d bridge a*\nallow uid %d bridge all isolated\n",
                                 i, i);
    for (int i = 0; i < users / 2; i++)
        used += (size_t)snprintf(text + used, size - used, "allow uid %d bridge a%d\n", users + i, i);
    assert_true(used < size - 1);
    lint(&row, count_findings, &findings);
    assert_int_equal(findings, 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lint_redundant_rule_options_said),
        cmocka_unit_test(test_lint_mac_for_many_users_warned_of),
        cmocka_unit_test(test_lint_name_of_one_tap_for_more_warned_of),
        cmocka_unit_test(test_lint_name_of_tap_too_long_for_uid_warned_of),
        cmocka_unit_test(test_lint_ports_that_reach_isolated_ones_warned_of),
        cmocka_unit_test(test_lint_many_rules_few_comparisons),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
