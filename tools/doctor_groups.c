/* SPDX-License-Identifier: MIT */
/* The groups of the session, which keeps those that it began with, beside those of the user database. */
#include "doctor_checks.h"
#include "memory.h"
#include "rule.h"
#include "vmnetacl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Does an allow depend on this group? */
static bool is_in_rules(gid_t gid, const char *name)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_rules *rules;
    const struct vmnetacl_rule *rule;
    bool is_found = false;

    if (vmnetacl_load(&policy, NULL) != VMNETACL_OK)
        return false;
    rules = rules_open(policy);
    while (!is_found && (rule = vmnetacl_rules_next(rules)) != NULL)
        is_found = !rule->is_deny &&
                   ((rule->subject == VMNETACL_SUBJECT_GID && rule->id == gid) ||
                    (rule->subject == VMNETACL_SUBJECT_GROUP && name != NULL && strcmp(rule->account, name) == 0));
    vmnetacl_rules_close(rules);
    vmnetacl_free(policy);
    return is_found;
}

/* Is the helper only for the members of this group? */
static bool is_of_helper(gid_t gid)
{
    struct stat status;

    return stat(VMNET_HELPER_PATH, &status) == 0 && status.st_gid == gid && (status.st_mode & S_IXOTH) == 0;
}

static void report_missing(struct doctor *doctor, const char *who, gid_t gid)
{
    char *name = account_group_name(gid);
    bool matters = is_in_rules(gid, name) || is_of_helper(gid);
    char *shown = name != NULL ? memory_format("'%s'", name) : memory_format("%u", (unsigned)gid);

    doctor_fail_or_note(doctor, matters,
                        memory_format("the user database has %s in the group %s, but this session began before that, "
                                      "or left the group%s",
                                      who, shown, matters ? "" : "; no rule depends on it"),
                        memory_copy("log out of all sessions and in again; 'id' then shows the group"));
    free(shown);
    free(name);
}

static bool is_listed(const gid_t *groups, size_t groups_count, gid_t gid)
{
    for (size_t i = 0; i < groups_count; i++)
        if (groups[i] == gid)
            return true;
    return false;
}

static void compare_groups(struct doctor *doctor)
{
    const struct vmnetacl_caller *session = &doctor->account.caller;
    const struct vmnetacl_caller *database = doctor->account.database;
    char *who = account_describe(&doctor->account);
    size_t more_count = 0;
    size_t missing_count = 0;

    for (size_t i = 0; i < database->groups_count; i++)
        if (!account_has_group(&doctor->account, database->groups[i])) {
            missing_count++;
            report_missing(doctor, who, database->groups[i]);
        }
    for (size_t i = 0; i < session->groups_count; i++)
        more_count += session->groups[i] != database->gid &&
                      !is_listed(database->groups, database->groups_count, session->groups[i]);
    if (more_count > 0)
        doctor_note(doctor,
                    memory_format("this session has %zu %s that the user database does not give to %s; after the next "
                                  "login, rules for %s may no longer match",
                                  more_count, more_count == 1 ? "group" : "groups", who,
                                  more_count == 1 ? "it" : "them"),
                    NULL);
    if (more_count == 0 && missing_count == 0)
        doctor_ok(doctor, memory_format("this session has the groups that the user database has for %s", who));
    free(who);
}

void doctor_check_groups(struct doctor *doctor)
{
    if (doctor->is_other)
        doctor_ok(doctor, memory_copy("they are those in the user database; a session that began earlier may have "
                                      "others"));
    else if (doctor->names == DOCTOR_NAMES_LATE)
        doctor_note(doctor, memory_copy("the user database was not asked, since the name service is late"), NULL);
    else if (doctor->account.database == NULL)
        doctor_note(doctor,
                    memory_format("the user database does not know uid %u, or cannot be read; rules for users and "
                                  "groups by name may not match, and a deny for a name refuses",
                                  (unsigned)doctor->account.caller.uid),
                    NULL);
    else
        compare_groups(doctor);
}
