/* SPDX-License-Identifier: MIT */
/* The side that asks: whatever a worker answers, and every call that can fail. The worker is the test's. */
#include "lookup.h"
#include "unit.h"
#include "worker.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the worker writes, and how it ends. */
struct life {
    const char *name;
    uint32_t status;
    uint32_t count;
    uint32_t call; /* that failed */
    uint32_t item;
    int32_t error;
    struct worker_answer answers[2];
    long more;       /* bytes more than that; less when negative */
    bool is_bare;    /* only the head */
    int signal;      /* ends so */
    int exit_code;   /* or so */
    unsigned locked; /* so many workers find a lock taken before it */
    bool hangs;
    enum vmnetacl_status want;
    enum vmnetacl_code code;
    const char *message; /* NULL: any, or none */
};

static const struct life *life;
static int failing_errno; /* of the call that fails; 0: none does */
static enum {
    PIPE2,
    FORK,
    POLL,
    READ,
    WAITID,
    WAITPID,
    SIGACTION,
    MALLOC
} failing;
static int failures_left;
static int calls_before_failure;
static unsigned forks;

static bool fails(int call)
{
    if (failing_errno == 0 || (int)failing != call || failures_left == 0 || calls_before_failure-- > 0)
        return false;
    failures_left--;
    errno = failing_errno;
    return true;
}

int __wrap_pipe2(int fds[2], int flags);
int __real_pipe2(int fds[2], int flags);
pid_t __wrap_fork(void);
pid_t __real_fork(void);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
ssize_t __wrap_read(int fd, void *bytes, size_t len);
ssize_t __real_read(int fd, void *bytes, size_t len);
int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options);
int __real_waitid(idtype_t type, id_t id, siginfo_t *info, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
pid_t __real_waitpid(pid_t pid, int *status, int options);
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old);
int __real_sigaction(int number, const struct sigaction *action, struct sigaction *old);
void *__wrap_malloc(size_t size);
void *__real_malloc(size_t size);
ssize_t __wrap___read_chk(int fd, void *bytes, size_t len, size_t bytes_size);
void __gcov_dump(void) __attribute__((weak));
_Noreturn void __wrap_worker_run(const struct lookup *lookup, struct worker_ends ends, unsigned timeout_ms);

int __wrap_pipe2(int fds[2], int flags)
{
    return fails(PIPE2) ? -1 : __real_pipe2(fds, flags);
}

pid_t __wrap_fork(void)
{
    forks++;
    return fails(FORK) ? -1 : __real_fork();
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    assert_in_range(timeout, 1, INT_MAX);
    return fails(POLL) ? -1 : __real_poll(fds, count, timeout);
}

ssize_t __wrap_read(int fd, void *bytes, size_t len)
{
    return fails(READ) ? -1 : __real_read(fd, bytes, len);
}

/* What _FORTIFY_SOURCE makes of read(). */
ssize_t __wrap___read_chk(int fd, void *bytes, size_t len, size_t bytes_size)
{
    assert_true(len <= bytes_size);
    return __wrap_read(fd, bytes, len);
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    return fails(WAITID) ? -1 : __real_waitid(type, id, info, options);
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
    return fails(WAITPID) ? -1 : __real_waitpid(pid, status, options);
}

int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    return fails(SIGACTION) ? -1 : __real_sigaction(number, action, old);
}

void *__wrap_malloc(size_t size)
{
    return fails(MALLOC) ? NULL : __real_malloc(size);
}

