/* SPDX-License-Identifier: MIT */
/* The side that asks: whatever a worker answers, or does not, and every call that can fail. The worker is the test's. */
#include "lookup.h"
#include "nss_query.h"
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
    int32_t error;
    uint32_t item;
    uint32_t count;
    struct worker_answer answer; /* for each item */
    long more;                   /* bytes more than that; less when negative */
    bool is_bare;                /* the head alone */
    int signal;                  /* ends so */
    int exit_code;               /* or so */
    bool hangs;
    enum vmnetacl_status want;
    enum vmnetacl_code code;
    size_t want_failed;  /* SIZE_MAX: none */
    const char *service; /* that it says has not answered; NULL: none */
    const char *message; /* NULL: any */
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

static bool fails(int call)
{
    if (failing_errno == 0 || (int)failing != call || failures_left == 0)
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
_Noreturn void __wrap_worker_run(const struct lookup *lookup, int answer_fd, pid_t parent);

int __wrap_pipe2(int fds[2], int flags)
{
    return fails(PIPE2) ? -1 : __real_pipe2(fds, flags);
}

pid_t __wrap_fork(void)
{
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

_Noreturn void __wrap_worker_run(const struct lookup *lookup, int answer_fd, pid_t parent)
{
    char bytes[4096];
    struct worker_head head = {.status = life->status, .error = life->error, .item = life->item, .count = life->count};
    size_t len = sizeof head;

    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, &head, sizeof head);
    if (life->service != NULL)
        memcpy(bytes + offsetof(struct worker_head, service), life->service,
               strnlen(life->service, sizeof head.service));
    for (size_t i = 0; i < lookup->count && !life->is_bare; i++, len += sizeof life->answer)
        memcpy(bytes + len, &life->answer, sizeof life->answer);
    len = (size_t)((long)len + life->more);
    if (__gcov_dump != NULL)
        __gcov_dump(); /* behind _exit(2) nothing is counted */
    if (getppid() != parent || write(answer_fd, bytes, len) != (ssize_t)len)
        _exit(99);
    while (life->hangs)
        (void)pause();
    if (life->signal != 0)
        (void)raise(life->signal);
    _exit(life->exit_code);
}

#define ANSWER(known, member)                                                                                          \
    {                                                                                                                  \
        .is_known = (known), .is_member = (member), .id = 77                                                           \
    }

static enum vmnetacl_status run(const struct life *of, struct lookup_item items[2], unsigned timeout_ms, size_t *failed,
                                struct vmnetacl_error *error)
{
    struct lookup lookup = {.uid = 5, .items = items, .count = 2};
    enum vmnetacl_status status;

    life = of;
    items[0] = (struct lookup_item){.kind = ACCOUNT_USER, .name = "a"};
    items[1] = (struct lookup_item){.kind = ACCOUNT_GROUP, .name = "b", .wants_membership = true};
    memset(error, 'x', sizeof *error);
    status = lookup_run(&lookup, timeout_ms, failed, error);
    failing_errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
    assert_int_equal(errno, ECHILD);
    return status;
}

/* 63 bytes */
#define LONGEST "123456789012345678901234567890123456789012345678901234567890123"

static void test_lookup_run_any_answer(void **state)
{
    static const struct life rows[] = {
        {"fine", WORKER_OK, 0, 0, 2, ANSWER(1, 1), .want = VMNETACL_OK},
        {"nobody", WORKER_OK, 0, 0, 2, ANSWER(0, 0), .want = VMNETACL_OK},
        {"failed", WORKER_FAILED, EIO, 1, 2, .is_bare = true, .want = VMNETACL_UNAVAIL,
         .code = VMNETACL_CODE_LOOKUP_FAILED, .want_failed = 1},
        {"a caller who has no account", WORKER_FAILED, NSS_QUERY_STRANGER, 1, 2, .is_bare = true,
         .want = VMNETACL_UNAVAIL, .code = VMNETACL_CODE_LOOKUP_FAILED, .want_failed = 1},
        {"failed for no service's fault", WORKER_FAILED, EIO, 1, 2, .is_bare = true, .want = VMNETACL_UNAVAIL,
         .code = VMNETACL_CODE_LOOKUP_FAILED, .want_failed = 1, .message = "the name service cannot answer"},
        {"failed, and the service", WORKER_FAILED, EIO, 1, 2, .is_bare = true, .want = VMNETACL_UNAVAIL,
         .code = VMNETACL_CODE_LOOKUP_FAILED, .want_failed = 1, .service = "sss",
         .message = "the name service cannot answer: service 'sss'"},
        {"the longest service", WORKER_FAILED, EIO, 1, 2, .is_bare = true, .want = VMNETACL_UNAVAIL,
         .code = VMNETACL_CODE_LOOKUP_FAILED, .want_failed = 1, .service = LONGEST,
         .message = "the name service cannot answer: service '" LONGEST "'"},
        {"a service that is no word", WORKER_FAILED, EIO, 1, 2, .is_bare = true, .want = VMNETACL_UNAVAIL,
         .code = VMNETACL_CODE_LOOKUP_FAILED, .want_failed = 1, .service = "\033[2J\n",
         .message = "the name service cannot answer: service '\\x1b[2J\\x0a'"},
        {"a service without an end", WORKER_FAILED, EIO, 1, 2, .is_bare = true, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN, .service = LONGEST "x"},
        {"a service whose fault a caller without an account is", WORKER_FAILED, NSS_QUERY_STRANGER, 1, 2,
         .is_bare = true, .want = VMNETACL_TRYAGAIN, .code = VMNETACL_CODE_LOOKUP_BROKEN, .service = "sss"},
        {"a service with an answer", WORKER_OK, 0, 0, 2, ANSWER(1, 1), .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN, .service = "sss"},
        {"a service with limits", WORKER_LIMITS, 0, 0, 2, .is_bare = true, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN, .service = "sss"},
        {"limits", WORKER_LIMITS, 0, 0, 2, .is_bare = true, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_LIMITS},
        {"memory", WORKER_MEMORY, 0, 0, 2, .is_bare = true, .want = VMNETACL_TRYAGAIN, .code = VMNETACL_CODE_MEMORY},
        {"nothing", 0, .more = -(long)sizeof(struct worker_head), .is_bare = true, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"half a head", WORKER_OK, 0, 0, 2, .more = -1, .is_bare = true, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"a byte less", WORKER_OK, 0, 0, 2, ANSWER(1, 1), .more = -1, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"a byte more", WORKER_OK, 0, 0, 2, ANSWER(1, 1), .more = 1, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"much more", WORKER_OK, 0, 0, 2, ANSWER(1, 1), .more = 1000, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"answers behind a failure", WORKER_FAILED, EIO, 1, 2, ANSWER(1, 1), .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"another count", WORKER_OK, 0, 0, 3, ANSWER(1, 1), .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"a status before the first", WORKER_OK - 1, 0, 0, 2, .is_bare = true, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"a status behind the last", WORKER_MEMORY + 1, 0, 0, 2, .is_bare = true, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"an item that is none", WORKER_FAILED, EIO, 2, 2, .is_bare = true, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"more than known", WORKER_OK, 0, 0, 2, ANSWER(2, 0), .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"more than a member", WORKER_OK, 0, 0, 2, ANSWER(1, 2), .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"a stray byte",
         WORKER_OK,
         0,
         0,
         2,
         {.is_known = 1, .unused = 1},
         .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"ends badly", WORKER_OK, 0, 0, 2, ANSWER(1, 1), .exit_code = 1, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"is killed", WORKER_OK, 0, 0, 2, ANSWER(1, 1), .signal = SIGKILL, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_BROKEN},
        {"hangs behind its answer", WORKER_OK, 0, 0, 2, ANSWER(1, 1), .hangs = true, .want = VMNETACL_TRYAGAIN,
         .code = VMNETACL_CODE_LOOKUP_TIMEOUT},
        {"hangs behind too long an answer", WORKER_OK, 0, 0, 2, ANSWER(1, 1), .more = 1, .hangs = true,
         .want = VMNETACL_TRYAGAIN, .code = VMNETACL_CODE_LOOKUP_BROKEN},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lookup_item items[2];
        struct vmnetacl_error error;
        size_t failed;
        enum vmnetacl_status status = run(&rows[i], items, rows[i].hangs ? 100 : 10000, &failed, &error);
        if (status != rows[i].want || (status != VMNETACL_OK && error.code != rows[i].code))
            fail_msg("%s: %s, %s", rows[i].name, vmnetacl_status_name(status), vmnetacl_code_name(error.code));
        assert_int_equal(failed, rows[i].want_failed != 0 ? rows[i].want_failed : 2);
        if (rows[i].message != NULL)
            assert_string_equal(error.message, rows[i].message);
        if (status == VMNETACL_UNAVAIL)
            assert_int_equal(error.system_errno, rows[i].error == EIO ? EIO : 0);
        for (size_t j = 0; j < 2 && status == VMNETACL_OK; j++) {
            assert_int_equal(items[j].answer.is_known, rows[i].answer.is_known);
            assert_int_equal(items[j].answer.is_member, rows[i].answer.is_member);
            assert_int_equal(items[j].answer.membership_is_asked, j == 1);
            assert_int_equal(items[j].answer.id, 77);
        }
    }
}

static void test_lookup_run_call_fails_try_again(void **state)
{
    static const struct life fine = {"fine", WORKER_OK, 0, 0, 2, .answer = ANSWER(1, 1)};
    static const struct {
        const char *name;
        int call;
        int system_errno;
        int count; /* -1: always */
        enum vmnetacl_status want;
        enum vmnetacl_code code;
    } rows[] = {
        {"pipe2", PIPE2, EMFILE, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_SYSTEM},
        {"fork", FORK, EAGAIN, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_SYSTEM},
        {"fork, no memory", FORK, ENOMEM, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_MEMORY},
        {"poll", POLL, EINVAL, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_SYSTEM},
        {"poll, interrupted", POLL, EINTR, 2, VMNETACL_OK, VMNETACL_CODE_NONE},
        {"read", READ, EIO, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_SYSTEM},
        {"read, interrupted", READ, EINTR, 2, VMNETACL_OK, VMNETACL_CODE_NONE},
        {"waitpid, interrupted", WAITPID, EINTR, 2, VMNETACL_OK, VMNETACL_CODE_NONE},
        {"sigaction", SIGACTION, EINVAL, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_LOOKUP_BROKEN},
        {"malloc", MALLOC, ENOMEM, 1, VMNETACL_TRYAGAIN, VMNETACL_CODE_MEMORY},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lookup_item items[2];
        struct vmnetacl_error error;
        size_t failed;
        enum vmnetacl_status status;
        failing = (unsigned)rows[i].call;
        failures_left = rows[i].count;
        failing_errno = rows[i].system_errno;
        status = run(&fine, items, 10000, &failed, &error);
        if (status != rows[i].want || (status != VMNETACL_OK && error.code != rows[i].code))
            fail_msg("%s: %s, %s", rows[i].name, vmnetacl_status_name(status), vmnetacl_code_name(error.code));
        assert_int_equal(failed, 2);
    }
}

/* Somebody else of the program's has waited for the worker: its pid may be anybody's now. */
static void test_lookup_run_worker_waited_for_by_another_not_believed(void **state)
{
    static const struct life fine = {"fine", WORKER_OK, 0, 0, 2, .answer = ANSWER(1, 1)};
    struct lookup_item items[2];
    struct lookup lookup = {.uid = 5, .items = items, .count = 2};
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
    static const struct life fine = {"fine", WORKER_OK, 0, 0, 2, .answer = ANSWER(1, 1)};
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
    static const struct life fine = {"fine", WORKER_OK, 0, 0, 2, .answer = ANSWER(1, 1)};
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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup_run_any_answer),
        cmocka_unit_test(test_lookup_run_call_fails_try_again),
        cmocka_unit_test(test_lookup_run_worker_waited_for_by_another_not_believed),
        cmocka_unit_test(test_lookup_run_deadline_kept),
        cmocka_unit_test(test_lookup_run_children_must_be_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
