/* SPDX-License-Identifier: MIT
 *
 * Local users and groups, where services are listed that are not there: Fedora's default without sssd, and NixOS, where
 * no module is in the loader's path and nscd answers for all.
 */
#define _GNU_SOURCE
#include "service.h"

#define ASSERT(when, requests) requests_assert(when, requests, sizeof(requests) / sizeof *(requests))

static const struct lab_caller bare = {.uid = 4242, .gid = 4242};

static const struct request local[] = {
    {"allow user vmuser bridge virbr0\n", &lab_vmuser, GRANTED},
    {"allow user vmuser bridge virbr0\n", &lab_vmother, DENIED},
    {"allow group vmgroup bridge virbr0\n", &lab_vmuser, GRANTED},
    {"allow group vmgroup bridge virbr0\n", &bare, DENIED},
    {ALLOW_ALL "deny user vmuser bridge virbr0\n", &lab_vmuser, DENIED},
    {ALLOW_ALL "deny user vmuser bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny group vmgroup bridge virbr0\n", &lab_vmuser, DENIED},
    {ALLOW_ALL "deny group vmgroup bridge virbr0\n", &bare, DENIED},
    {ALLOW_ALL "deny group vmgroup bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny group vmgroup bridge virbr0\n", &lab_root, GRANTED},
    {ALLOW_ALL "deny gid 4250 bridge virbr0\n", &bare, DENIED},
    {ALLOW_ALL "deny gid 4250 bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny group nosuch bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny group nosuch bridge virbr0\n", &nameless, UNTOLD},
    {ALLOW_ALL "deny user nosuch bridge virbr0\n", &lab_vmother, GRANTED},
    {ALLOW_ALL "deny group vmgroup bridge virbr0\n", &no_account, UNTOLD},
    {"allow user nosuch bridge virbr0\nallow group nosuch bridge virbr0\nallow uid 4242 bridge virbr0\n", &lab_vmuser,
     GRANTED},
};

static void test_local_fedora_without_sssd(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    services_switch("files sss systemd", "files [SUCCESS=merge] sss [SUCCESS=merge] systemd");
    ASSERT("Fedora", local);
    services_switch("sss files systemd", "sss files systemd"); /* older releases */
    ASSERT("Fedora, older", local);
}

/* nscd(8) sees the modules, and the helper does not. */
static void test_local_only_nscd_has_modules(void **state)
{
    static const struct request remote_users[] = {
        {ALLOW_ALL "deny group students bridge virbr0\n", &lab_vmuser, DENIED},
        {ALLOW_ALL "deny group students bridge virbr0\n", &remote, DENIED},
        {ALLOW_ALL "deny user vmremote bridge virbr0\n", &remote, DENIED},
        {"allow user vmremote bridge virbr0\n", &remote, GRANTED},
        {"allow group students bridge virbr0\n", &in_credentials, GRANTED},
    };

    (void)state;
    service("start slapd");
    service("start nslcd");
    services_switch("files ldap", "files ldap");
    service("start nscd");
    /* An empty file in the place of each module: nscd has loaded what it needs. */
    lab_command("getent group students >/dev/null && : >/run/lab/empty.so && "
                "for module in /lib/*/libnss_*.so.2; do mount --bind /run/lab/empty.so \"$module\" || exit; done");
    assert_int_not_equal(lab_command_status("getent -s ldap passwd vmremote >/dev/null 2>&1"), 0);
    ASSERT("NixOS", local);
    ASSERT("NixOS", remote_users);
    lab_command("for module in /lib/*/libnss_*.so.2; do umount \"$module\" || exit; done");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_local_fedora_without_sssd),
        cmocka_unit_test_teardown(test_local_only_nscd_has_modules, services_reset),
    };

    return cmocka_run_group_tests_name("local", tests, services_setup, NULL);
}