_Noreturn void __wrap_worker_run(const struct lookup *lookup, struct worker_ends ends, unsigned timeout_ms)
{
    char bytes[4096];
    const struct worker_head head = {.status = life->status,
                                     .count = life->count,
                                     .call = life->call,
                                     .id = 4711,
                                     .error = life->error,
                                     .item = life->item};
    size_t len = sizeof head;

    (void)timeout_ms; /* this one does not end in time by itself; but whatever becomes of the test, it does end */
    (void)alarm(60);  /* cannot fail */
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, &head, sizeof head);
    for (size_t i = 0; i < lookup->count && !life->is_bare; i++, len += sizeof life->answers[i])
        memcpy(bytes + len, &life->answers[i], sizeof life->answers[i]);
    len = (size_t)((long)len + life->more);
    if (__gcov_dump != NULL)
        __gcov_dump(); /* after _exit(2) nothing is counted */
    if (forks <= life->locked)
        _exit(WORKER_EXIT_LOCKED);
    if (write(ends.answer, bytes, len) != (ssize_t)len)
        _exit(99);
    while (life->hangs)
        (void)pause();
    if (life->signal != 0) {
        (void)signal(life->signal, SIG_DFL); /* not cmocka's handler; SIGKILL has none */
        (void)raise(life->signal);
    }
    _exit(life->exit_code);
}

#define KNOWN(caller)                                                                                                  \
    {                                                                                                                  \
        .state = ACCOUNT_KNOWN, .is_caller = (caller), .id = 77                                                        \
    }
#define ABSENT                                                                                                         \
    {                                                                                                                  \
        .state = ACCOUNT_ABSENT                                                                                        \
    }

static const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 5, .gid = 6};

/* An allow depends on user "a", and a deny on group "b". */
static enum vmnetacl_status run(const struct life *of, struct lookup_item items[2], unsigned timeout_ms, size_t *failed,
                                struct vmnetacl_error *error)
{
    struct lookup lookup = {.caller = &caller, .items = items, .count = 2};
    enum vmnetacl_status status;

    life = of;
    forks = 0;
    items[0] = (struct lookup_item){.kind = ACCOUNT_USER, .name = "a", .is_allowed = true};
    items[1] = (struct lookup_item){.kind = ACCOUNT_GROUP, .name = "b", .is_denied = true};
    *error = (struct vmnetacl_error){.code = VMNETACL_CODE_NONE};
    status = lookup_run(&lookup, timeout_ms, failed, error);
    failing_errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
    assert_int_equal(errno, ECHILD);
    return status;
}

static void test_lookup_run_any_answer(void **state)
{
    static const struct life rows[] = {
        {"known", WORKER_OK, 2, .answers = {KNOWN(0), KNOWN(1)}, .want = VMNETACL_OK},
        {"absent", WORKER_OK, 2, .answers = {ABSENT, ABSENT}, .want = VMNETACL_OK},
        {"skipped", WORKER_OK, 2, .answers = {{.state = ACCOUNT_SKIPPED}, ABSENT}, .want = VMNETACL_OK},
        {"absent, and called like one of his groups", WORKER_OK, 2,
         .answers = {ABSENT, {.state = ACCOUNT_ABSENT, .is_caller = 1}}, .want = VMNETACL_OK},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lookup_item items[2];
        struct vmnetacl_error error;
        size_t failed;
        if (run(&rows[i], items, 10000, &failed, &error) != VMNETACL_OK || error.code != VMNETACL_CODE_NONE)
            fail_msg("%s: %s", rows[i].name, vmnetacl_code_name(error.code));
        assert_int_equal(failed, 2);
        for (size_t j = 0; j < 2; j++) {
            assert_int_equal(items[j].answer.state, rows[i].answers[j].state);
            assert_int_equal(items[j].answer.is_caller, rows[i].answers[j].is_caller);
            assert_int_equal(items[j].answer.is_for_deny, j == 1);
            assert_int_equal(items[j].answer.id, rows[i].answers[j].id);
        }
    }
}

