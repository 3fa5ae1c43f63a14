/* SPDX-License-Identifier: MIT */
/* switch.conf: its grammar, and what an entry of its table means. */
#include "switch_conf.h"
#include "texts.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

/* One line, in memory of just its size. */
static enum vmnetacl_status parse(const char *text, struct switch_table *table, struct vmnetacl_error *error)
{
    size_t len = strlen(text);
    char *copy = malloc(len > 0 ? len : 1);
    struct lines lines;
    enum vmnetacl_status status;

    assert_non_null(copy);
    memcpy(copy, text, len);
    *table = (struct switch_table){.count = 0};
    lines_start(&lines, "/s", copy, len);
    status = switch_parse_line(&lines, table, error);
    free(copy);
    return status;
}

static void test_switch_parse_line_valid_table(void **state)
{
    static const struct {
        const char *input;
        const char *want; /* a letter a source; after it a: ALLOW returns, n: NOTFOUND returns, u: UNAVAIL continues */
    } rows[] = {
        {SWITCH_DEFAULT, "f q "},
        {"acl: qemu files", "q f "},
        {"acl: files", "f "},
        {"acl:\tqemu\t", "q "},
        {" acl: \f files \r qemu\r", "f q "},
        {"acl: files[ALLOW=return]qemu", "fa q "},
        {"acl: files [ALLOW=continue] qemu", "f q "},
        {"acl: files [SUCCESS=return] qemu", "fa q "},
        {"acl: files [success=Return]qemu", "fa q "},
        {"acl: files [SuCcEsS=CONTINUE] qemu", "f q "},
        {"acl: files [NOTFOUND=return] qemu", "fn q "},
        {"acl: files [notfound=continue] qemu", "f q "},
        {"acl: files [UNAVAIL=continue] qemu", "fu q "},
        {"acl: files [unavail=return] qemu [UNAVAIL=continue]", "f qu "},
        {"acl: files [DENY=return TRYAGAIN=return] qemu", "f q "},
        {"acl: files [ deny = return\ttryagain =return ] qemu", "f q "},
        {"acl: files [ALLOW=return NOTFOUND=return UNAVAIL=continue DENY=return TRYAGAIN=return]qemu", "fanu q "},
        {"acl: files [\fUNAVAIL\r=\tcontinue\f]\tqemu", "fu q "},
        {" \t", ""},
        {"# acl: files", ""},
        {"\t#acl: nis", ""},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct switch_table table;
        struct vmnetacl_error error;
        char got[32] = "";
        if (parse(rows[i].input, &table, &error) != VMNETACL_OK)
            fail_msg("%s: %u: %s", rows[i].input, error.column, error.message);
        for (size_t j = 0; j < table.count; j++) {
            const struct switch_entry *entry = &table.entries[j];
            strcat(got, entry->source == &source_files ? "f" : entry->source == &source_qemu ? "q" : "?");
            strcat(got, entry->returns_on_allow ? "a" : "");
            strcat(got, entry->returns_on_notfound ? "n" : "");
            strcat(got, entry->continues_on_unavail ? "u" : "");
            strcat(got, " ");
        }
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: want '%s', got '%s'", rows[i].input, rows[i].want, got);
    }
}

