/* SPDX-License-Identifier: MIT */
/*
 * The side that asks. Every byte of the answer may be wrong: the worker runs code that is not ours, and where it has no
 * uid of its own its caller can stop, kill and limit it. Whatever is odd about its answer is TRYAGAIN, which no switch
 * skips.
 */
#include "lookup.h"

#include "error.h"
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The longest wait from one worker to the next. */
#define PAUSE_MAX_MS 128

static enum vmnetacl_status fail(enum vmnetacl_code code, const char *message, struct vmnetacl_error *error)
{
    return error_set(error, code, NULL, 0, 0, "%s", message);
}

/* Whatever the errno is, a caller may have provoked it. */
static enum vmnetacl_status fail_system(int system_errno, const char *message, struct vmnetacl_error *error)
{
    (void)fail(VMNETACL_CODE_LOOKUP_BROKEN, message, error); /* the status is asked for below */
    error->system_errno = system_errno;
    return error_status(error);
}

static long long now_ms(void)
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails only for wrong arguments */
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum vmnetacl_status fail_late(const struct lookup *lookup, unsigned timeout_ms, struct vmnetacl_error *error)
{
    return error_set(error, VMNETACL_CODE_LOOKUP_TIMEOUT, NULL, 0, 0,
                     "the name service did not answer about %u name(s) within %u ms; see how long 'getent passwd NAME' "
                     "takes, or write fewer names, or groups, or numbers",
                     (unsigned)lookup->count, timeout_ms);
}

/* Read until the end, at most size bytes. OK; TRYAGAIN when it takes too long or cannot be read. */
static enum vmnetacl_status read_all(int fd, long long deadline_ms, char *bytes, size_t size, size_t *len,
                                     bool *is_late, struct vmnetacl_error *error)
{
    ssize_t count = 1;

    *len = 0;
    while (count != 0 && *len < size) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        long long left_ms = deadline_ms - now_ms();
        int ready = left_ms > 0 ? poll(&wait, 1, (int)left_ms) : 0;
        *is_late = ready == 0;
        if (*is_late)
            return VMNETACL_TRYAGAIN;
        if (ready < 0 && errno != EINTR)
            return fail_system(errno, "cannot wait for the name service", error);
        if (ready < 0)
            continue;
        count = read(fd, bytes + *len, size - *len);
        if (count < 0 && errno != EINTR)
            return fail_system(errno, "cannot read the answer of the name service", error);
        if (count > 0)
            *len += (size_t)count;
    }
    return VMNETACL_OK;
}

/*
 * End the worker, if it has not ended; the other end of the lifeline is closed. Returns how it ended, as wait(2); -1:
 * unknown.
 */
static int reap(pid_t pid)
{
    siginfo_t info;
    int status = -1;
    pid_t reaped;

    /* A wait(2) for any child, elsewhere in the program, may have taken it, and its pid may be reused. */
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return -1;
    /* A worker that is already exiting keeps its status: the kernel sets it before it closes the last descriptor. A
       worker with a uid of its own cannot be signalled by us, but the lifeline has killed it. */
    (void)kill(pid, SIGKILL);
    do {
        reaped = waitpid(pid, &status, 0);
    } while (reaped < 0 && errno == EINTR);
    return reaped == pid ? status : -1;
}

/* The worker did not end by itself with exit code 0. */
static enum vmnetacl_status fail_ended(int how, struct vmnetacl_error *error)
{
    if (WIFSIGNALED(how) && WTERMSIG(how) == SIGSYS)
        return fail(VMNETACL_CODE_LOOKUP_FAILED,
                    "a module of the name service did what it may not do here, such as starting a thread or a process, "
                    "or using the network where a unit forbids it; write uid and gid in the rules",
                    error);
    return fail(VMNETACL_CODE_LOOKUP_BROKEN, "the process that looks up names did not end well", error);
}

/* A call that failed: UNAVAIL. */
static enum vmnetacl_status fail_call(const struct lookup *lookup, const struct worker_head *head,
                                      struct vmnetacl_error *error)
{
    static const enum vmnetacl_code code = VMNETACL_CODE_LOOKUP_FAILED;
    const char *name = lookup->items[head->item].name;

