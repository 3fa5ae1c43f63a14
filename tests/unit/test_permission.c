/* SPDX-License-Identifier: MIT */
/*
 * What owner, mode and access control list permit, where access(2) does not tell: a security module that it asks, as it
 * asks SELinux, forbids it, or the kernel is too old. As root in the laboratory; who asks is its unprivileged user.
 */
#include "permission.h"
#include "scratch.h"
#include "unit.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define CONF SCRATCH "/a.conf"

/* What access(2) fails with; 0: what it answers itself. */
static int access_error;

int __real_faccessat(int directory, const char *path, int how, int flags);
int __wrap_faccessat(int directory, const char *path, int how, int flags);

int __wrap_faccessat(int directory, const char *path, int how, int flags)
{
    if (access_error == 0)
        return __real_faccessat(directory, path, how, flags);
    errno = access_error;
    return -1;
}

/* What getxattr(2) fails with at the call after so many; 0: what it answers itself. */
static int list_error;
static int list_calls_before;
static uint32_t list_version; /* what it says that it is; 0: what it is */

ssize_t __real_getxattr(const char *path, const char *name, void *value, size_t size);
ssize_t __wrap_getxattr(const char *path, const char *name, void *value, size_t size);

ssize_t __wrap_getxattr(const char *path, const char *name, void *value, size_t size)
{
    ssize_t len = __real_getxattr(path, name, value, size);

    if (list_version != 0 && size != 0)
        memcpy(value, &list_version, sizeof list_version);
    if (list_error == 0 || list_calls_before-- > 0)
        return len;
    errno = list_error;
    return -1;
}

static int allocations_before_failure = INT_MAX;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    return allocations_before_failure-- > 0 ? __real_calloc(count, size) : NULL;
}

static bool has_no_status;

int __real_fstat(int fd, struct stat *status);
int __wrap_fstat(int fd, struct stat *status);

int __wrap_fstat(int fd, struct stat *status)
{
    return has_no_status ? -1 : __real_fstat(fd, status);
}

/* An entry of a list, acl(5). */
struct entry {
    uint16_t tag;
    uint16_t permissions;
    uint32_t id;
};

#define USER 4242U
#define OWNER                                                                                                          \
    {                                                                                                                  \
        0x01, 6, UINT32_MAX                                                                                            \
    }
#define OF(user, bits)                                                                                                 \
    {                                                                                                                  \
        0x02, bits, user                                                                                               \
    }
#define FILE_GROUP(bits)                                                                                               \
    {                                                                                                                  \
        0x04, bits, UINT32_MAX                                                                                         \
    }
#define GROUP(group, bits)                                                                                             \
    {                                                                                                                  \
        0x08, bits, group                                                                                              \
    }
#define MASK(bits)                                                                                                     \
    {                                                                                                                  \
        0x10, bits, UINT32_MAX                                                                                         \
    }
#define OTHERS(bits)                                                                                                   \
    {                                                                                                                  \
        0x20, bits, UINT32_MAX                                                                                         \
    }
#define COUNT 5

static const struct {
    const char *name;
    mode_t mode; /* 0: there is a list */
    gid_t group; /* of the file */
    struct entry list[COUNT];
    bool is_given;
} cases[] = {
    {"others may", 0604, 0, {{0}}, true},
    {"others may not", 0640, 0, {{0}}, false},
    {"the group may", 0640, USER, {{0}}, true},
    {"the group may not, others may", 0604, USER, {{0}}, false},
    {"the user may", 0, 0, {OWNER, OF(USER, 4), FILE_GROUP(0), MASK(4), OTHERS(0)}, true},
    {"the user may not", 0, 0, {OWNER, OF(USER, 0), FILE_GROUP(4), MASK(4), OTHERS(4)}, false},
    {"the user may not, by the mask", 0, 0, {OWNER, OF(USER, 4), FILE_GROUP(4), MASK(2), OTHERS(4)}, false},
    {"the user may not, his group may", 0, USER, {OWNER, OF(USER, 0), FILE_GROUP(4), MASK(4), OTHERS(4)}, false},
    {"an empty mask, others may", 0, 0, {OWNER, OF(USER, 0), FILE_GROUP(4), MASK(0), OTHERS(4)}, true},
    {"an empty mask, others may not", 0, 0, {OWNER, OF(USER, 4), FILE_GROUP(4), MASK(0), OTHERS(0)}, false},
    {"an empty mask, the group may not", 0, USER, {OWNER, OF(USER, 4), FILE_GROUP(4), MASK(0), OTHERS(4)}, false},
    {"another user may", 0, 0, {OWNER, OF(USER + 1, 4), FILE_GROUP(4), MASK(4), OTHERS(0)}, false},
    {"another user may not", 0, 0, {OWNER, OF(USER + 1, 0), FILE_GROUP(0), MASK(0), OTHERS(4)}, true},
    {"a group may", 0, 0, {OWNER, FILE_GROUP(0), GROUP(USER, 4), MASK(4), OTHERS(0)}, true},
    {"a group may not", 0, 0, {OWNER, FILE_GROUP(4), GROUP(USER, 0), MASK(4), OTHERS(4)}, false},
    {"a group may not, by the mask", 0, 0, {OWNER, FILE_GROUP(4), GROUP(USER, 4), MASK(2), OTHERS(4)}, false},
    {"the file's group may, the same may not",
     0,
     USER,
     {OWNER, FILE_GROUP(4), GROUP(USER, 0), MASK(4), OTHERS(0)},
     true},
    {"another group may", 0, 0, {OWNER, FILE_GROUP(0), GROUP(USER + 1, 4), MASK(4), OTHERS(0)}, false},
};

