/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USER 4242 /* vmuser, and his group */

/* Not in SCRATCH, since that directory is at times not to be trusted. */
#define SWITCH "/run/lab/switch.conf"

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void remove_all(void)
{
    if (nftw(SCRATCH, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        assert_int_equal(errno, ENOENT);
}

void scratch_empty(void)
{
    remove_all();
    scratch_directory(SCRATCH, 0755);
}

int scratch_setup(void **state)
{
    (void)state;
    if (geteuid() != 0 || access("/run/lab", W_OK) != 0) {
        print_error("this test runs as root in the laboratory: sh tests/lab/lab.sh PROGRAM\n");
        return -1;
    }
    (void)alarm(1000); /* what hangs, such as the open of a FIFO, ends the program */
    scratch_write(SWITCH, "acl: qemu\n");
    scratch_empty();
    return 0;
}

int scratch_teardown(void **state)
{
    (void)state;
    scratch_as_root();
    remove_all();
    return 0;
}

void scratch_write_bytes(const char *path, const char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(fchmod(fd, 0644), 0);
    assert_int_equal(close(fd), 0);
}

void scratch_write(const char *path, const char *text)
{
    scratch_write_bytes(path, text, strlen(text));
}

void scratch_directory(const char *path, mode_t mode)
{
    assert_int_equal(mkdir(path, mode), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* A source that failed is to its tests what a load that failed is. */
static enum vmnetacl_status take_failure(struct vmnetacl_policy **policy, struct vmnetacl_error *error)
{
    struct vmnetacl_source source;
    enum vmnetacl_status status;

    assert_true(vmnetacl_source_at(*policy, 0, &source));
    status = source.status;
    if (source.error == NULL)
        return VMNETACL_OK;
    if (error != NULL)
        *error = *source.error;
    vmnetacl_free(*policy);
    *policy = NULL;
    return status;
}

enum vmnetacl_status scratch_load(const char *path, struct vmnetacl_policy **policy, struct vmnetacl_error *error)
{
    const struct vmnetacl_origin origin = {.switch_path = SWITCH, .qemu_path = path};
    enum vmnetacl_status status = vmnetacl_load_from(&origin, policy, error);

    return status == VMNETACL_OK ? take_failure(policy, error) : status;
}

enum vmnetacl_status scratch_decide(const char *path, const char *bridge)
{
    gid_t groups[64];
    int count = getgroups(64, groups);
    const struct vmnetacl_caller caller = {.uid = geteuid(),
                                           .gid = getegid(),
                                           .groups = groups,
                                           .groups_count = (size_t)count,
                                           .enforces = VMNETACL_OPTIONS_ALL};
    struct vmnetacl_policy *policy;
    enum vmnetacl_status status = scratch_load(path, &policy, NULL);

    if (status == VMNETACL_OK)
        status = vmnetacl_decide(policy, &caller, NULL, bridge, NULL);
    vmnetacl_free(policy);
    return status;
}

void scratch_assert_fails(const char *path, enum vmnetacl_status status, const char *file, const char *code_line_column)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;
    enum vmnetacl_status got = scratch_load(path, &policy, &error);
    char text[64];

    if (got != status)
        fail_msg("%s: want %s, got %s", code_line_column, vmnetacl_status_name(status), vmnetacl_status_name(got));
    assert_null(policy);
    (void)snprintf(text, sizeof text, "%s %u:%u", vmnetacl_code_name(error.code), error.line, error.column);
    assert_string_equal(text, code_line_column);
    assert_string_equal(error.file, file);
    assert_string_not_equal(error.message, "");
    assert_true(memchr(error.message, '\0', sizeof error.message) != NULL);
}

void scratch_as_user(void)
{
    assert_int_equal(setegid(USER), 0);
    assert_int_equal(seteuid(USER), 0);
}

void scratch_as_root(void)
{
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(setegid(0), 0);
}