    if (head->call == LOOKUP_NO_ACCOUNT)
        return error_set(error, code, NULL, 0, 0,
                         "the caller, uid %u, has no account, so this deny may apply to it; create the account",
                         head->id);
    if (head->call == LOOKUP_NAMELESS)
        return error_set(error, code, NULL, 0, 0,
                         "this group is unknown, and may be the caller's group %u, which has no name; give it one",
                         head->id);
    if (head->call == LOOKUP_USER)
        (void)error_set(error, code, NULL, 0, 0, "cannot look up user '%s' (try 'getent passwd')", name);
    else if (head->call == LOOKUP_GROUP)
        (void)error_set(error, code, NULL, 0, 0, "cannot look up group '%s' (try 'getent group')", name);
    else if (head->call == LOOKUP_UID)
        (void)error_set(error, code, NULL, 0, 0, "cannot look up the caller, uid %u (try 'getent passwd')", head->id);
    else if (head->call == LOOKUP_GID)
        (void)error_set(error, code, NULL, 0, 0, "cannot look up gid %u (try 'getent group')", head->id);
    else
        (void)error_set(error, code, NULL, 0, 0,
                        "cannot look up the groups of the caller, uid %u (try 'getent initgroups')", head->id);
    if (head->error == ELIBACC) /* what the C library makes of a module that it cannot load */
        error_append(error, "; a service in nsswitch.conf is not installed");
    error->system_errno = head->error;
    return error_status(error); /* hence the casts above */
}

static enum vmnetacl_status fail_worker(const struct lookup *lookup, const struct worker_head *head,
                                        struct vmnetacl_error *error)
{
    if (head->status == WORKER_LIMITS)
        return fail(VMNETACL_CODE_LOOKUP_LIMITS,
                    "the resource limits are too tight to look up names in the rules; see 'ulimit -a': 64 files, "
                    "256 MiB of memory",
                    error);
    if (head->status == WORKER_BUSY)
        return fail(VMNETACL_CODE_LOOKUP_LIMITS, "too many requests look up names at this moment; try again", error);
    if (head->status == WORKER_MEMORY)
        return fail_system(ENOMEM, "cannot get memory to look up names", error);
    return fail_call(lookup, head, error);
}

/* Can a worker fail so? */
static bool is_failure(const struct lookup *lookup, const struct worker_head *head)
{
    const struct lookup_item *item = &lookup->items[head->item < lookup->count ? head->item : 0];

    if (head->call == LOOKUP_NONE || head->call > LOOKUP_NAMELESS || head->item >= lookup->count)
        return false;
    if (head->call == LOOKUP_USER)
        return item->kind == ACCOUNT_USER;
    if (head->call == LOOKUP_GROUP)
        return item->kind == ACCOUNT_GROUP;
    return item->is_denied && head->status == WORKER_FAILED;
}

/* Is it what no worker writes? answers_len: bytes after the head. */
static bool is_odd(const struct lookup *lookup, const struct worker_head *head, size_t answers_len)
{
    size_t wanted_len = head->status == WORKER_OK ? lookup->count * sizeof(struct worker_answer) : 0;

    if (head->count != lookup->count || head->status < WORKER_OK || head->status > WORKER_BUSY ||
        answers_len != wanted_len)
        return true;
    if (head->status == WORKER_FAILED)
        return !is_failure(lookup, head);
    return head->status == WORKER_OK && head->call != LOOKUP_NONE && !is_failure(lookup, head);
}

/* One answer; false when it is what no worker writes. */
static bool take_answer(struct lookup_item *item, const struct worker_answer *answer)
{
    if (answer->state > ACCOUNT_FAILED || answer->is_caller > 1 || answer->unused != 0)
        return false;
    if (item->is_denied && answer->state != ACCOUNT_KNOWN && answer->state != ACCOUNT_ABSENT)
        return false;
    item->answer = (struct account_answer){.state = answer->state,
                                           .is_for_deny = item->is_denied,
                                           .is_caller = answer->is_caller == 1,
                                           .id = answer->id};
    return true;
}

/* Take apart what the worker wrote. */
static enum vmnetacl_status take_answers(struct lookup *lookup, const char *bytes, size_t len, size_t *failed,
                                         struct vmnetacl_error *error)
{
    static const char odd[] = "the process that looks up names ended without an answer";
    struct worker_head head;

    if (len < sizeof head)
        return fail(VMNETACL_CODE_LOOKUP_BROKEN, odd, error);
    memcpy(&head, bytes, sizeof head);
    if (is_odd(lookup, &head, len - sizeof head))
        return fail(VMNETACL_CODE_LOOKUP_BROKEN, odd, error);
    if (head.status == WORKER_FAILED || (head.status == WORKER_OK && head.call != LOOKUP_NONE))
        *failed = head.item;
    if (head.status != WORKER_OK)
        return fail_worker(lookup, &head, error);
    for (size_t i = 0; i < lookup->count; i++) {
        struct worker_answer answer;
        memcpy(&answer, bytes + sizeof head + i * sizeof answer, sizeof answer);
        if (!take_answer(&lookup->items[i], &answer)) {
            *failed = lookup->count;
            return fail(VMNETACL_CODE_LOOKUP_BROKEN, odd, error);
        }
    }
    if (head.call != LOOKUP_NONE)
        (void)fail_call(lookup, &head, error); /* only an allow depends on it */
    return VMNETACL_OK;
}

