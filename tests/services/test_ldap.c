/* SPDX-License-Identifier: MIT
 *
 * Users and groups of an LDAP directory: slapd, with sssd, with nslcd, and with nscd before it; each of them up,
 * stopped, killed and started again.
 */
#define _GNU_SOURCE
#include "service.h"

#include <stdio.h>

/* All services are up. */
static const struct request up[] = {
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmuser, DENIED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &in_credentials, DENIED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &remote, DENIED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_root, GRANTED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &nameless, GRANTED}, /* students are 7000, and he is not */
    {ALLOW_ALL "deny group nosuch bridge virbr0\n", &nameless, UNTOLD},
    {ALLOW_ALL "deny group nosuch bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &no_account, UNTOLD},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &lab_vmuser, DENIED},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &in_credentials, DENIED},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &remote, DENIED},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny group vmremote bridge virbr0\n", &remote, DENIED}, /* his primary group */
    {ALLOW_ALL "deny user vmremote bridge virbr0\n", &remote, DENIED},
    {ALLOW_ALL "deny user vmremote bridge virbr0\n", &lab_vmuser, GRANTED},
    {"allow group students bridge virbr0\n", &in_credentials, GRANTED},
    {"allow group students bridge virbr0\n", &remote_in_credentials, GRANTED},
    {"allow group students bridge virbr0\n", &lab_vmuser, DENIED},
    {"allow user vmremote bridge virbr0\n", &remote, GRANTED},
    {"allow user vmremote bridge virbr0\n", &lab_vmuser, DENIED},
    {ALLOW_ALL "deny group vmgroup bridge virbr0\n", &lab_vmuser, DENIED},
    {"allow group vmgroup bridge virbr0\n", &lab_vmuser, GRANTED},
};

/* The service is down, and stands last in the line: nothing of it is lost, and local users and groups are known. */
static const struct request down[] = {
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmuser, UNTOLD},
    {ALLOW_ALL "deny group students bridge virbr0\n", &in_credentials, UNTOLD},
    {ALLOW_ALL "deny group students bridge virbr0\n", &remote, UNTOLD},
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmother, UNTOLD},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &lab_vmuser, UNTOLD},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &in_credentials, DENIED}, /* which needs no name */
    {ALLOW_ALL "deny user vmremote bridge virbr0\n", &remote, UNTOLD},
    {ALLOW_ALL "deny user vmremote bridge virbr0\n", &lab_vmuser, UNTOLD},
    {"allow group students bridge virbr0\n", &in_credentials, UNTOLD},
    {"allow user vmremote bridge virbr0\n", &remote, UNTOLD},
    {"allow group students bridge virbr0\nallow user vmuser bridge virbr0\n", &lab_vmuser, GRANTED},
    {ALLOW_ALL "deny group vmgroup bridge virbr0\n", &lab_vmuser, DENIED},
    {ALLOW_ALL "deny group vmgroup bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny user vmuser bridge virbr0\n", &lab_vmother, GRANTED},
    {"allow group vmgroup bridge virbr0\n", &lab_vmuser, GRANTED},
};

/* The service does not answer, or from what it remembers: who is meant is refused in any case. */
static const struct request silent[] = {
    {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmuser, REFUSED},
    {ALLOW_ALL "deny group students bridge virbr0\n", &in_credentials, REFUSED},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &lab_vmuser, REFUSED},
    {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &in_credentials, DENIED},
    {ALLOW_ALL "deny user vmremote bridge virbr0\n", &remote, REFUSED},
};

/* A local group is known without it. */
static const struct request local[] = {
    {"allow group vmgroup bridge virbr0\n", &lab_vmuser, GRANTED},
};

#define ASSERT(when, requests) requests_assert(when, requests, sizeof(requests) / sizeof *(requests))

static void service_of(const char *action, const char *name)
{
    char text[64];

    snprintf(text, sizeof text, "%s %s", action, name);
    service(text);
}

/* As it may go with a service of a directory server. line: of passwd and group. */
static void life_assert(const char *name, const char *line)
{
    print_message("  %s: up\n", name);
    services_switch(line, line);
    service_of("start", name);
    ASSERT("up", up);
    print_message("  %s: stopped\n", name);
    service_of("freeze", name);
    ASSERT("stopped", silent);
    ASSERT("stopped", local);
    service_of("thaw", name);
    print_message("  %s: killed, its files left\n", name);
    service_of("stop", name);
    ASSERT("killed", silent);
    print_message("  %s: gone\n", name);
    service_of("clean", name);
    ASSERT("gone", down);
    print_message("  %s: up again\n", name);
    service_of("start", name);
    ASSERT("up again", up);
}

static void test_sssd_life(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    life_assert("sssd", "files sss");
}

static void test_nslcd_life(void **state)
{
    (void)state;
    life_assert("nslcd", "files ldap");
}

/* The server after nslcd goes away: nslcd says so. */
static void test_nslcd_without_its_server(void **state)
{
    (void)state;
    services_switch("files ldap", "files ldap");
    service("start nslcd");
    service("stop slapd");
    ASSERT("no slapd", silent);
    service("start slapd");
}

/* nscd answers for it, from its cache for as long as an entry lives. */
static void test_nscd_in_front(void **state)
{
    (void)state;
    services_switch("files ldap", "files ldap");
    service("start nslcd");
    service("start nscd");
    ASSERT("up", up);
    service("freeze nscd");
    ASSERT("nscd stopped", silent);
    service("thaw nscd");
    service("stop nslcd");
    ASSERT("nslcd killed, nscd remembers", silent);
    service("stop nscd");
    service("clean nscd");
    service("clean nslcd");
    ASSERT("both gone", down);
}

/* A service that dies and comes back while requests are made: who is meant is never granted. */
static void test_nslcd_restarted_meanwhile(void **state)
{
    static const struct request meant[] = {
        {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmuser, REFUSED},
        {ALLOW_ALL "deny gid 7000 bridge virbr0\n", &lab_vmuser, REFUSED},
        {ALLOW_ALL "deny user vmremote bridge virbr0\n", &remote, REFUSED},
    };

    (void)state;
    services_switch("files ldap", "files ldap");
    service("start nslcd");
    for (unsigned i = 0; i < 10; i++) {
        lab_command("sh \"$VMNET_SERVICE_SH\" stop nslcd && (sh \"$VMNET_SERVICE_SH\" start nslcd; "
                    "touch /run/lab/restarted) </dev/null >/dev/null 2>&1 &");
        do
            ASSERT("restarted meanwhile", meant);
        while (lab_command_status("rm /run/lab/restarted 2>/dev/null") != 0);
    }
    ASSERT("up", up);
}

static int setup(void **state)
{
    const int status = services_setup(state);

    service("start slapd");
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_sssd_life, services_reset),
        cmocka_unit_test_teardown(test_nslcd_life, services_reset),
        cmocka_unit_test_teardown(test_nslcd_without_its_server, services_reset),
        cmocka_unit_test_teardown(test_nscd_in_front, services_reset),
        cmocka_unit_test_teardown(test_nslcd_restarted_meanwhile, services_reset),
    };

    return cmocka_run_group_tests_name("ldap", tests, setup, NULL);
}
