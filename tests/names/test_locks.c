/* SPDX-License-Identifier: MIT
 *
 * vmnetacl_resolve() while another thread is within the C library: the process that asks finds the locks taken that the
 * thread held at the fork, and nobody can release them there. It is made anew, until one finds them free.
 */
#define _FILE_OFFSET_BITS 64 /* off_t is what fopencookie(3) takes */
#define _GNU_SOURCE
#include "run.h"
#include "service.h"
#include "vmnetacl.h"

/* cmocka wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static const struct vmnetacl_caller other = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 4243, .gid = 4243}; /* vmother */
static const struct vmnetacl_caller third = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 4242, .gid = 4242}; /* vmuser */

static struct vmnetacl_policy *policy;

/* So many users that the local ones are read with fgetpwent(3). */
static int policy_setup(void **state)
{
    static const char text[] = "allow user u1 bridge all\nallow user u2 bridge all\nallow user u3 bridge all\n"
                               "allow user u4 bridge all\nallow user u5 bridge all\nallow user u6 bridge all\n"
                               "allow user root bridge all\nallow user vmother bridge all\n";
    static const struct vmnetacl_buffer buffer = {.source = "files",
                                                  .path = "/test.rules",
                                                  .text = text,
                                                  .text_len = sizeof text - 1};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct vmnetacl_error error;

    (void)state; /* cmocka's signature, here and below */
    nss_switch("files", "files", NULL);
    return vmnetacl_load_from(&origin, &policy, &error) == VMNETACL_OK ? 0 : -1;
}

static int policy_teardown(void **state)
{
    (void)state;
    vmnetacl_free(policy);
    return 0;
}

/* Look up, and decide on what was found. */
static enum vmnetacl_status ask(const struct vmnetacl_caller *caller, unsigned timeout_ms,
                                enum vmnetacl_status *verdict, struct vmnetacl_error *error)
{
    struct vmnetacl_names *names;
    const enum vmnetacl_status status = vmnetacl_resolve(policy, caller, "virbr0", timeout_ms, &names, error);

    *verdict = VMNETACL_INVALID;
    if (status == VMNETACL_OK)
        *verdict = vmnetacl_decide(policy, caller, names, "virbr0", NULL);
    vmnetacl_names_free(names);
    return status;
}

/* A thread within fgetpwent(3), where glibc holds a lock that fork(2) does not release in the child. */
static struct holder {
    pthread_t thread;
    sem_t is_held;
    sem_t is_over;
    unsigned forks;  /* how many there have been meanwhile */
    unsigned enough; /* the fork before which the lock is released; 0: none */
} holder;

static ssize_t holder_read(void *cookie, char *bytes, size_t len)
{
    (void)cookie;
    (void)bytes;
    (void)len;
    assert_int_equal(sem_post(&holder.is_held), 0);
    while (sem_wait(&holder.is_over) != 0)
        continue; /* interrupted */
    return 0;
}

/* fgetpwent(3) reads only from files that have positions. */
static int holder_seek(void *cookie, off_t *position, int whence)
{
    (void)cookie;
    (void)whence;
    *position = 0;
    return 0;
}

static void *holder_run(void *file)
{
    (void)fgetpwent(file); /* no account: there is none in the file */
    return NULL;
}

static void holder_count_fork(void)
{
    if (++holder.forks == holder.enough)
        assert_int_equal(sem_post(&holder.is_over), 0);
}

/* Ask while the lock is held: how often the library has forked. */
static unsigned ask_while_held(unsigned enough, unsigned timeout_ms, const struct vmnetacl_caller *caller,
                               enum vmnetacl_status *status, enum vmnetacl_status *verdict,
                               struct vmnetacl_error *error)
{
    const cookie_io_functions_t functions = {.read = holder_read, .seek = holder_seek};
    FILE *file = fopencookie(NULL, "r", functions);
    unsigned forks;

    assert_non_null(file);
    holder = (struct holder){.enough = enough};
    assert_int_equal(sem_init(&holder.is_held, 0, 0), 0);
    assert_int_equal(sem_init(&holder.is_over, 0, 0), 0);
    assert_int_equal(pthread_create(&holder.thread, NULL, holder_run, file), 0);
    assert_int_equal(sem_wait(&holder.is_held), 0);
    *status = ask(caller, timeout_ms, verdict, error);
    forks = holder.forks;
    holder.enough = 0;
    assert_int_equal(sem_post(&holder.is_over), 0); /* whether or not it was before */
    assert_int_equal(pthread_join(holder.thread, NULL), 0);
    assert_int_equal(fclose(file), 0);
    return forks;
}

static void test_resolve_lock_released_later_answers(void **state)
{
    enum vmnetacl_status status, verdict;
    struct vmnetacl_error error;

    (void)state;
    for (unsigned enough = 1; enough <= 4; enough++) {
        ask_while_held(enough, 20000, &other, &status, &verdict, &error);
        assert_int_equal(status, VMNETACL_OK);
        assert_int_equal(verdict, VMNETACL_ALLOW);
        ask_while_held(enough, 20000, &third, &status, &verdict, &error);
        assert_int_equal(status, VMNETACL_OK);
        assert_int_equal(verdict, VMNETACL_NOTFOUND);
    }
}

static void test_resolve_lock_never_released_timeout_is_kept(void **state)
{
    enum vmnetacl_status status, verdict;
    struct vmnetacl_error error;
    unsigned forks;

    (void)state;
    forks = ask_while_held(0, 500, &third, &status, &verdict, &error);
    if (status == VMNETACL_OK) { /* a C library whose fgetpwent(3) has no lock */
        assert_int_equal(verdict, VMNETACL_NOTFOUND);
        assert_int_equal(forks, 1);
        return;
    }
    assert_int_equal(status, VMNETACL_TRYAGAIN);
    assert_string_equal(vmnetacl_code_name(error.code), vmnetacl_code_name(VMNETACL_CODE_LOOKUP_TIMEOUT));
    assert_in_range(forks, 1, 12); /* it waits longer each time */
}

static int world_setup(void **state)
{
    (void)state;
    return pthread_atfork(holder_count_fork, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_resolve_lock_released_later_answers, policy_setup, policy_teardown),
        cmocka_unit_test_setup_teardown(test_resolve_lock_never_released_timeout_is_kept, policy_setup,
                                        policy_teardown),
    };

    return cmocka_run_group_tests_name("locks", tests, world_setup, NULL);
}
