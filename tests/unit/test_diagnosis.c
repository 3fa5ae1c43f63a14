/* SPDX-License-Identifier: MIT */
/*
 * Why there is no privilege, with the system played by the test where it would take an installation; the real
 * installations are tested in tests/privileged.
 */
#include "child.h"
#include "diagnosis.h"
#include "message.h"
#include "unit.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sysexits.h>

struct world {
    const char *name;
    uid_t euid;
    bool has_capability; /* of the file */
    mode_t mode;
    uid_t owner;
    bool is_unknown; /* the program's file cannot be examined */
    bool no_new_privs;
    const char *uid_map;
    bool is_nosuid;
    const char *status;
    const char *want;
};

static struct world world;

uid_t __wrap_geteuid(void);
ssize_t __wrap_getxattr(const char *path, const char *name, void *value, size_t size);
int __wrap_stat(const char *path, struct stat *st);
int __wrap_statvfs(const char *path, struct statvfs *st);
int __wrap_prctl(int option, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

uid_t __wrap_geteuid(void)
{
    return world.euid;
}

ssize_t __wrap_getxattr(const char *path, const char *name, void *value, size_t size)
{
    (void)value;
    (void)size;
    CHILD_CHECK(strcmp(path, "/proc/self/exe") == 0 && strcmp(name, "security.capability") == 0);
    return world.has_capability ? 20 : -1;
}

int __wrap_stat(const char *path, struct stat *st)
{
    CHILD_CHECK(strcmp(path, "/proc/self/exe") == 0);
    *st = (struct stat){.st_mode = S_IFREG | world.mode, .st_uid = world.owner};
    return world.is_unknown ? -1 : 0;
}

int __wrap_statvfs(const char *path, struct statvfs *st)
{
    CHILD_CHECK(strcmp(path, "/proc/self/exe") == 0);
    *st = (struct statvfs){.f_flag = world.is_nosuid ? ST_NOSUID : 0};
    return 0;
}

int __wrap_prctl(int option, ...)
{
    CHILD_CHECK(option == 39); /* PR_GET_NO_NEW_PRIVS: nothing is changed */
    return world.no_new_privs;
}

/* A file in /proc is a pipe with its text; NULL: there is none. */
int __wrap_open(const char *path, int flags, ...)
{
    const char *text = strcmp(path, "/proc/self/uid_map") == 0 ? world.uid_map : world.status;
    int pair[2];

    if (strncmp(path, "/proc/self/", 11) != 0)
        return __real_open(path, flags);
    if (text == NULL)
        return -1;
    CHILD_CHECK(pipe(pair) == 0 && write(pair[1], text, strlen(text)) >= 0 && close(pair[1]) == 0);
    return pair[0];
}

static int diagnose(const void *row)
{
    world = *(const struct world *)row;
    if (world.uid_map != NULL && *world.uid_map == '=')
        world.uid_map = "         0          0 4294967295\n";
    die(EX_NOPERM, "no privilege: %s", diagnosis_find("/proc/self/exe"));
}

static void test_diagnosis_find_each_reason_told(void **state)
{
    static const struct world rows[] = {
        {"root", 0, false, 04755, 0, false, true, "=", true, "", "this is root without CAP_NET_ADMIN"},
        {"not setuid", 1, false, 0755, 0, false, true, "=", true, "", "is not setuid root and has no file capability"},
        {"setgid alone", 1, false, 02755, 0, false, false, "=", false, "", "is not setuid root and has no file"},
        {"no_new_privs", 1, false, 04755, 0, false, true, "=", true, "", "no_new_privs is set"},
        {"no_new_privs, capability", 1, true, 0755, 0, false, true, "=", false, "", "no_new_privs is set"},
        {"namespace", 1, false, 04755, 0, false, false, "0 1000 1\n", true, "", "inside a user namespace"},
        {"namespace of many", 1, false, 04755, 0, false, false, "0 0 65536\n", false, "", "inside a user namespace"},
        {"namespace, shifted", 1, false, 04755, 0, false, false, "1 0 4294967295\n", false, "", "a user namespace"},
        {"namespace, not mapped", 1, false, 04755, 0, false, false, "", false, "", "inside a user namespace"},
        {"namespace, no proc", 1, false, 04755, 0, false, false, NULL, false, "", "inside a user namespace"},
        {"nosuid", 1, false, 04755, 0, false, false, "=", true, "", "mounted nosuid"},
        {"nosuid, capability", 1, true, 0755, 0, false, false, "=", true, "", "mounted nosuid"},
        {"other owner", 1, false, 04755, 1000, false, false, "=", false, "", "the program is setuid"},
        {"traced", 1, false, 04755, 0, false, false, "=", false, "Name:\tx\nTracerPid:\t7\nUid:\t1\n", "is traced"},
        {"not traced", 1, false, 04755, 0, false, false, "=", false, "Name:\tx\nTracerPid:\t0\nUid:\t1\n",
         "the kernel did not grant"},
        {"no status", 1, false, 04755, 0, false, false, "=", false, NULL, "the kernel did not grant"},
        {"unknown file", 1, false, 0755, 1000, true, false, "=", true, "", "the kernel did not grant"},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        print_message("  %s\n", rows[i].name);
        child_run(diagnose, &rows[i], &result);
        child_assert_died(&result, EX_NOPERM, rows[i].want);
        assert_non_null(strstr(result.stderr_text, "no privilege: "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diagnosis_find_each_reason_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