static void test_switch_parse_line_invalid_error_at_its_column(void **state)
{
    static const struct {
        const char *input;
        enum vmnetacl_code code;
        unsigned column;
    } rows[] = {
        {"files qemu", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"  acl files", VMNETACL_CODE_KEYWORD_UNKNOWN, 3},
        {"acl : files", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"ACL: files", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"acl:files", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"passwd: files", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"acl:", VMNETACL_CODE_SOURCE_MISSING, 5},
        {" acl: \t", VMNETACL_CODE_SOURCE_MISSING, 6},
        {"acl: nis", VMNETACL_CODE_SOURCE_UNKNOWN, 6},
        {"acl: Files", VMNETACL_CODE_SOURCE_UNKNOWN, 6},
        {"acl: filesx", VMNETACL_CODE_SOURCE_UNKNOWN, 6},
        {"acl: file", VMNETACL_CODE_SOURCE_UNKNOWN, 6},
        {"acl: files 7", VMNETACL_CODE_SOURCE_UNKNOWN, 12},
        {"acl: files # qemu", VMNETACL_CODE_SOURCE_UNKNOWN, 12},
        {"acl: files ] qemu", VMNETACL_CODE_SOURCE_UNKNOWN, 12},
        {"acl: [NOTFOUND=return] files", VMNETACL_CODE_SOURCE_UNKNOWN, 6},
        {"acl: files, qemu", VMNETACL_CODE_SOURCE_UNKNOWN, 11},
        {"acl: files files", VMNETACL_CODE_SOURCE_REPEATED, 12},
        {"acl: files qemu [UNAVAIL=continue] files", VMNETACL_CODE_SOURCE_REPEATED, 36},
        {"acl: files [", VMNETACL_CODE_ACTION_INVALID, 13},
        {"acl: files []", VMNETACL_CODE_ACTION_INVALID, 13},
        {"acl: files [ ] qemu", VMNETACL_CODE_ACTION_INVALID, 14},
        {"acl: files [UNAVAIL=continue", VMNETACL_CODE_ACTION_INVALID, 29},
        {"acl: files [UNAVAIL=continue qemu", VMNETACL_CODE_ACTION_INVALID, 30},
        {"acl: files [UNAVAIL]", VMNETACL_CODE_ACTION_INVALID, 20},
        {"acl: files [UNAVAIL", VMNETACL_CODE_ACTION_INVALID, 20},
        {"acl: files [UNAVAIL=]", VMNETACL_CODE_ACTION_INVALID, 21},
        {"acl: files [UNAVAIL=", VMNETACL_CODE_ACTION_INVALID, 21},
        {"acl: files [UNAVAIL==return]", VMNETACL_CODE_ACTION_INVALID, 21},
        {"acl: files [UNAVAIL=stop]", VMNETACL_CODE_ACTION_INVALID, 21},
        {"acl: files [NOTFOUND=merge]", VMNETACL_CODE_ACTION_INVALID, 22},
        {"acl: files [SUCCESS=merge] qemu", VMNETACL_CODE_ACTION_INVALID, 21},
        {"acl: files [SUCCESS=MERGE] qemu", VMNETACL_CODE_ACTION_INVALID, 21},
        {"acl: files [!UNAVAIL=return]", VMNETACL_CODE_ACTION_INVALID, 13},
        {"acl: files [! UNAVAIL=return]", VMNETACL_CODE_ACTION_INVALID, 13},
        {"acl: files [=return]", VMNETACL_CODE_ACTION_INVALID, 13},
        {"acl: files [UNAVAILABLE=return]", VMNETACL_CODE_ACTION_INVALID, 13},
        {"acl: files [ALLOWED=return]", VMNETACL_CODE_ACTION_INVALID, 13},
        {"acl: files [[UNAVAIL=return]]", VMNETACL_CODE_ACTION_INVALID, 13},
        {"acl: files [UNAVAIL=return]] qemu", VMNETACL_CODE_SOURCE_UNKNOWN, 28},
        {"acl: files [UNAVAIL=return,NOTFOUND=return]", VMNETACL_CODE_ACTION_INVALID, 27},
        {"acl: files [UNAVAIL=return] [NOTFOUND=return] qemu", VMNETACL_CODE_SOURCE_UNKNOWN, 29},
        {"acl: files [UNAVAIL=continueNOTFOUND=return]", VMNETACL_CODE_ACTION_INVALID, 21},
        {"acl: files [DENY=continue] qemu", VMNETACL_CODE_ACTION_FORBIDDEN, 18},
        {"acl: files [TRYAGAIN=continue] qemu", VMNETACL_CODE_ACTION_FORBIDDEN, 22},
        {"acl: files [tryagain=Continue] qemu", VMNETACL_CODE_ACTION_FORBIDDEN, 22},
        {"acl: files [NOTFOUND=return NOTFOUND=return]", VMNETACL_CODE_ACTION_REPEATED, 29},
        {"acl: files [ALLOW=return SUCCESS=continue]", VMNETACL_CODE_ACTION_REPEATED, 26},
        {"acl: files [DENY=return deny=return]", VMNETACL_CODE_ACTION_REPEATED, 25},
        {"log:", VMNETACL_CODE_ACTION_INVALID, 5},
        {"log: no", VMNETACL_CODE_ACTION_INVALID, 6},
        {"log: Required", VMNETACL_CODE_ACTION_INVALID, 6},
        {"log: required acl: files", VMNETACL_CODE_ACTION_INVALID, 15},
        {"Log: required", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"log : required", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"network:", VMNETACL_CODE_ACTION_INVALID, 9},
        {"network: all", VMNETACL_CODE_ACTION_INVALID, 10},
        {"network: ANY", VMNETACL_CODE_ACTION_INVALID, 10},
        {"network: anyone", VMNETACL_CODE_ACTION_INVALID, 10},
        {"network: any any", VMNETACL_CODE_ACTION_INVALID, 14},
        {"network: any # all", VMNETACL_CODE_ACTION_INVALID, 14},
        {"Network: any", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"network : any", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"network:any", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
        {"networks: any", VMNETACL_CODE_KEYWORD_UNKNOWN, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct switch_table table;
        struct vmnetacl_error error;
        if (parse(rows[i].input, &table, &error) != VMNETACL_UNAVAIL)
            fail_msg("%s: not refused", rows[i].input);
        if (error.code != rows[i].code || error.column != rows[i].column)
            fail_msg("%s: got %u: %s", rows[i].input, error.column, vmnetacl_code_name(error.code));
        assert_int_equal(error.line, 1);
        assert_string_equal(error.file, "/s");
        assert_string_not_equal(error.message, "");
    }
}

static void test_parse_line_log_required(void **state)
{
    static const char text[] = "log: required\n \tlog:\trequired\r\n";
    struct switch_table table = {.count = 0};
    struct vmnetacl_error error;
    struct lines lines;

    (void)state;
    lines_start(&lines, "/s", text, sizeof text - 1);
    assert_int_equal(switch_parse_line(&lines, &table, &error), VMNETACL_OK);
    assert_true(table.requires_log);
    assert_int_equal(table.count, 0);
    assert_int_equal(switch_parse_line(&lines, &table, &error), VMNETACL_UNAVAIL); /* twice */
    assert_int_equal(error.code, VMNETACL_CODE_SWITCH_SECOND);
    assert_int_equal(error.line, 2);
    table = (struct switch_table){.count = 0};
    lines_start(&lines, "/s", text + 14, sizeof text - 1 - 14);
    assert_int_equal(switch_parse_line(&lines, &table, &error), VMNETACL_OK);
    assert_true(table.requires_log);
}

/* A program that makes no records gets no ALLOW when each grant must have one. */
static void test_decide_log_required_only_for_who_logs(void **state)
{
    struct texts texts = {.switch_text = "acl: files\nlog: required\n",
                          .files = "allow all bridge a\ndeny all bridge b\n"};
    struct vmnetacl_caller caller = {.uid = 1};
    struct vmnetacl_decision decision;
    struct vmnetacl_policy *policy = texts_policy(&texts);

    (void)state;
    assert_true(vmnetacl_requires_log(policy));
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "a", &decision), VMNETACL_UNAVAIL);
    assert_int_equal(decision.error->code, VMNETACL_CODE_OPTION_UNENFORCED);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "b", NULL), VMNETACL_DENY);
    caller.enforces = VMNETACL_ENFORCES_LOG;
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "a", NULL), VMNETACL_ALLOW);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "b", NULL), VMNETACL_DENY);
    vmnetacl_free(policy);
    texts.switch_text = "acl: files\n";
    policy = texts_policy(&texts);
    assert_false(vmnetacl_requires_log(policy));
    assert_false(vmnetacl_requires_log(NULL));
    caller.enforces = 0;
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "a", NULL), VMNETACL_ALLOW);
    vmnetacl_free(policy);
}

