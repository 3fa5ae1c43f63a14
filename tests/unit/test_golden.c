/* SPDX-License-Identifier: MIT */
/*
 * Golden files. golden/valid/WHAT.conf has beside it WHAT.expected with lines "BRIDGE VERDICT [LINE:COLUMN]";
 * golden/invalid/WHAT.conf has one line "LINE:COLUMN: CODE".
 */
#include "scratch.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONF SCRATCH "/bridge.conf"

static size_t read_golden(const char *folder, const char *name, const char *suffix, char *text, size_t text_size)
{
    char path[4096];
    int fd;
    ssize_t len;

    assert_in_range(snprintf(path, sizeof path, GOLDEN "/%s/%s%s", folder, name, suffix), 1, sizeof path - 1);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_msg("%s is missing", path);
    len = read(fd, text, text_size - 1);
    assert_in_range(len, 0, text_size - 2);
    assert_int_equal(close(fd), 0);
    text[len] = '\0';
    return (size_t)len;
}

static int is_conf(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, ".conf") == 0;
}

/* Put each .conf of a folder into place, and let check compare it with what is expected. */
static void check_folder(const char *folder, int wanted_count, void (*check)(const char *name, char *expected))
{
    struct dirent **entries;
    char path[4096];
    char text[16384];
    char expected[4096];
    int count;

    assert_in_range(snprintf(path, sizeof path, GOLDEN "/%s", folder), 1, sizeof path - 1);
    count = scandir(path, &entries, is_conf, alphasort);
    assert_in_range(count, wanted_count, 1000);
    for (int i = 0; i < count; i++) {
        char *name = entries[i]->d_name;
        size_t len;
        *strrchr(name, '.') = '\0';
        len = read_golden(folder, name, ".conf", text, sizeof text);
        scratch_write_bytes(CONF, text, len);
        (void)read_golden(folder, name, ".expected", expected, sizeof expected);
        check(name, expected);
        free(entries[i]);
    }
    free(entries);
}

static void check_valid(const char *name, char *expected)
{
    const struct vmnetacl_caller caller = {.uid = 1000, .gid = 1000};
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;
    char *rest = NULL;

    if (scratch_load(CONF, &policy, &error) != VMNETACL_OK)
        fail_msg("%s: %u:%u: %s: %s", name, error.line, error.column, vmnetacl_code_name(error.code), error.message);
    for (char *line = strtok_r(expected, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        struct vmnetacl_decision decision;
        char bridge[64];
        char got[128];
        assert_int_equal(sscanf(line, "%63s", bridge), 1);
        (void)vmnetacl_decide(policy, &caller, NULL, bridge, &decision);
        if (decision.verdict == VMNETACL_NOTFOUND)
            (void)snprintf(got, sizeof got, "%s notfound", bridge);
        else
            (void)snprintf(got, sizeof got, "%s %s %u:%u", bridge, vmnetacl_status_name(decision.verdict),
                           decision.rule.line, decision.rule.column);
        if (strcmp(got, line) != 0)
            fail_msg("%s: want '%s', got '%s'", name, line, got);
    }
    vmnetacl_free(policy);
}

static void check_invalid(const char *name, char *expected)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;
    char got[128];

    if (scratch_load(CONF, &policy, &error) != VMNETACL_UNAVAIL)
        fail_msg("%s: not UNAVAIL", name);
    assert_null(policy);
    (void)snprintf(got, sizeof got, "%u:%u: %s\n", error.line, error.column, vmnetacl_code_name(error.code));
    if (strcmp(got, expected) != 0)
        fail_msg("%s: want '%s', got '%s'", name, expected, got);
    assert_string_equal(error.file, CONF);
    assert_string_not_equal(error.message, "");
}

static void test_load_golden_valid_decided(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    check_folder("valid", 20, check_valid);
}

static void test_load_golden_invalid_error_in_place(void **state)
{
    (void)state;
    check_folder("invalid", 34, check_invalid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_golden_valid_decided),
        cmocka_unit_test(test_load_golden_invalid_error_in_place),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
