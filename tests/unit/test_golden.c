/* SPDX-License-Identifier: MIT */
/*
 * Golden files, of three kinds: golden/qemu is bridge.conf, golden/files a file of rules.d, golden/switch switch.conf.
 *
 * valid/WHAT.conf or .rules has beside it WHAT.expected, with lines "BRIDGE VERDICT [LINE:COLUMN] [limit N]"; of a
 * switch "SOURCE STATUS=ACTION..." for each source. invalid/WHAT has one line "LINE:COLUMN: CODE". Who asks is alice,
 * uid 1000, in the groups own (100) and wheel (10); the user database has him in the group shed (30) as well.
 */
#include "fake_names.h"
#include "policy.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH "/golden"

static const struct fake_account accounts[] = {{false, "alice", 1000, false}, {false, "bob", 1001, false},
                                               {true, "own", 100, false},     {true, "wheel", 10, false},
                                               {true, "shed", 30, true},      {true, "kvm", 40, false}};
static const gid_t groups[] = {10};
static const struct vmnetacl_caller caller = {
    .enforces = VMNETACL_OPTIONS_ALL, .uid = 1000, .gid = 100, .groups = groups, .groups_count = 1};

/* What is being looked at, for messages. */
static const char *kind;
static char name[256];

/* A file whole, in memory of just its size. */
static char *read_golden(const char *directory, const char *suffix, size_t *len)
{
    char path[4096];
    char *text = malloc(65536);
    ssize_t count;
    int fd;

    assert_non_null(text);
    assert_in_range(snprintf(path, sizeof path, GOLDEN "/%s/%s/%s%s", kind, directory, name, suffix), 1,
                    sizeof path - 1);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_msg("%s is missing", path);
    count = read(fd, text, 65536);
    assert_in_range(count, 0, 65535);
    assert_int_equal(close(fd), 0);
    *len = (size_t)count;
    text = realloc(text, *len > 0 ? *len : 1);
    assert_non_null(text);
    return text;
}

static const char *suffix_of_kind(void)
{
    return strcmp(kind, "files") == 0 ? ".rules" : ".conf";
}

static int is_golden(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, suffix_of_kind()) == 0;
}

/* The policy of the file, which is the only one of its kind. NULL: error is filled in. */
static struct vmnetacl_policy *load(const char *directory, struct vmnetacl_error *error)
{
    static const char only_files[] = "acl: files";
    static const char only_qemu[] = "acl: qemu";
    const char *other = strcmp(kind, "files") == 0 ? only_files : only_qemu;
    struct vmnetacl_buffer buffers[2] = {{.source = kind, .path = PATH},
                                         {.source = "switch", .path = "/s", .text = other, .text_len = strlen(other)}};
    const struct vmnetacl_origin origin = {.buffers = buffers,
                                           .buffers_count = strcmp(kind, "switch") == 0 ? 1 : COUNT_OF(buffers)};
    struct vmnetacl_policy *policy;
    struct vmnetacl_source source;
    char *text = read_golden(directory, suffix_of_kind(), &buffers[0].text_len);

    buffers[0].text = text;
    if (vmnetacl_load_from(&origin, &policy, error) != VMNETACL_OK)
        assert_null(policy);
    free(text);
    if (policy != NULL && vmnetacl_source_at(policy, 0, &source) && source.error != NULL) {
        assert_int_equal(source.status, VMNETACL_UNAVAIL);
        *error = *source.error;
        vmnetacl_free(policy);
        policy = NULL;
    }
    return policy;
}

/* Each file of a directory in its turn: check compares it with what is expected. */
static void check_directory(const char *of_kind, const char *directory, int wanted_count,
                            void (*check)(const char *directory, char *expected))
{
    struct dirent **entries;
    char path[4096];
    int count;

    kind = of_kind;
    assert_in_range(snprintf(path, sizeof path, GOLDEN "/%s/%s", kind, directory), 1, sizeof path - 1);
    count = scandir(path, &entries, is_golden, alphasort);
    assert_in_range(count, wanted_count, 1000);
    for (int i = 0; i < count; i++) {
        char *text;
        char *expected;
        size_t len;
        assert_in_range(snprintf(name, sizeof name, "%s", entries[i]->d_name), 1, sizeof name - 1);
        *strrchr(name, '.') = '\0';
        text = read_golden(directory, ".expected", &len);
        expected = strndup(text, len);
        assert_non_null(expected);
        check(directory, expected);
        free(expected);
        free(text);
        free(entries[i]);
    }
    free(entries);
}