static void test_parse_line_network_any(void **state)
{
    static const char text[] = "network: any\n \tnetwork:\tany \r\n";
    struct switch_table table = {.count = 0};
    struct vmnetacl_error error;
    struct lines lines;

    (void)state;
    lines_start(&lines, "/s", text, sizeof text - 1);
    assert_int_equal(switch_parse_line(&lines, &table, &error), VMNETACL_OK);
    assert_true(table.permits_any_network);
    assert_false(table.requires_log);
    assert_int_equal(table.count, 0);
    assert_int_equal(switch_parse_line(&lines, &table, &error), VMNETACL_UNAVAIL); /* twice */
    assert_int_equal(error.code, VMNETACL_CODE_SWITCH_SECOND);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 3);
    table = (struct switch_table){.count = 0};
    lines_start(&lines, "/s", text + 13, sizeof text - 1 - 13);
    assert_int_equal(switch_parse_line(&lines, &table, &error), VMNETACL_OK);
    assert_true(table.permits_any_network);
}

/* Only the service asks for it: no verdict depends on the line. Nothing but the line itself says so. */
static void test_permits_any_network_only_with_its_line(void **state)
{
    static const struct {
        const char *switch_text;
        bool want;
    } rows[] = {
        {NULL, false},
        {"acl: files\n", false},
        {"acl: files\n#network: any\n", false},
        {"acl: files\nlog: required\n", false},
        {"acl: files\nnetwork: any\n", true},
        {"network: any\nlog: required\nacl: files", true},
    };
    const struct vmnetacl_caller caller = {.uid = 1, .enforces = VMNETACL_ENFORCES_LOG};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct texts texts = {.switch_text = rows[i].switch_text,
                                    .files = "allow all bridge a\ndeny all bridge b\n"};
        struct vmnetacl_policy *policy = texts_policy(&texts);
        assert_int_equal(vmnetacl_permits_any_network(policy), rows[i].want);
        assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "a", NULL), VMNETACL_ALLOW);
        assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "b", NULL), VMNETACL_DENY);
        vmnetacl_free(policy);
    }
    assert_false(vmnetacl_permits_any_network(NULL));
}

