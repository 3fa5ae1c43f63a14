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

/* The rules are fine, but who is meant by them cannot be found out. */
static noreturn void die_unresolved(enum vmnetacl_status status, const struct vmnetacl_error *error)
{
    int code = status == VMNETACL_TRYAGAIN ? EX_TEMPFAIL : EX_CONFIG;

    if (error->system_errno == 0)
        die(code, "cannot look up names for acl file: %s:%u: %s", error->file, error->line, error->message);
    errno = error->system_errno;
    die(code, "cannot look up names for acl file: %s:%u: %s: %m; see 'getent passwd' and nsswitch.conf(5)", error->file,
        error->line, error->message);
}

/* The first file that was read, and how many more; the first that could have been when none was. */
static struct vmnetacl_file find_read(const struct vmnetacl_policy *policy, size_t *count)
{
    struct vmnetacl_file first = {.path = VMNET_QEMU_CONF};
    struct vmnetacl_file file;

    *count = 0;
    for (size_t i = 0; vmnetacl_file_at(policy, i, &file); i++) {
        if (file.found && (*count)++ == 0)
            first = file;
    }
    return first;
}

static bool has_source(const struct vmnetacl_policy *policy, const char *name, struct vmnetacl_source *source)
{
    for (size_t i = 0; vmnetacl_source_at(policy, i, source); i++)
        if (strcmp(source->name, name) == 0)
            return true;
    return false;
}

static noreturn void die_not_allowed(const struct vmnetacl_policy *policy, const struct request *request,
                                     const struct caller *caller)
{
    const char *bridge = request->bridge;
    unsigned uid = (unsigned)caller->uid;
    struct vmnetacl_source qemu, files;
    size_t count;
    struct vmnetacl_file first = find_read(policy, &count);
    bool has_qemu = has_source(policy, "qemu", &qemu);
    char read[VMNETACL_PATH_SIZE + 64];

    if (count == 0)
        (void)snprintf(read, sizeof read, "there is no %s", has_qemu ? qemu.path : "file of rules"); /* always fits */
    else if (count == 1)
        (void)snprintf(read, sizeof read, "read: %s", first.path);
    else
        (void)snprintf(read, sizeof read, "read: %s and %zu more", first.path, count - 1);
    if (has_source(policy, "files", &files) && (files.status == VMNETACL_OK || !has_qemu))
        die(EX_NOPERM,
            "access denied by acl file: no rule lets %s (uid %u) use bridge '%s' (%s); to allow it, add the line "
            "'allow uid %u bridge %s' to a .rules file in %s",
            caller->name, uid, bridge, read, uid, bridge, files.path);
    if (count == 0)
        die(EX_NOPERM,
            "access denied by acl file: no rule lets %s (uid %u) use bridge '%s' (%s); to allow it, create that file "
            "with the line 'allow %s'",
            caller->name, uid, bridge, read, bridge);
    die(EX_NOPERM,
        "access denied by acl file: no rule lets %s (uid %u) use bridge '%s' (%s); to allow it, add the line "
        "'allow %s' there",
        caller->name, uid, bridge, read, bridge);
}

static bool has_option(const struct vmnetacl_grant *grant)
{
    static const struct vmnetacl_grant none = {.limit = 0};

    return memcmp(grant, &none, sizeof none) != 0;
}

void policy_allows(const struct request *request, struct caller *caller, struct vmnetacl_decision *decision)
{
    const struct vmnetacl_caller asker = {.uid = caller->uid,
                                          .gid = caller->gid,
                                          .groups = caller->groups,
                                          .groups_count = caller->groups_count};
    struct vmnetacl_policy *policy;
    struct vmnetacl_names *names = NULL;
    struct vmnetacl_error error;
    enum vmnetacl_status status = vmnetacl_load(&policy, &error);

    if (status != VMNETACL_OK)
        die_unreadable(status, &error);
    /* Nothing is freed: the decision points into it, and the process ends in a moment. */
    status = vmnetacl_decide(policy, &asker, names, request->bridge, decision);
    if (status == VMNETACL_UNAVAIL && decision->error->code == VMNETACL_CODE_NAMES_MISSING) {
        status = vmnetacl_resolve(policy, &asker, request->bridge, 0, &names, &error);
        if (status != VMNETACL_OK)
            die_unresolved(status, &error);
        status = vmnetacl_decide(policy, &asker, names, request->bridge, decision);
    }
    if (decision->degraded)
        message_degraded(decision->error->file);
    if (status == VMNETACL_ALLOW && !has_option(&decision->grant))
        return;
    if (status == VMNETACL_UNAVAIL || status == VMNETACL_TRYAGAIN)
        die_unreadable(status, decision->error);
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