/* Each message says which lookup failed, and what to try. */
static void test_lookup_run_failure_told(void **state)
{
    static const struct life rows[] = {
        {"a user", WORKER_FAILED, 2, LOOKUP_USER, 0, EIO, .message = "cannot look up user 'a' (try 'getent passwd')"},
        {"a group", WORKER_FAILED, 2, LOOKUP_GROUP, 1, ENOENT,
         .message = "cannot look up group 'b' (try 'getent group')"},
        {"the caller", WORKER_FAILED, 2, LOOKUP_UID, 1, EIO,
         .message = "cannot look up the caller, uid 4711 (try 'getent passwd')"},
        {"a group of a service that is not there", WORKER_FAILED, 2, LOOKUP_GROUP, 1, ELIBACC,
         .message = "cannot look up group 'b' (try 'getent group'); a service in nsswitch.conf is not installed"},
        {"a gid", WORKER_FAILED, 2, LOOKUP_GID, 1, EIO, .message = "cannot look up gid 4711 (try 'getent group')"},
        {"memberships", WORKER_FAILED, 2, LOOKUP_MEMBERSHIPS, 1, E2BIG,
         .message = "cannot look up the groups of the caller, uid 4711 (try 'getent initgroups')"},
        {"no account", WORKER_FAILED, 2, LOOKUP_NO_ACCOUNT, 1, EINVAL,
         .message = "the caller, uid 4711, has no account, so this deny may apply to it; create the account"},
        {"no name", WORKER_FAILED, 2, LOOKUP_NAMELESS, 1, EINVAL,
         .message = "this group is unknown, and may be the caller's group 4711, which has no name; give it one"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct life bare = rows[i];
        struct lookup_item items[2];
        struct vmnetacl_error error;
        size_t failed;
        bare.is_bare = true;
        print_message("  %s\n", rows[i].name);
        assert_int_equal(run(&bare, items, 10000, &failed, &error), VMNETACL_UNAVAIL);
        assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_FAILED);
        assert_string_equal(error.message, rows[i].message);
        assert_int_equal(error.system_errno, rows[i].call < LOOKUP_NO_ACCOUNT ? rows[i].error : 0);
        assert_int_equal(failed, rows[i].item);
    }
}

/* Where only an allow depends on it, the other answers are good. */
static void test_lookup_run_allow_fails_others_answered(void **state)
{
    static const struct life failed_allow = {
        "a", WORKER_OK, 2, LOOKUP_USER, 0, ECONNREFUSED, .answers = {{.state = ACCOUNT_FAILED}, KNOWN(0)}};
    struct lookup_item items[2];
    struct vmnetacl_error error;
    size_t failed;

    (void)state;
    assert_int_equal(run(&failed_allow, items, 10000, &failed, &error), VMNETACL_OK);
    assert_int_equal(failed, 0);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_FAILED);
    assert_int_equal(error.system_errno, ECONNREFUSED);
    assert_string_equal(error.message, "cannot look up user 'a' (try 'getent passwd')");
    assert_int_equal(items[0].answer.state, ACCOUNT_FAILED);
    assert_int_equal(items[1].answer.state, ACCOUNT_KNOWN);
}

#define BROKEN .want = VMNETACL_TRYAGAIN, .code = VMNETACL_CODE_LOOKUP_BROKEN
#define FINE   .answers = {KNOWN(0), KNOWN(1)}

