/* SPDX-License-Identifier: MIT */
/* Reads the rules with the caller's permissions: a message can only tell what he could have read himself. */
#include "policy.h"

#include "caller.h"
#include "diagnosis.h"
#include "message.h"
#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static noreturn void die_unreadable(enum vmnetacl_status status, const struct vmnetacl_error *error)
{
    /* There root's files seem to be nobody's. */
    if (error->code == VMNETACL_CODE_FOLDER_OWNER || error->code == VMNETACL_CODE_FILE_OWNER)
        diagnose_user_namespace();
    errno = error->system_errno;
    if (error->code == VMNETACL_CODE_FILE_DENIED)
        die(EX_CONFIG, "cannot read acl file: %s: %s: %m; join the group that may read it, or have it made readable",
            error->file, error->message);
    if (error->code == VMNETACL_CODE_FILE_CHANGED)
        die(EX_TEMPFAIL, "cannot read acl file: %s: %s; try again", error->file, error->message);
    if (error->system_errno != 0)
        die(status == VMNETACL_TRYAGAIN ? EX_TEMPFAIL : EX_CONFIG, "cannot read acl file: %s: %s: %m; try again",
            error->file, error->message);
    if (error->line == 0)
        die(EX_CONFIG, "cannot trust acl file: %s: %s", error->file, error->message);
    die(EX_CONFIG, "failed to parse acl file: %s:%u:%u: %s", error->file, error->line, error->column, error->message);
}

static noreturn void die_not_allowed(const struct vmnetacl_policy *policy, const struct request *request,
                                     const struct caller *caller)
{
    struct vmnetacl_file first = {.path = VMNET_QEMU_CONF}; /* and so it stays without a file */
    struct vmnetacl_file other;
    size_t count = 0;
    char more[48] = "";

    while (vmnetacl_file_at(policy, count, count == 0 ? &first : &other))
        count++;
    if (count > 1)
        (void)snprintf(more, sizeof more, " and %zu more", count - 1); /* always fits */
    if (!first.found)
        die(EX_NOPERM,
            "access denied by acl file: no rule lets %s (uid %u) use bridge '%s' (there is no %s); to allow "
            "it, create that file with the line 'allow %s'",
            caller->name, (unsigned)caller->uid, request->bridge, first.path, request->bridge);
    die(EX_NOPERM,
        "access denied by acl file: no rule lets %s (uid %u) use bridge '%s' (read: %s%s); to allow it, add "
        "the line 'allow %s' there",
        caller->name, (unsigned)caller->uid, request->bridge, first.path, more, request->bridge);
}

void policy_allows(const struct request *request, struct caller *caller, struct vmnetacl_decision *decision)
{
    const struct vmnetacl_caller asker = {.uid = caller->uid,
                                          .gid = caller->gid,
                                          .groups = caller->groups,
                                          .groups_count = caller->groups_count};
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;
    enum vmnetacl_status status = vmnetacl_load(&policy, &error);

    if (status != VMNETACL_OK)
        die_unreadable(status, &error);
    /* The policy is not freed: the decision points into it, and the process ends in a moment. */
    status = vmnetacl_decide(policy, &asker, request->bridge, decision);
    if (status == VMNETACL_ALLOW && decision->grant.limit == 0)
        return;
    caller_find_name(caller);
    if (status == VMNETACL_ALLOW)
        die(EX_CONFIG, "cannot enforce the option of %s:%u, so the request is refused; remove the option",
            decision->rule.file, decision->rule.line);
    if (status == VMNETACL_DENY)
        die(EX_NOPERM,
            "access denied by acl file: %s:%u denies bridge '%s' to %s (uid %u); a deny wins over any allow: "
            "to allow it, remove that rule",
            decision->rule.file, decision->rule.line, request->bridge, caller->name, (unsigned)caller->uid);
    die_not_allowed(policy, request, caller);
}
