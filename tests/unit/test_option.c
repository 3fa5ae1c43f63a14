/* SPDX-License-Identifier: MIT */
/* The options of an allow, with a table of the test's: a flag, and a number with narrow bounds, besides limit. */
#include "error.h"
#include "option.h"
#include "unit.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define FLAG UINT32_C(0x02)
#define VLAN UINT32_C(0x80000000)

const struct option option_table[] = {
    {.name = "limit",
     .bit = VMNETACL_OPTION_LIMIT,
     .value = "NUMBER",
     .min = 1,
     .max = UINT32_MAX,
     .offset = offsetof(struct vmnetacl_grant, limit),
     .unenforced = {.message = "limit"}},
    {.name = "flag", .bit = FLAG, .unenforced = {.message = "flag"}},
    {.name = "vlan",
     .bit = VLAN,
     .value = "ID",
     .min = 2,
     .max = 4094,
     .offset = offsetof(struct vmnetacl_grant, reserved),
     .unenforced = {.message = "vlan"}},
};
const size_t option_table_len = COUNT_OF(option_table);

static enum vmnetacl_status parse(const char *text, bool is_deny, struct vmnetacl_grant *grant,
                                  struct vmnetacl_error *error)
{
    const struct lines lines = {.file = "/f", .line = 1};
    struct parser parser = {.lines = &lines,
                            .line = {.start = text, .at = text, .end = text + strlen(text)},
                            .error = error};

    *grant = (struct vmnetacl_grant){.options = 0};
    return options_parse(&parser, is_deny, grant);
}

static void test_options_parse_each_kind_kept_and_shown(void **state)
{
    static const struct {
        const char *input;
        uint32_t options;
        uint32_t limit;
        uint32_t vlan;
        const char *shown;
    } rows[] = {
        {"", 0, 0, 0, ""},
        {"flag", FLAG, 0, 0, "flag "},
        {"limit 3", VMNETACL_OPTION_LIMIT, 3, 0, "limit=3 "},
        {"vlan 4094", VLAN, 0, 4094, "vlan=4094 "},
        {"vlan 2 flag", FLAG | VLAN, 0, 2, "flag vlan=2 "},
        {"vlan 7\tlimit 4294967295  flag", FLAG | VLAN | VMNETACL_OPTION_LIMIT, UINT32_MAX, 7,
         "limit=4294967295 flag vlan=7 "},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char bytes[OPTIONS_SIZE_MAX];
        char shown[64] = "";
        struct vmnetacl_grant grant;
        struct vmnetacl_grant taken;
        struct vmnetacl_option option;
        struct vmnetacl_error error;
        assert_int_equal(parse(rows[i].input, false, &grant, &error), VMNETACL_OK);
        assert_int_equal(grant.options, rows[i].options);
        assert_int_equal(grant.limit, rows[i].limit);
        assert_int_equal(grant.reserved[0], rows[i].vlan);
        char *end = options_put(bytes, &grant);
        memset(&taken, 'x', sizeof taken);
        assert_ptr_equal(options_take(bytes, &taken), end);
        taken = options_grant(&taken);
        assert_memory_equal(&taken, &grant, sizeof grant);
        for (size_t j = 0; vmnetacl_option_at(&grant, j, &option); j++)
            (void)snprintf(shown + strlen(shown), sizeof shown - strlen(shown), option.has_number ? "%s=%u " : "%s ",
                           option.name, option.number); /* always fits */
        assert_string_equal(shown, rows[i].shown);
    }
}

static void test_options_parse_wrong_refused(void **state)
{
    static const struct {
        const char *input;
        bool is_deny;
        enum vmnetacl_code code;
        unsigned column;
        const char *words;
    } rows[] = {
        {"flg", false, VMNETACL_CODE_OPTION_UNKNOWN, 1, "unknown option 'flg'; expected limit NUMBER, flag, vlan ID;"},
        {"flag 1", false, VMNETACL_CODE_OPTION_UNKNOWN, 6, "unknown option '1'"},
        {"flag flag", false, VMNETACL_CODE_OPTION_REPEATED, 6, "duplicate option 'flag'"},
        {"vlan 2 limit 1 vlan 2", false, VMNETACL_CODE_OPTION_REPEATED, 16, "duplicate option 'vlan'"},
        {"vlan 1", false, VMNETACL_CODE_NUMBER_LARGE, 6, "write one from 2 to 4094"},
        {"vlan 4095", false, VMNETACL_CODE_NUMBER_LARGE, 6, "write one from 2 to 4094"},
        {"vlan", false, VMNETACL_CODE_NUMBER_MISSING, 5, "expected a number"},
        {"vlan flag", false, VMNETACL_CODE_NUMBER_INVALID, 6, "not a decimal number"},
        {"flag", true, VMNETACL_CODE_OPTION_DENY, 1, "a deny takes no option"},
        {"nonsense", true, VMNETACL_CODE_OPTION_UNKNOWN, 1, "unknown option"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_grant grant;
        struct vmnetacl_error error;
        assert_int_equal(parse(rows[i].input, rows[i].is_deny, &grant, &error), VMNETACL_UNAVAIL);
        if (error.code != rows[i].code || error.column != rows[i].column ||
            strstr(error.message, rows[i].words) == NULL)
            fail_msg("%s: %s, column %u: %s", rows[i].input, vmnetacl_code_name(error.code), error.column,
                     error.message);
    }
}

static void test_options_find_unenforced_each_but_the_enforced(void **state)
{
    const struct vmnetacl_grant grant = {.options = VMNETACL_OPTION_LIMIT | FLAG | VLAN};
    const struct vmnetacl_grant none = {.options = 0};
    struct vmnetacl_option option;

    (void)state;
    assert_string_equal(options_find_unenforced(&grant, 0)->message, "limit");
    assert_string_equal(options_find_unenforced(&grant, VMNETACL_OPTION_LIMIT)->message, "flag");
    assert_string_equal(options_find_unenforced(&grant, VMNETACL_OPTION_LIMIT | FLAG)->message, "vlan");
    assert_null(options_find_unenforced(&grant, VMNETACL_OPTIONS_ALL));
    assert_null(options_find_unenforced(&none, 0));
    assert_false(vmnetacl_option_at(NULL, 0, &option));
}

/* From a rule's text to its text: nothing else of the library knows the options. */
static void test_options_of_a_rule_through_the_library(void **state)
{
    static const char text[] = "allow uid 1000 bridge br* vlan 7 flag";
    const struct vmnetacl_buffer buffer = {.source = "files", .path = "/f", .text = text, .text_len = strlen(text)};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct vmnetacl_caller caller = {.uid = 1000, .enforces = FLAG};
    struct vmnetacl_decision decision;
    struct vmnetacl_policy *policy;
    struct vmnetacl_rules *rules;

    (void)state;
    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_rules_open(policy, &rules), VMNETACL_OK);
    assert_string_equal(vmnetacl_rules_next(rules)->text, "allow uid 1000 bridge br* flag vlan 7");
    vmnetacl_rules_close(rules);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), VMNETACL_UNAVAIL);
    assert_string_equal(decision.error->message, "vlan");
    caller.enforces = FLAG | VLAN;
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), VMNETACL_ALLOW);
    assert_int_equal(decision.grant.options, FLAG | VLAN);
    assert_int_equal(decision.grant.reserved[0], 7);
    vmnetacl_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_parse_each_kind_kept_and_shown),
        cmocka_unit_test(test_options_parse_wrong_refused),
        cmocka_unit_test(test_options_find_unenforced_each_but_the_enforced),
        cmocka_unit_test(test_options_of_a_rule_through_the_library),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