static void check_line(const struct vmnetacl_policy *policy, const struct vmnetacl_names *names, const char *line)
{
    struct vmnetacl_decision decision;
    char bridge[64];
    char limit[32] = "";
    char got[192];

    assert_int_equal(sscanf(line, "%63s", bridge), 1);
    (void)vmnetacl_decide(policy, &caller, names, bridge, &decision);
    if (decision.grant.limit != 0)
        (void)snprintf(limit, sizeof limit, " limit %u", decision.grant.limit);
    if (decision.verdict == VMNETACL_NOTFOUND)
        (void)snprintf(got, sizeof got, "%s notfound", bridge);
    else
        (void)snprintf(got, sizeof got, "%s %s %u:%u%s", bridge, vmnetacl_status_name(decision.verdict),
                       decision.rule.line, decision.rule.column, limit);
    if (strcmp(got, line) != 0)
        fail_msg("%s: want '%s', got '%s'", name, line, got);
}

static void check_valid(const char *directory, char *expected)
{
    struct vmnetacl_error error;
    struct vmnetacl_policy *policy = load(directory, &error);
    struct vmnetacl_names *names;
    char *rest = NULL;

    if (policy == NULL)
        fail_msg("%s: %u:%u: %s: %s", name, error.line, error.column, vmnetacl_code_name(error.code), error.message);
    fake_names_start(accounts, COUNT_OF(accounts));
    assert_int_equal(vmnetacl_resolve(policy, &caller, NULL, 0, &names, NULL), VMNETACL_OK);
    for (char *line = strtok_r(expected, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        check_line(policy, names, line);
    vmnetacl_names_free(names);
    vmnetacl_free(policy);
}

static void check_switch(const char *directory, char *expected)
{
    struct vmnetacl_error error;
    struct vmnetacl_policy *policy = load(directory, &error);
    char got[512] = "";

    if (policy == NULL)
        fail_msg("%s: %u:%u: %s: %s", name, error.line, error.column, vmnetacl_code_name(error.code), error.message);
    for (size_t i = 0; i < policy->sources_count; i++) {
        const struct switch_entry *entry = &policy->sources[i].entry;
        (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s ALLOW=%s NOTFOUND=%s UNAVAIL=%s\n",
                       entry->source->name, entry->returns_on_allow ? "return" : "continue",
                       entry->returns_on_notfound ? "return" : "continue",
                       entry->continues_on_unavail ? "continue" : "return");
    }
    if (strcmp(got, expected) != 0)
        fail_msg("%s: want '%s', got '%s'", name, expected, got);
    vmnetacl_free(policy);
}

static void check_invalid(const char *directory, char *expected)
{
    struct vmnetacl_error error;
    char got[128];

    if (load(directory, &error) != NULL)
        fail_msg("%s: not UNAVAIL", name);
    (void)snprintf(got, sizeof got, "%u:%u: %s\n", error.line, error.column, vmnetacl_code_name(error.code));
    if (strcmp(got, expected) != 0)
        fail_msg("%s: want '%s', got '%s'", name, expected, got);
    assert_string_equal(error.file, PATH);
    assert_string_not_equal(error.message, "");
}

static void test_load_golden_valid_decided(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    check_directory("qemu", "valid", 20, check_valid);
    check_directory("files", "valid", 18, check_valid);
    check_directory("switch", "valid", 7, check_switch);
}

static void test_load_golden_invalid_error_in_place(void **state)
{
    (void)state;
    check_directory("qemu", "invalid", 34, check_invalid);
    check_directory("files", "invalid", 33, check_invalid);
    check_directory("switch", "invalid", 21, check_invalid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_golden_valid_decided),
        cmocka_unit_test(test_load_golden_invalid_error_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