static void test_lookup_run_odd_answer_try_again(void **state)
{
    static const struct life rows[] = {
        {"limits", WORKER_LIMITS, 2, .is_bare = true, .want = VMNETACL_TRYAGAIN, .code = VMNETACL_CODE_LOOKUP_LIMITS},
        {"busy", WORKER_BUSY, 2, .is_bare = true, .want = VMNETACL_TRYAGAIN, .code = VMNETACL_CODE_LOOKUP_LIMITS},
        {"memory", WORKER_MEMORY, 2, .is_bare = true, .want = VMNETACL_TRYAGAIN, .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"nothing", 0, .more = -(long)sizeof(struct worker_head), .is_bare = true, BROKEN},
        {"half a head", WORKER_OK, 2, .more = -1, .is_bare = true, BROKEN},
        {"a byte less", WORKER_OK, 2, FINE, .more = -1, BROKEN},
        {"a byte more", WORKER_OK, 2, FINE, .more = 1, BROKEN},
        {"much more", WORKER_OK, 2, FINE, .more = 1000, BROKEN},
        {"answers after a failure", WORKER_FAILED, 2, LOOKUP_GROUP, 1, EIO, FINE, BROKEN},
        {"another count", WORKER_OK, 3, FINE, BROKEN},
        {"a status before the first", WORKER_OK - 1, 2, .is_bare = true, BROKEN},
        {"a status after the last", WORKER_BUSY + 1, 2, .is_bare = true, BROKEN},
        {"a failure of nothing", WORKER_FAILED, 2, LOOKUP_NONE, 1, EIO, .is_bare = true, BROKEN},
        {"a failure of a call that is none", WORKER_FAILED, 2, LOOKUP_NAMELESS + 1, 1, EIO, .is_bare = true, BROKEN},
        {"a failure of an item that is none", WORKER_FAILED, 2, LOOKUP_GROUP, 2, EIO, .is_bare = true, BROKEN},
        {"a group that is a user", WORKER_FAILED, 2, LOOKUP_GROUP, 0, EIO, .is_bare = true, BROKEN},
        {"a user who is a group", WORKER_FAILED, 2, LOOKUP_USER, 1, EIO, .is_bare = true, BROKEN},
        {"a caller who matters to no deny", WORKER_FAILED, 2, LOOKUP_UID, 0, EIO, .is_bare = true, BROKEN},
        {"answers, and a deny that failed", WORKER_OK, 2, LOOKUP_GID, 1, EIO, FINE, BROKEN},
        {"answers, and an item that is none", WORKER_OK, 2, LOOKUP_USER, 2, EIO, FINE, BROKEN},
        {"a state that is none", WORKER_OK, 2, .answers = {{.state = ACCOUNT_FAILED + 1}, ABSENT}, BROKEN},
        {"a deny that was skipped", WORKER_OK, 2, .answers = {ABSENT, {.state = ACCOUNT_SKIPPED}}, BROKEN},
        {"a deny that failed", WORKER_OK, 2, .answers = {ABSENT, {.state = ACCOUNT_FAILED}}, BROKEN},
        {"more than the caller", WORKER_OK, 2, .answers = {ABSENT, {.state = ACCOUNT_KNOWN, .is_caller = 2}}, BROKEN},
        {"a stray byte", WORKER_OK, 2, .answers = {ABSENT, {.state = ACCOUNT_KNOWN, .unused = 1}}, BROKEN},
        {"ends badly", WORKER_OK, 2, FINE, .exit_code = 1, BROKEN},
        {"is killed", WORKER_OK, 2, FINE, .signal = SIGKILL, BROKEN},
        {"is killed by its filter", WORKER_OK, 2, FINE, .signal = SIGSYS, .want = VMNETACL_UNAVAIL,
         .code = VMNETACL_CODE_LOOKUP_FAILED},
        {"hangs after its answer", WORKER_OK, 2, FINE, .hangs = true, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_TIMEOUT},
        {"hangs after too long an answer", WORKER_OK, 2, FINE, .more = 1, .hangs = true, BROKEN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lookup_item items[2];
        struct vmnetacl_error error;
        size_t failed;
        enum vmnetacl_status status =
            run(&rows[i], items, rows[i].code == VMNETACL_CODE_LOOKUP_TIMEOUT ? 100 : 10000, &failed, &error);
        if (status != rows[i].want || error.code != rows[i].code)
            fail_msg("%s: %s, %s", rows[i].name, vmnetacl_status_name(status), vmnetacl_code_name(error.code));
        assert_int_equal(failed, 2);
        assert_string_not_equal(error.message, "");
    }
}

static void test_lookup_run_call_fails_try_again(void **state)
{
    static const struct life fine = {"fine", WORKER_OK, 2, .answers = {KNOWN(0), KNOWN(1)}};
    static const struct {
        const char *name;
        int call;
        int system_errno; /* negative: of the second call */
        int count;
        enum vmnetacl_status want;
        enum vmnetacl_code code;
    } rows[] = {
        {"pipe2", PIPE2, EMFILE, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_LOOKUP_BROKEN},
        {"the second pipe2", PIPE2, -EMFILE, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_LOOKUP_BROKEN},
        {"fork", FORK, EAGAIN, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_LOOKUP_BROKEN},
        {"fork, no memory", FORK, ENOMEM, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_LOOKUP_BROKEN},
        {"poll", POLL, EINVAL, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_LOOKUP_BROKEN},
        {"poll, interrupted", POLL, EINTR, 2, VMNETACL_OK, VMNETACL_CODE_NONE},
        {"read", READ, EIO, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_LOOKUP_BROKEN},
        {"read, interrupted", READ, EINTR, 2, VMNETACL_OK, VMNETACL_CODE_NONE},
        {"waitpid, interrupted", WAITPID, EINTR, 2, VMNETACL_OK, VMNETACL_CODE_NONE},
        {"sigaction", SIGACTION, EINVAL, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_LOOKUP_BROKEN},
        {"malloc", MALLOC, ENOMEM, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_LOOKUP_BROKEN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lookup_item items[2];
        struct vmnetacl_error error;
        size_t failed;
        enum vmnetacl_status status;
        failing = (unsigned)rows[i].call;
        failures_left = rows[i].count;
        failing_errno = rows[i].system_errno < 0 ? -rows[i].system_errno : rows[i].system_errno;
        calls_before_failure = rows[i].system_errno < 0;
        status = run(&fine, items, 10000, &failed, &error);
        if (status != rows[i].want || (status != VMNETACL_OK && error.code != rows[i].code))
            fail_msg("%s: %s, %s", rows[i].name, vmnetacl_status_name(status), vmnetacl_code_name(error.code));
        assert_int_equal(failed, 2);
    }
}

/* Somebody else of the program's has waited for the worker: its pid may be anybody's now. */
static void test_lookup_run_worker_waited_for_by_another_not_believed(void **state)
{
    static const struct life fine = {"fine", WORKER_OK, 2, .answers = {KNOWN(0), KNOWN(1)}};
    struct lookup_item items[2];
    struct lookup lookup = {.caller = &caller, .items = items, .count = 2};
    struct vmnetacl_error error;
    size_t failed;
    static const int calls[] = {WAITID, WAITPID};

    (void)state;
    memset(items, 0, sizeof items);
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        life = &fine;
        failing = (unsigned)calls[i];
        failures_left = 1;
        failing_errno = ECHILD;
        assert_int_equal(lookup_run(&lookup, 10000, &failed, &error), VMNETACL_TRYAGAIN);
        assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_BROKEN);
        failing_errno = 0;
        assert_true(waitpid(-1, NULL, 0) > 0);
    }
}

