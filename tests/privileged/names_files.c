/* SPDX-License-Identifier: MIT
 *
 * See names.h: /etc/passwd and /etc/group know the names.
 */
#define _GNU_SOURCE
#include "names.h"

int names_world_setup(void **state)
{
    lab_text_write("/etc/nsswitch.conf", "passwd: files\ngroup: files\n", 0, 0, 0644); /* glibc's */
    lab_command("cp -p /etc/passwd /etc/group /run/lab/");
    return helper_world_setup(state);
}

int names_reset(void **state)
{
    names_rules_reset(state);
    names_accounts(CLUB_GROUP);
    return 0;
}

void names_accounts(const char *text)
{
    lab_text_write("/run/lab/accounts", text, 0, 0, 0600);
    lab_command("cp -p /run/lab/passwd /run/lab/group /etc/");
    lab_command(
        "awk '$1 == \"user\" { print $2 \":x:\" $3 \":\" $4 \"::/:/bin/sh\" }' /run/lab/accounts >>/etc/passwd");
    lab_command("awk '$1 == \"group\" { print $2 \":x:\" $3 \":\" $4 }' /run/lab/accounts >>/etc/group");
}
