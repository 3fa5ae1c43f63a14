/* SPDX-License-Identifier: MIT */
/* The callers that the library makes: of this process, of a socket's peer, of a user. In lab.sh's world, as root. */
#include "child.h"
#include "unit.h"
#include "vmnetacl.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#define VMUSER  4242
#define VMGROUP 4250

static bool is_secure;

unsigned long __real_getauxval(unsigned long type);
unsigned long __wrap_getauxval(unsigned long type);
unsigned long __wrap_getauxval(unsigned long type)
{
    return type == AT_SECURE ? is_secure : __real_getauxval(type);
}

/* Which call fails, and how many of it come before. */
enum fault {
    NO_FAULT,
    CALLOC,
    GETGROUPS,
    GETSOCKOPT,
    GETPWNAM,
    GETGROUPLIST,
    GETGROUPLIST_LONG
};
static enum fault fault;
static int calls_left;

static bool is_due(enum fault call)
{
    return fault == call && calls_left-- == 0;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
int __real_getgroups(int size, gid_t list[]);
int __wrap_getgroups(int size, gid_t list[]);
int __real_getsockopt(int fd, int level, int option, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *len);
int __real_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found);
int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found);
int __real_getgrouplist(const char *user, gid_t gid, gid_t *list, int *count);
int __wrap_getgrouplist(const char *user, gid_t gid, gid_t *list, int *count);

void *__wrap_calloc(size_t count, size_t size)
{
    return is_due(CALLOC) ? NULL : __real_calloc(count, size);
}

int __wrap_getgroups(int size, gid_t list[])
{
    errno = EIO;
    return is_due(GETGROUPS) ? -1 : __real_getgroups(size, list);
}

int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
    errno = EIO;
    return is_due(GETSOCKOPT) ? -1 : __real_getsockopt(fd, level, option, value, len);
}

int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
    return is_due(GETPWNAM) ? EIO : __real_getpwnam_r(name, entry, buffer, size, found);
}

int __wrap_getgrouplist(const char *user, gid_t gid, gid_t *list, int *count)
{
    if (fault == GETGROUPLIST_LONG) { /* never room enough, or, after some calls, all of it */
        *count = *count + 1;
        if (!is_due(GETGROUPLIST_LONG))
            return -1;
        *count = 0;
        return 0;
    }
    return is_due(GETGROUPLIST) ? -1 : __real_getgrouplist(user, gid, list, count);
}

/* In a child: become a user whose effective ids differ from the real ones, with these groups. */
static void become(uid_t real, uid_t effective, const gid_t *groups, size_t count)
{
    CHILD_CHECK(setgroups(count, groups) == 0);
    CHILD_CHECK(setresgid(real + 1, effective + 1, 0) == 0 && setresuid(real, effective, 0) == 0);
}

static void check_caller(const struct vmnetacl_caller *caller, uid_t uid, const gid_t *groups, size_t count)
{
    CHILD_CHECK(caller->uid == uid && caller->gid == uid + 1 && caller->groups_count == count && caller->enforces == 0);
    CHILD_CHECK((count == 0) == (caller->groups == NULL));
    for (size_t i = 0; i < count; i++) /* the kernel sorts them */
        CHILD_CHECK(caller->groups[i] == groups[i]);
}

static const gid_t some_groups[] = {10, 20, 30};

static int make_self(const void *argument)
{
    const size_t *count = argument;
    struct vmnetacl_caller *caller;
    struct vmnetacl_error error;

    become(1000, 2000, some_groups, *count);
    CHILD_CHECK(vmnetacl_caller_self(&caller, &error) == VMNETACL_OK);
    check_caller(caller, 1000, some_groups, *count);
    vmnetacl_caller_free(caller);
    return 0;
}

static void test_caller_self_real_ids(void **state)
{
    static const size_t counts[] = {0, 1, 3};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct child_result result;
        child_run(make_self, &counts[i], &result);
        child_assert_exit(&result, 0, "");
    }
}

static void bind_socket(int fd, struct sockaddr_un *address)
{
    socklen_t len = sizeof *address;

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    CHILD_CHECK(bind(fd, (const struct sockaddr *)address, sizeof address->sun_family) == 0); /* unix(7): autobind */
    CHILD_CHECK(getsockname(fd, (struct sockaddr *)address, &len) == 0);
}