static void ignore(int number)
{
    (void)number;
}

static void ignore_more(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    (void)context;
}

static void test_lookup_run_children_must_be_kept(void **state)
{
    static const struct life fine = {"fine", WORKER_OK, 2, .answers = {KNOWN(0), KNOWN(1)}};
    const struct {
        struct sigaction action;
        enum vmnetacl_status want;
    } rows[] = {
        {{.sa_handler = SIG_IGN}, VMNETACL_TRYAGAIN},
        {{.sa_handler = ignore, .sa_flags = SA_NOCLDWAIT}, VMNETACL_TRYAGAIN},
        {{.sa_sigaction = ignore_more, .sa_flags = SA_SIGINFO | SA_RESTART}, VMNETACL_OK},
        {{.sa_handler = ignore, .sa_flags = SA_RESTART}, VMNETACL_OK},
        {{.sa_handler = SIG_DFL}, VMNETACL_OK},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lookup_item items[2];
        struct vmnetacl_error error;
        size_t failed;
        assert_int_equal(sigaction(SIGCHLD, &rows[i].action, NULL), 0);
        assert_int_equal(run(&fine, items, 10000, &failed, &error), rows[i].want);
        if (rows[i].want != VMNETACL_OK)
            assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_BROKEN);
    }
}

/* No time at all is too little, whatever the worker does; as much as there is does not overflow. */
static void test_lookup_run_deadline_kept(void **state)
{
    static const struct life fine = {"fine", WORKER_OK, 2, .answers = {KNOWN(0), KNOWN(1)}};
    static const struct life hangs = {"hangs", .is_bare = true, .more = -(long)sizeof(struct worker_head),
                                      .hangs = true};
    struct lookup_item items[2];
    struct vmnetacl_error error;
    size_t failed;

    (void)state;
    assert_int_equal(run(&hangs, items, 0, &failed, &error), VMNETACL_TRYAGAIN);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_TIMEOUT);
    assert_int_equal(run(&fine, items, UINT_MAX, &failed, &error), VMNETACL_OK);
    assert_int_equal(run(&hangs, items, 50, &failed, &error), VMNETACL_TRYAGAIN);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_TIMEOUT);
    assert_string_equal(error.message, "the name service did not answer about 2 name(s) within 50 ms; see how "
                                       "long 'getent passwd NAME' takes, or write fewer names, or groups, or numbers");
}