static void make_file(size_t number)
{
    struct {
        uint32_t version;
        struct entry entries[COUNT];
    } list = {htole32(2), {{0}}};

    for (size_t i = 0; i < COUNT; i++) {
        const struct entry *entry = &cases[number].list[i];
        list.entries[i] = (struct entry){htole16(entry->tag), htole16(entry->permissions), htole32(entry->id)};
    }
    scratch_write(CONF, "text");
    assert_int_equal(chown(CONF, 0, cases[number].group), 0);
    assert_int_equal(chmod(CONF, cases[number].mode), 0);
    if (cases[number].mode == 0)
        assert_int_equal(setxattr(CONF, "system.posix_acl_access", &list, sizeof list, 0), 0);
}

static bool is_given_to_user(void)
{
    bool is_given;
    int fd;

    scratch_as_user();
    fd = open(CONF, O_PATH);
    is_given = permission_is_given(fd, R_OK);
    access_error = 0;
    scratch_as_root();
    assert_int_equal(close(fd), 0);
    return is_given;
}

static void test_permission_is_given_as_the_kernel_says(void **state)
{
    static const int errors[] = {0, EACCES, EINVAL};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_file(i);
        for (size_t j = 0; j < sizeof errors / sizeof errors[0]; j++) {
            access_error = errors[j];
            if (is_given_to_user() != cases[i].is_given)
                fail_msg("%s: is wrong when access(2) fails with %d", cases[i].name, errors[j]);
        }
    }
}

/* The owner's bits count, whatever a list says. */
static void test_permission_is_given_owner_by_the_mode(void **state)
{
    (void)state;
    make_file(4);
    assert_int_equal(chown(CONF, USER, 0), 0);
    access_error = EACCES;
    assert_true(is_given_to_user());
    assert_int_equal(chmod(CONF, 0040), 0);
    access_error = EACCES;
    assert_false(is_given_to_user());
}

/* Without an answer about a list, as where there is no /proc, nothing is known; without lists, the mode counts. */
static void test_permission_is_given_list_not_known_true(void **state)
{
    static const int errors[] = {EACCES, ENOENT, EIO, ENOMEM};

    (void)state;
    make_file(1); /* others may not */
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        access_error = EACCES;
        list_error = errors[i];
        assert_true(is_given_to_user());
    }
    access_error = EACCES;
    list_error = ENOTSUP;
    assert_false(is_given_to_user());
    list_error = 0;
    make_file(5); /* a list: the user may not */
    access_error = EACCES;
    assert_false(is_given_to_user());
    access_error = list_error = EACCES;
    list_calls_before = 1; /* how long it is, is known */
    assert_true(is_given_to_user());
    list_error = 0;
    access_error = EACCES;
    list_version = htole32(3);
    assert_true(is_given_to_user());
    list_version = 0;
    for (int i = 0; i < 2; i++) { /* for the groups, for the list */
        access_error = EACCES;
        allocations_before_failure = i;
        assert_true(is_given_to_user());
    }
    allocations_before_failure = INT_MAX;
    access_error = EACCES;
    has_no_status = true;
    assert_true(is_given_to_user());
    has_no_status = false;
}

/* The descriptor's number has more digits than one. */
static void test_permission_is_given_high_descriptor(void **state)
{
    int fd;

    (void)state;
    make_file(4); /* a list: the user may */
    scratch_as_user();
    fd = open(CONF, O_PATH);
    assert_int_equal(dup2(fd, 120), 120);
    access_error = EACCES;
    assert_true(permission_is_given(120, R_OK));
    access_error = 0;
    scratch_as_root();
    assert_int_equal(close(120), 0);
    assert_int_equal(close(fd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_permission_is_given_as_the_kernel_says, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_permission_is_given_owner_by_the_mode, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_permission_is_given_list_not_known_true, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_permission_is_given_high_descriptor, scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
