/* SPDX-License-Identifier: MIT
 *
 * The helper under test with rules that name users and groups. Who knows them is chosen by what a test is linked with:
 * names_vmtest.c, where it is vmtest (tests/nss), a name service's module; names_files.c, where it is /etc/passwd and
 * /etc/group, as on every C library.
 */
#ifndef VMNET_PRIVILEGED_NAMES_H
#define VMNET_PRIVILEGED_NAMES_H

#include "helper.h"

#define DIRECTORY  "/etc/vmnet/rules.d"
#define RULES_FILE DIRECTORY "/test.rules"
#define SWITCH     "/etc/vmnet/switch.conf"

/* vmuser is of this group by his account, and not in his credentials. */
#define CLUB_GROUP "group vmclub 7777 vmuser,vmother\n"

/* A cmocka group setup: helper_world_setup(), and who knows the names is there. */
int names_world_setup(void **state);

/* A cmocka test setup: no bridge.conf, no rules; besides lab.sh's accounts there is CLUB_GROUP. With vmtest, passwd and
 * group are "files vmtest". */
int names_reset(void **state);

/* names_reset(); then everybody is allowed but vmclub. To go on without an answer about vmclub would be to go on with
 * bridge.conf, and to grant. */
int names_club_reset(void **state);

/* These accounts, written as for vmtest ("user NAME UID GID", "group NAME GID MEMBER,..."), instead of CLUB_GROUP. */
void names_accounts(const char *text);

/* What names_reset() does to the rules. */
void names_rules_reset(void **state);

/* Write the only file in rules.d. */
void names_rules_write(const char *text);

/* As helper_assert_granted() and helper_assert_refused(), for the start that was last; and no process is left. */
void names_assert_granted(const struct lab_result *result);
void names_assert_refused(const struct lab_result *result, int code, const char *words);

/*
 * With rules that grant it after a lookup: by each kind of start, the helper does what it always does, and forks once.
 */
void names_assert_phases_kept(void);

/* Start as vmuser with --br=virbr0. */
struct lab_result *names_run(void);

#endif
