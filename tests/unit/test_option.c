/* SPDX-License-Identifier: MIT */
/* The options of an allow, with a table of the test's: each kind of value, and narrow bounds of a number. */
#include "error.h"
#include "option.h"
#include "unit.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define FLAG UINT32_C(0x40)
#define LANE UINT32_C(0x80000000)

#define VALUE(shown, of_kind, member)                                                                                  \
    .value = shown, .kind = &(of_kind), .offset = offsetof(struct vmnetacl_grant, member)

const struct option option_table[] = {
    {.name = "limit",
     .bit = VMNETACL_OPTION_LIMIT,
     VALUE("NUMBER", option_number, limit),
     .min = 1,
     .max = UINT32_MAX,
     .unenforced = &(const struct vmnetacl_error){.message = "limit"}},
    {.name = "flag", .bit = FLAG, .unenforced = &(const struct vmnetacl_error){.message = "flag"}},
    {.name = "lane",
     .bit = LANE,
     VALUE("ID", option_number, reserved),
     .min = 2,
     .max = 4094,
     .unenforced = &(const struct vmnetacl_error){.message = "lane"}},
    {.name = "mac",
     .bit = VMNETACL_OPTION_MAC,
     VALUE("ADDRESS", option_mac, mac),
     .unenforced = &(const struct vmnetacl_error){.message = "mac"}},
    {.name = "tap",
     .bit = VMNETACL_OPTION_TAP,
     VALUE("NAME", option_tap, tap),
     .unenforced = &(const struct vmnetacl_error){.message = "tap"}},
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
        uint32_t lane;
        const char *mac;
        const char *tap;
        const char *shown;
    } rows[] = {
        {"", 0, 0, 0, "", "", ""},
        {"flag", FLAG, 0, 0, "", "", "flag "},
        {"limit 3", VMNETACL_OPTION_LIMIT, 3, 0, "", "", "limit 3 "},
        {"lane 4094", LANE, 0, 4094, "", "", "lane 4094 "},
        {"lane 2 flag", FLAG | LANE, 0, 2, "", "", "flag lane 2 "},
        {"lane 7\tlimit 4294967295  flag", FLAG | LANE | VMNETACL_OPTION_LIMIT, UINT32_MAX, 7, "", "",
         "limit 4294967295 flag lane 7 "},
        {"mac 52:54:00:AB:cd:9f", VMNETACL_OPTION_MAC, 0, 0, "52:54:00:ab:cd:9f", "", "mac 52:54:00:ab:cd:9f "},
        {"mac 00:00:00:00:00:01", VMNETACL_OPTION_MAC, 0, 0, "00:00:00:00:00:01", "", "mac 00:00:00:00:00:01 "},
        {"tap vm", VMNETACL_OPTION_TAP, 0, 0, "", "vm", "tap vm "},
        {"tap d%ud", VMNETACL_OPTION_TAP, 0, 0, "", "d%ud", "tap d%ud "},
        {"tap v%u-%d mac fe:ff:ff:ff:ff:ff", VMNETACL_OPTION_TAP | VMNETACL_OPTION_MAC, 0, 0, "fe:ff:ff:ff:ff:ff",
         "v%u-%d", "mac fe:ff:ff:ff:ff:ff tap v%u-%d "},
        {"tap 1234567890123%d limit 1", VMNETACL_OPTION_TAP | VMNETACL_OPTION_LIMIT, 1, 0, "", "1234567890123%d",
         "limit 1 tap 1234567890123%d "},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char bytes[OPTIONS_SIZE_MAX];
        char shown[96] = "";
        char mac[18] = "";
        struct vmnetacl_grant grant;
        struct vmnetacl_grant taken;
        struct vmnetacl_option option;
        struct vmnetacl_error error;
        assert_int_equal(parse(rows[i].input, false, &grant, &error), VMNETACL_OK);
        assert_int_equal(grant.options, rows[i].options);
        assert_int_equal(grant.limit, rows[i].limit);
        assert_int_equal(grant.reserved[0], rows[i].lane);
        if ((grant.options & VMNETACL_OPTION_MAC) != 0)
            (void)snprintf(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", grant.mac[0], grant.mac[1], grant.mac[2],
                           grant.mac[3], grant.mac[4], grant.mac[5]); /* always fits */
        assert_string_equal(mac, rows[i].mac);
        assert_string_equal(grant.tap, rows[i].tap);
        char *end = options_put(bytes, &grant);
        memset(&taken, 'x', sizeof taken);
        assert_ptr_equal(options_take(bytes, &taken), end);
        taken = options_grant(&taken);
        assert_memory_equal(&taken, &grant, sizeof grant);
        for (size_t j = 0; vmnetacl_option_at(&grant, j, &option); j++)
            (void)snprintf(shown + strlen(shown), sizeof shown - strlen(shown), "%s%s%s ", option.name,
                           option.value[0] != '\0' ? " " : "", option.value); /* always fits */
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
        {"flg", false, VMNETACL_CODE_OPTION_UNKNOWN, 1,
         "unknown option 'flg'; expected limit NUMBER, flag, lane ID, mac ADDRESS, tap NAME;"},
        {"flag 1", false, VMNETACL_CODE_OPTION_UNKNOWN, 6, "unknown option '1'"},
        {"flag flag", false, VMNETACL_CODE_OPTION_REPEATED, 6, "duplicate option 'flag'"},
        {"lane 2 limit 1 lane 2", false, VMNETACL_CODE_OPTION_REPEATED, 16, "duplicate option 'lane'"},
        {"lane 1", false, VMNETACL_CODE_NUMBER_LARGE, 6, "write one from 2 to 4094"},
        {"lane 4095", false, VMNETACL_CODE_NUMBER_LARGE, 6, "write one from 2 to 4094"},
        {"lane", false, VMNETACL_CODE_NUMBER_MISSING, 5, "expected a number"},
        {"lane flag", false, VMNETACL_CODE_NUMBER_INVALID, 6, "not a decimal number"},
        {"mac", false, VMNETACL_CODE_MAC_INVALID, 4, "expected a MAC address"},
        {"mac  52:54:00:12:34:5", false, VMNETACL_CODE_MAC_INVALID, 22, "expected a MAC address"},
        {"mac 52:54:00:12:34:567", false, VMNETACL_CODE_MAC_INVALID, 22, "expected the end of the MAC address"},
        {"mac 52-54-00-12-34-56", false, VMNETACL_CODE_MAC_INVALID, 7, "six pairs"},
        {"mac 5:54:00:12:34:56", false, VMNETACL_CODE_MAC_INVALID, 6, "six pairs"},
        {"mac 52:54:00:12:34:g6", false, VMNETACL_CODE_MAC_INVALID, 20, "six pairs"},
        {"mac 00:00:00:00:00:00", false, VMNETACL_CODE_MAC_INVALID, 5, "all zero"},
        {"mac 01:00:5e:00:00:01", false, VMNETACL_CODE_MAC_INVALID, 5, "for a group of cards"},
        {"mac ff:ff:ff:ff:ff:ff", false, VMNETACL_CODE_MAC_INVALID, 5, "for a group of cards"},
        {"tap", false, VMNETACL_CODE_TAP_INVALID, 4, "missing name of the tap, such as vm%d"},
        {"tap vm%", false, VMNETACL_CODE_TAP_INVALID, 7, "after '%' comes d"},
        {"tap vm%s", false, VMNETACL_CODE_TAP_INVALID, 7, "after '%' comes d"},
        {"tap vm%%d", false, VMNETACL_CODE_TAP_INVALID, 7, "after '%' comes d"},
        {"tap vm%d%d", false, VMNETACL_CODE_TAP_INVALID, 9, "at most one %d and one %u"},
        {"tap v%u-%u", false, VMNETACL_CODE_TAP_INVALID, 9, "at most one %d and one %u"},
        {"tap v%u%d", false, VMNETACL_CODE_TAP_INVALID, 6, "as in vm%u-%d"},
        {"tap v%d%u", false, VMNETACL_CODE_TAP_INVALID, 8, "as in vm%u-%d"},
        {"tap v1%u", false, VMNETACL_CODE_TAP_INVALID, 7, "as in vm%u-%d"},
        {"tap %u0", false, VMNETACL_CODE_TAP_INVALID, 5, "as in vm%u-%d"},
        {"tap a/b", false, VMNETACL_CODE_TAP_INVALID, 6, "cannot contain this"},
        {"tap a:b", false, VMNETACL_CODE_TAP_INVALID, 6, "cannot contain this"},
        {"tap vm*", false, VMNETACL_CODE_TAP_INVALID, 7, "cannot contain this"},
        {"tap 12345678901234%d", false, VMNETACL_CODE_TAP_INVALID, 20, "at most 15 bytes"},
        {"tap 1234567890123456", false, VMNETACL_CODE_TAP_INVALID, 20, "at most 15 bytes"},
        {"tap ..", false, VMNETACL_CODE_TAP_INVALID, 5, "no interface can have this name"},
        {"tap all", false, VMNETACL_CODE_TAP_INVALID, 5, "no interface can have this name"},
        {"tap default", false, VMNETACL_CODE_TAP_INVALID, 5, "no interface can have this name"},
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
    const struct vmnetacl_grant grant = {.options = VMNETACL_OPTION_LIMIT | FLAG | LANE};
    const struct vmnetacl_grant none = {.options = 0};
    struct vmnetacl_option option;

    (void)state;
    assert_string_equal(options_find_unenforced(&grant, 0)->message, "limit");
    assert_string_equal(options_find_unenforced(&grant, VMNETACL_OPTION_LIMIT)->message, "flag");
    assert_string_equal(options_find_unenforced(&grant, VMNETACL_OPTION_LIMIT | FLAG)->message, "lane");
    assert_null(options_find_unenforced(&grant, VMNETACL_OPTIONS_ALL));
    assert_null(options_find_unenforced(&none, 0));
    assert_false(vmnetacl_option_at(NULL, 0, &option));
}

/* From a rule's text to its text: nothing else of the library knows the options. */
static void test_options_of_a_rule_through_the_library(void **state)
{
    static const char text[] = "allow uid 1000 bridge br* lane 7 flag mac 52:54:00:00:00:AA";
    const struct vmnetacl_buffer buffer = {.source = "files", .path = "/f", .text = text, .text_len = strlen(text)};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct vmnetacl_caller caller = {.uid = 1000, .enforces = FLAG};
    struct vmnetacl_decision decision;
    struct vmnetacl_policy *policy;
    struct vmnetacl_rules *rules;

    (void)state;
    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_rules_open(policy, &rules), VMNETACL_OK);
    assert_string_equal(vmnetacl_rules_next(rules)->text,
                        "allow uid 1000 bridge br* flag lane 7 mac 52:54:00:00:00:aa");
    vmnetacl_rules_close(rules);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), VMNETACL_UNAVAIL);
    assert_string_equal(decision.error->message, "lane");
    caller.enforces = FLAG | LANE | VMNETACL_OPTION_MAC;
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), VMNETACL_ALLOW);
    assert_int_equal(decision.grant.options, FLAG | LANE | VMNETACL_OPTION_MAC);
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