/* A whole file, as it is loaded. */
static void test_load_from_switch_whole_file(void **state)
{
    static const struct {
        const char *input;
        const char *want; /* the sources in their order; or what is wrong */
    } rows[] = {
        {NULL, "files qemu "},
        {"acl: qemu files\n", "qemu files "},
        {"# sources\n\n \nacl: qemu", "qemu "},
        {"acl: files\r\n# end\r\n", "files "},
        {"", "switch-empty 0:0"},
        {"\n\n# acl: files\n", "switch-empty 0:0"},
        {"acl: files\nacl: files\n", "switch-second 2:1"},
        {"acl: files\n\n  acl: qemu\n", "switch-second 3:3"},
        {"network: any\nacl: files\nnetwork: any\n", "switch-second 3:1"},
        {"network: any\nlog: required\n", "switch-empty 0:0"},
        {"acl: files\npasswd: files\n", "keyword-unknown 2:1"},
        {"\nacl: files [UNAVAIL=go] qemu\n", "action-invalid 2:21"},
        {"#\n#\nacl: db\n", "source-unknown 3:6"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct texts texts = {.switch_text = rows[i].input};
        struct vmnetacl_policy *policy;
        struct vmnetacl_error error;
        struct vmnetacl_source source;
        char got[64] = "";
        enum vmnetacl_status status = texts_load(&texts, &policy, &error);
        for (size_t j = 0; vmnetacl_source_at(policy, j, &source); j++) {
            strcat(got, source.name);
            strcat(got, " ");
        }
        if (status != VMNETACL_OK) {
            assert_int_equal(status, VMNETACL_UNAVAIL);
            assert_string_equal(error.file, TEXTS_SWITCH);
            (void)snprintf(got, sizeof got, "%s %u:%u", vmnetacl_code_name(error.code), error.line, error.column);
        }
        assert_string_equal(got, rows[i].want);
        vmnetacl_free(policy);
    }
}

static void test_load_from_switch_limits_kept(void **state)
{
    static char text[VMNETACL_FILE_MAX + 2];
    struct texts texts = {.switch_text = text};
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;

    (void)state;
    memset(text, '\n', VMNETACL_FILE_MAX);
    memcpy(text, SWITCH_DEFAULT, strlen(SWITCH_DEFAULT));
    assert_int_equal(texts_load(&texts, &policy, &error), VMNETACL_OK);
    vmnetacl_free(policy);
    text[VMNETACL_FILE_MAX] = '\n';
    assert_int_equal(texts_load(&texts, &policy, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.code, VMNETACL_CODE_FILE_LARGE);
    memset(text, ' ', VMNETACL_LINE_MAX);
    memcpy(text, SWITCH_DEFAULT, strlen(SWITCH_DEFAULT));
    text[VMNETACL_LINE_MAX] = '\0';
    assert_int_equal(texts_load(&texts, &policy, &error), VMNETACL_OK);
    vmnetacl_free(policy);
    text[VMNETACL_LINE_MAX] = ' ';
    text[VMNETACL_LINE_MAX + 1] = '\0';
    assert_int_equal(texts_load(&texts, &policy, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.code, VMNETACL_CODE_LINE_LONG);
    assert_int_equal(error.column, 1024);
}

/* What the entries mean, end to end. test_question.c has every combination. */
static void test_decide_switch_actions_obeyed(void **state)
{
    static const struct {
        const char *name;
        struct texts input;
        enum vmnetacl_status want;
        const char *want_file;
        bool degraded;
    } rows[] = {
        {"a deny after an allow counts",
         {"acl: files qemu", "allow all bridge b", "deny b"},
         VMNETACL_DENY,
         TEXTS_QEMU,
         false},
        {"but not after one that returns",
         {"acl: files [ALLOW=return] qemu", "allow all bridge b", "deny b"},
         VMNETACL_ALLOW,
         TEXTS_FILES,
         false},
        {"nor does an error",
         {"acl: files [SUCCESS=return] qemu", "allow all bridge b", "x"},
         VMNETACL_ALLOW,
         TEXTS_FILES,
         false},
        {"a return is for its own status",
         {"acl: files [ALLOW=return] qemu", "", "allow b"},
         VMNETACL_ALLOW,
         TEXTS_QEMU,
         false},
        {"nothing found, and on", {"acl: files qemu", "", "allow b"}, VMNETACL_ALLOW, TEXTS_QEMU, false},
        {"nothing found, and no further",
         {"acl: files [NOTFOUND=return] qemu", "", "allow b"},
         VMNETACL_NOTFOUND,
         NULL,
         false},
        {"no file, and no further",
         {"acl: files [NOTFOUND=return] qemu", NULL, "allow b"},
         VMNETACL_NOTFOUND,
         NULL,
         false},
        {"an error ends it", {"acl: files qemu", "x", "allow b"}, VMNETACL_UNAVAIL, NULL, false},
        {"an error is passed",
         {"acl: files [UNAVAIL=continue] qemu", "x", "allow b"},
         VMNETACL_ALLOW,
         TEXTS_QEMU,
         true},
        {"an error is passed to a deny",
         {"acl: files [UNAVAIL=continue] qemu", "x", "deny b"},
         VMNETACL_DENY,
         TEXTS_QEMU,
         true},
        {"an error is passed to nothing",
         {"acl: files [UNAVAIL=continue] qemu", "x", ""},
         VMNETACL_NOTFOUND,
         NULL,
         true},
        {"two errors, one passed", {"acl: files [UNAVAIL=continue] qemu", "x", "x"}, VMNETACL_UNAVAIL, NULL, true},
        {"all is passed",
         {"acl: files [UNAVAIL=continue] qemu [UNAVAIL=continue]", "x", "x"},
         VMNETACL_NOTFOUND,
         NULL,
         true},
        {"an error after an allow ends it",
         {"acl: files qemu", "allow all bridge b", "x"},
         VMNETACL_UNAVAIL,
         NULL,
         false},
    };
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 7};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = texts_policy(&rows[i].input);
        struct vmnetacl_decision decision;
        (void)vmnetacl_decide(policy, &caller, NULL, "b", &decision);
        if (decision.verdict != rows[i].want || decision.degraded != rows[i].degraded)
            fail_msg("%s: %s, degraded %d", rows[i].name, vmnetacl_status_name(decision.verdict), decision.degraded);
        if (rows[i].want_file == NULL)
            assert_null(decision.rule.file);
        else
            assert_string_equal(decision.rule.file, rows[i].want_file);
        assert_int_equal(decision.error != NULL, decision.degraded || decision.verdict == VMNETACL_UNAVAIL);
        vmnetacl_free(policy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switch_parse_line_valid_table),
        cmocka_unit_test(test_switch_parse_line_invalid_error_at_its_column),
        cmocka_unit_test(test_parse_line_log_required),
        cmocka_unit_test(test_decide_log_required_only_for_who_logs),
        cmocka_unit_test(test_parse_line_network_any),
        cmocka_unit_test(test_permits_any_network_only_with_its_line),
        cmocka_unit_test(test_load_from_switch_whole_file),
        cmocka_unit_test(test_load_from_switch_limits_kept),
        cmocka_unit_test(test_decide_switch_actions_obeyed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
