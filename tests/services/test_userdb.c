/* SPDX-License-Identifier: MIT
 *
 * Users and groups of libnss_systemd, which asks providers over varlink sockets in /run/systemd/userdb. The provider is
 * the tests' own: it answers, late, not at all, or has died; or its connections are used up.
 */
#define _GNU_SOURCE
#include "service.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROVIDER "/run/systemd/userdb/lab.test"

#define ASSERT(when, requests) requests_assert(when, requests, sizeof(requests) / sizeof *(requests))

static const struct request up[] = {
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmuser, DENIED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &in_credentials, DENIED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &remote, DENIED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &lab_vmuser, DENIED},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &remote, DENIED},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny group vmremote bridge virbr0\n", &remote, DENIED},
    {ALLOW_ALL "deny user vmremote bridge virbr0\n", &remote, DENIED},
    {"allow group students bridge virbr0\n", &in_credentials, GRANTED},
    {"allow group students bridge virbr0\n", &lab_vmuser, DENIED},
    {"allow user vmremote bridge virbr0\n", &remote, GRANTED},
    {ALLOW_ALL "deny group nosuch bridge virbr0\n", &nameless, UNTOLD},
};

/* Who is meant is refused, with or without an answer. */
static const struct request meant[] = {
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmuser, REFUSED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &in_credentials, REFUSED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &remote, REFUSED},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &lab_vmuser, REFUSED},
    {ALLOW_ALL "deny user vmremote bridge virbr0\n", &remote, REFUSED},
};

/* What is known without the provider: its death hides no more than what only it knows. */
static const struct request known_without[] = {
    {ALLOW_ALL "deny group students bridge virbr0\n", &in_credentials, UNTOLD}, /* a group without a name */
    {ALLOW_ALL "deny group students bridge virbr0\n", &remote, UNTOLD},         /* no account */
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &in_credentials, DENIED},
    {ALLOW_ALL "deny user vmremote bridge virbr0\n", &remote, UNTOLD},
    {"allow group students bridge virbr0\n", &in_credentials, REFUSED},
    {"allow user vmremote bridge virbr0\n", &remote, REFUSED},
    {ALLOW_ALL "deny group vmgroup bridge virbr0\n", &lab_vmuser, DENIED},
    {"allow group vmgroup bridge virbr0\n", &lab_vmuser, GRANTED},
    {ALLOW_ALL "deny user vmuser bridge virbr0\n", &lab_vmother, GRANTED},
};

/* Only the provider knows that he is a member: asked by name, the module says that it cannot connect. */
static const struct request only_it_knows[] = {
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmuser, UNTOLD},
};

/* The documented limit (SECURITY.md). When another provider answers, or the socket is not there, or it is asked by gid,
   the module says "no such group", as if it had looked. */
static const struct request cannot_be_told[] = {
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmuser, GRANTED},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &lab_vmuser, GRANTED},
};

static void test_userdb_answers(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    service("start userdb");
    ASSERT("up", up);
}

/* As many connections of a caller to the provider as a uid may have. */
static void connections_open(const void *caller)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = PROVIDER};

    lab_become(caller);
    for (int i = 0; i < DIRECTORY_CONNECTIONS_PER_UID; i++) {
        const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
            lab_die("connections");
    }
}

/* Is the provider's limit reached for this user? It closes one connection more without an answer. */
static bool is_exhausted(const struct lab_caller *caller)
{
    return lab_command_status("setpriv --reuid %u --regid %u --clear-groups getent -s systemd group students "
                              ">/dev/null",
                              (unsigned)caller->uid, (unsigned)caller->gid) != 0;
}

/* The attack: a caller who uses up his connections makes the module say "no such group" to whatever has his uid. */
static void test_userdb_connections_of_the_caller_used_up(void **state)
{
    (void)state;
    service("start userdb");
    assert_false(is_exhausted(&lab_vmuser));
    const pid_t holder = lab_hold(connections_open, &lab_vmuser);
    const bool is_effective = is_exhausted(&lab_vmuser);
    ASSERT("used up", up);
    if (kill(holder, SIGKILL) != 0 || waitpid(holder, NULL, 0) != holder)
        lab_die("holder");
    assert_true(is_effective);
}

static void test_userdb_stopped_or_late(void **state)
{
    (void)state;
    service("start userdb");
    service("freeze userdb");
    ASSERT("stopped", meant);
    service("thaw userdb");
    service("stop userdb");
    service("clean userdb");
    service("start userdb 3000"); /* ms before each answer, which is after the deadline */
    ASSERT("late", meant);
}

static void test_userdb_dead(void **state)
{
    (void)state;
    service("start userdb");
    service("stop userdb");
    ASSERT("dead, its socket left", known_without);
    ASSERT("dead, its socket left", only_it_knows);
    requests_assert("dead, its socket left", &cannot_be_told[1], 1);
    service("start userdb");
    ASSERT("up again", up);
}

static void test_userdb_dead_and_another_answers(void **state)
{
    (void)state;
    service("start empty");
    service("start userdb");
    ASSERT("both up", up);
    service("stop userdb");
    ASSERT("one dead", known_without);
    ASSERT("one dead", cannot_be_told);
    service("clean userdb");
    ASSERT("one gone", known_without);
    ASSERT("one gone", cannot_be_told);
}

static int setup(void **state)
{
    const int status = services_setup(state);

    services_switch("files systemd", "files systemd");
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_userdb_answers, services_reset),
        cmocka_unit_test_teardown(test_userdb_connections_of_the_caller_used_up, services_reset),
        cmocka_unit_test_teardown(test_userdb_stopped_or_late, services_reset),
        cmocka_unit_test_teardown(test_userdb_dead, services_reset),
        cmocka_unit_test_teardown(test_userdb_dead_and_another_answers, services_reset),
    };

    return cmocka_run_group_tests_name("userdb", tests, setup, NULL);
}