/* The pipes between the worker and us, as pipe2(2) fills them in: we read answers, and hold the lifeline open. */
struct pipes {
    int answer[2];
    int lifeline[2];
};

static bool open_pipes(struct pipes *pipes)
{
    int error;

    if (pipe2(pipes->answer, O_CLOEXEC) != 0)
        return false;
    if (pipe2(pipes->lifeline, O_CLOEXEC) == 0)
        return true;
    error = errno;
    (void)close(pipes->answer[0]); /* nothing was written: nothing to fail, here and below */
    (void)close(pipes->answer[1]);
    errno = error;
    return false;
}

/* One call of lookup_run(). */
struct asking {
    struct lookup *lookup;
    unsigned timeout_ms;
    long long deadline_ms;
    char *bytes; /* room for the answer */
    size_t size;
};

/* Ask one worker. *is_locked: it found a lock taken; the status is TRYAGAIN then, and *error is not filled in. */
static enum vmnetacl_status ask_once(const struct asking *asking, size_t *failed, bool *is_locked,
                                     struct vmnetacl_error *error)
{
    enum vmnetacl_status status;
    bool is_late = false;
    struct pipes pipes;
    size_t len = 0;
    pid_t pid;
    int how;

    *is_locked = false;
    if (!open_pipes(&pipes))
        return fail_system(errno, "cannot make a pipe to look up names", error);
    pid = fork();
    if (pid == 0)
        worker_run(asking->lookup, (struct worker_ends){.answer = pipes.answer[1], .lifeline = pipes.lifeline[0]},
                   asking->timeout_ms);
    status = pid < 0 ? fail_system(errno, "cannot make a process to look up names", error) : VMNETACL_OK;
    (void)close(pipes.answer[1]); /* the worker's ends */
    (void)close(pipes.lifeline[0]);
    if (status == VMNETACL_OK)
        status = read_all(pipes.answer[0], asking->deadline_ms, asking->bytes, asking->size, &len, &is_late, error);
    (void)close(pipes.answer[0]); /* only read from: nothing to fail */
    (void)close(pipes.lifeline[1]);
    if (is_late)
        (void)fail_late(asking->lookup, asking->timeout_ms, error); /* TRYAGAIN, as status is */
    how = pid > 0 ? reap(pid) : 0;
    *is_locked = status == VMNETACL_OK && WIFEXITED(how) && WEXITSTATUS(how) == WORKER_EXIT_LOCKED;
    if (*is_locked)
        return VMNETACL_TRYAGAIN;
    if (how != 0 && status == VMNETACL_OK)
        return fail_ended(how, error);
    return status == VMNETACL_OK ? take_answers(asking->lookup, asking->bytes, len, failed, error) : status;
}

/*
 * Ask one worker after the other, until one finds no lock taken. The thread of the program that holds it is about to
 * release it; it gets more time with each worker.
 */
static enum vmnetacl_status ask(const struct asking *asking, size_t *failed, struct vmnetacl_error *error)
{
    int pause_ms = 1;

    for (;;) {
        bool is_locked;
        enum vmnetacl_status status = ask_once(asking, failed, &is_locked, error);
        if (!is_locked)
            return status;
        if (now_ms() + pause_ms >= asking->deadline_ms)
            return fail_late(asking->lookup, asking->timeout_ms, error);
        (void)poll(NULL, 0, pause_ms); /* a signal may end it early */
        pause_ms = pause_ms < PAUSE_MAX_MS ? pause_ms * 2 : pause_ms;
    }
}

/* If the kernel reaps children itself, another process may have the worker's pid before we wait for it. */
static bool children_are_kept(void)
{
    struct sigaction action;

    return sigaction(SIGCHLD, NULL, &action) == 0 && (action.sa_flags & SA_NOCLDWAIT) == 0 &&
           ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_IGN);
}

enum vmnetacl_status lookup_run(struct lookup *lookup, unsigned timeout_ms, size_t *failed,
                                struct vmnetacl_error *error)
{
    /* A byte more than a whole answer shows that one is too long. */
    size_t size = sizeof(struct worker_head) + lookup->count * sizeof(struct worker_answer) + 1;
    struct asking asking = {.lookup = lookup, .size = size};
    enum vmnetacl_status status;

    *failed = lookup->count;
    asking.timeout_ms = timeout_ms < INT_MAX ? timeout_ms : INT_MAX; /* poll(2) takes no more */
    if (!children_are_kept())
        return fail(VMNETACL_CODE_LOOKUP_BROKEN, "names cannot be looked up while SIGCHLD is ignored", error);
    asking.bytes = malloc(size);
    if (asking.bytes == NULL)
        return fail_system(ENOMEM, "cannot get memory to look up names", error);
    asking.deadline_ms = now_ms() + asking.timeout_ms;
    status = ask(&asking, failed, error);
    free(asking.bytes);
    return status;
}