/* A lock was held at the fork, by a thread that will release it: the next worker may find it free. */
static void test_lookup_run_lock_taken_asks_again(void **state)
{
    static const struct life rows[] = {
        {"free at once", WORKER_OK, 2, FINE, .want = VMNETACL_OK},
        {"free later", WORKER_OK, 2, FINE, .locked = 3, .want = VMNETACL_OK},
        {"free later, and then a failure", WORKER_FAILED, 2, LOOKUP_GROUP, 1, EIO, .is_bare = true, .locked = 2,
         .want = VMNETACL_UNAVAIL, .code = VMNETACL_CODE_LOOKUP_FAILED},
        {"free later, and then a bad end", WORKER_OK, 2, FINE, .exit_code = WORKER_EXIT_LOCKED + 1, .locked = 1,
         BROKEN},
    };
    /* The last one writes an answer, which is not believed. */
    static const struct life never = {"never free", WORKER_OK, 2, FINE, .exit_code = WORKER_EXIT_LOCKED, .locked = 2};
    struct lookup_item items[2];
    struct vmnetacl_error error;
    size_t failed;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum vmnetacl_status status = run(&rows[i], items, 10000, &failed, &error);
        if (status != rows[i].want || error.code != rows[i].code || forks != rows[i].locked + 1)
            fail_msg("%s: %s, %s, %u", rows[i].name, vmnetacl_status_name(status), vmnetacl_code_name(error.code),
                     forks);
    }
    assert_int_equal(run(&never, items, 300, &failed, &error), VMNETACL_TRYAGAIN);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_TIMEOUT);
    assert_in_range(forks, 1, 10); /* it waits longer each time */
    /* What cannot be read is a failure of its own. */
    failing = READ;
    failures_left = 1;
    failing_errno = EIO;
    assert_int_equal(run(&never, items, 10000, &failed, &error), VMNETACL_TRYAGAIN);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_BROKEN);
    assert_int_equal(forks, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup_run_any_answer),
        cmocka_unit_test(test_lookup_run_failure_told),
        cmocka_unit_test(test_lookup_run_allow_fails_others_answered),
        cmocka_unit_test(test_lookup_run_odd_answer_try_again),
        cmocka_unit_test(test_lookup_run_call_fails_try_again),
        cmocka_unit_test(test_lookup_run_worker_waited_for_by_another_not_believed),
        cmocka_unit_test(test_lookup_run_deadline_kept),
        cmocka_unit_test(test_lookup_run_lock_taken_asks_again),
        cmocka_unit_test(test_lookup_run_children_must_be_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