/* We listen; a child with other ids connects, and changes them afterwards. */
static int make_peer(const void *argument)
{
    const size_t *count = argument;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address;
    struct vmnetacl_caller *caller;
    struct vmnetacl_error error;
    int status, accepted;
    pid_t child;

    bind_socket(listener, &address);
    CHILD_CHECK(listen(listener, 1) == 0);
    child = fork();
    CHILD_CHECK(child >= 0);
    if (child == 0) {
        become(1000, 2000, some_groups, *count);
        CHILD_CHECK(connect(connected, (const struct sockaddr *)&address, 8) == 0);
        CHILD_CHECK(setresuid(0, 0, 0) == 0 && setgroups(0, NULL) == 0);
        _exit(0);
    }
    CHILD_CHECK(waitpid(child, &status, 0) == child && status == 0);
    accepted = accept(listener, NULL, NULL);
    CHILD_CHECK(accepted >= 0);
    CHILD_CHECK(vmnetacl_caller_of_peer(accepted, &caller, &error) == VMNETACL_OK);
    check_caller(caller, 2000, some_groups, *count);
    vmnetacl_caller_free(caller);
    return 0;
}

static void test_caller_of_peer_effective_ids_at_connect(void **state)
{
    static const size_t counts[] = {0, 1, 3};

    (void)state;
    unit_skip_if_emulated("QEMU writes a byte where SO_PEERGROUPS has room for none");
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct child_result result;
        child_run(make_peer, &counts[i], &result);
        child_assert_exit(&result, 0, "");
    }
}

static void test_caller_of_peer_no_peer_refused(void **state)
{
    int pair[2];
    const int fds[] = {-1, open("/dev/null", O_RDONLY | O_CLOEXEC), socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
                       socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        struct vmnetacl_caller *caller = (struct vmnetacl_caller *)pair; /* anything but NULL */
        struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
        if (vmnetacl_caller_of_peer(fds[i], &caller, &error) != VMNETACL_UNAVAIL)
            fail_msg("descriptor %zu", i);
        assert_null(caller);
        assert_int_equal(error.code, VMNETACL_CODE_SYSTEM);
        assert_int_not_equal(error.system_errno, 0);
        if (fds[i] >= 0)
            assert_int_equal(close(fds[i]), 0);
    }
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(pair[1]), 0);
}

static void test_caller_of_user_as_new_session(void **state)
{
    struct vmnetacl_caller *caller;
    struct vmnetacl_error error;
    bool has_gid = false;
    bool has_group = false;

    (void)state;
    assert_int_equal(vmnetacl_caller_of_user("vmuser", &caller, &error), VMNETACL_OK);
    assert_int_equal(caller->uid, VMUSER);
    assert_int_equal(caller->gid, VMUSER);
    assert_int_equal(caller->groups_count, 2);
    for (size_t i = 0; i < caller->groups_count; i++) {
        has_gid = has_gid || caller->groups[i] == VMUSER;
        has_group = has_group || caller->groups[i] == VMGROUP;
    }
    assert_true(has_gid && has_group);
    assert_int_equal(caller->enforces, 0);
    vmnetacl_caller_free(caller);
}

