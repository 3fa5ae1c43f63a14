/* SPDX-License-Identifier: MIT
 *
 * See names.h: a name service's module knows the names.
 */
#define _GNU_SOURCE
#include "names.h"

#include "service.h"

int names_world_setup(void **state)
{
    nss_install();
    return helper_world_setup(state);
}

int names_reset(void **state)
{
    names_rules_reset(state);
    nss_switch("files vmtest", "files vmtest", NULL);
    names_accounts(CLUB_GROUP);
    return 0;
}

void names_accounts(const char *text)
{
    nss_vmtest(text);
}