static void test_caller_of_user_not_to_be_had_null(void **state)
{
    static struct vmnetacl_caller any;
    struct vmnetacl_caller *caller = &any;
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(vmnetacl_caller_of_user("no-such-user", &caller, &error), VMNETACL_NOTFOUND);
    assert_null(caller);
    assert_int_equal(error.code, VMNETACL_CODE_ACCOUNT_UNKNOWN);
    is_secure = true;
    assert_int_equal(vmnetacl_caller_of_user("vmuser", &caller, &error), VMNETACL_INVALID);
    is_secure = false;
    assert_null(caller);
    assert_int_equal(error.code, VMNETACL_CODE_SECURE);
    assert_int_equal(vmnetacl_caller_of_user(NULL, &caller, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_caller_of_user("vmuser", NULL, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_caller_self(NULL, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_caller_of_peer(0, NULL, &error), VMNETACL_INVALID);
    assert_int_equal(error.code, VMNETACL_CODE_ARGUMENT);
    vmnetacl_caller_free(NULL);
}

static enum vmnetacl_status make_with_fault(int way, int socket_fd, struct vmnetacl_error *error)
{
    static struct vmnetacl_caller any;
    struct vmnetacl_caller *caller = &any;
    enum vmnetacl_status status = way == 0   ? vmnetacl_caller_self(&caller, error)
                                  : way == 1 ? vmnetacl_caller_of_peer(socket_fd, &caller, error)
                                             : vmnetacl_caller_of_user("vmuser", &caller, error);

    fault = NO_FAULT;
    if (status == VMNETACL_OK)
        assert_ptr_not_equal(caller, &any);
    else
        assert_null(caller);
    vmnetacl_caller_free(caller);
    return status;
}

static void test_caller_call_fails_no_caller(void **state)
{
    static const struct {
        const char *name;
        int way; /* self, of_peer, of_user */
        enum fault call;
        int left;
        enum vmnetacl_status want;
        enum vmnetacl_code code;
    } rows[] = {
        {"self", 0, NO_FAULT, 0, VMNETACL_OK, VMNETACL_CODE_NONE},
        {"peer", 1, NO_FAULT, 0, VMNETACL_OK, VMNETACL_CODE_NONE},
        {"self, no memory", 0, CALLOC, 0, VMNETACL_TRYAGAIN, VMNETACL_CODE_MEMORY},
        {"self, no count of groups", 0, GETGROUPS, 0, VMNETACL_UNAVAIL, VMNETACL_CODE_SYSTEM},
        {"self, no groups", 0, GETGROUPS, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_RESOURCES},
        {"peer, no memory", 1, CALLOC, 0, VMNETACL_TRYAGAIN, VMNETACL_CODE_MEMORY},
        {"peer, no credentials", 1, GETSOCKOPT, 0, VMNETACL_UNAVAIL, VMNETACL_CODE_SYSTEM},
        {"peer, no count of groups", 1, GETSOCKOPT, 1, VMNETACL_UNAVAIL, VMNETACL_CODE_SYSTEM},
        {"peer, no groups", 1, GETSOCKOPT, 2, VMNETACL_UNAVAIL, VMNETACL_CODE_SYSTEM},
        {"user, no memory", 2, CALLOC, 0, VMNETACL_TRYAGAIN, VMNETACL_CODE_MEMORY},
        {"user, no entry", 2, GETPWNAM, 0, VMNETACL_UNAVAIL, VMNETACL_CODE_LOOKUP_FAILED},
        {"user, no groups", 2, GETGROUPLIST, 0, VMNETACL_UNAVAIL, VMNETACL_CODE_LOOKUP_FAILED},
        {"user, too many groups", 2, GETGROUPLIST_LONG, 1000, VMNETACL_UNAVAIL, VMNETACL_CODE_LOOKUP_FAILED},
        {"user, many groups", 2, GETGROUPLIST_LONG, 3, VMNETACL_OK, VMNETACL_CODE_NONE},
    };
    gid_t before[64];
    const int before_count = getgroups(64, before);
    int pair[2];

    (void)state;
    unit_skip_if_emulated("QEMU writes a byte where SO_PEERGROUPS has room for none");
    assert_int_equal(setgroups(COUNT_OF(some_groups), some_groups), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
        fault = rows[i].call;
        calls_left = rows[i].left;
        if (make_with_fault(rows[i].way, pair[0], &error) != rows[i].want || error.code != rows[i].code)
            fail_msg("%s: %s: %s", rows[i].name, vmnetacl_code_name(error.code), error.message);
    }
    assert_int_equal(make_with_fault(1, pair[0], NULL), VMNETACL_OK);
    assert_int_equal(setgroups(0, NULL), 0);
    assert_int_equal(make_with_fault(0, -1, NULL), VMNETACL_OK);
    assert_int_equal(setgroups((size_t)before_count, before), 0);
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(pair[1]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_caller_self_real_ids),
        cmocka_unit_test(test_caller_of_peer_effective_ids_at_connect),
        cmocka_unit_test(test_caller_of_peer_no_peer_refused),
        cmocka_unit_test(test_caller_of_user_as_new_session),
        cmocka_unit_test(test_caller_of_user_not_to_be_had_null),
        cmocka_unit_test(test_caller_call_fails_no_caller),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
