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
        die(EX_CONFIG, "cannot obey acl file: %s: %s", error->file, error->message);
    die(EX_CONFIG, "failed to parse acl file: %s:%u:%u: %s", error->file, error->line, error->column, error->message);
}

/* The rules are fine, but who is meant by them cannot be found out. */
static noreturn void die_unresolved(enum vmnetacl_status status, const struct vmnetacl_error *error)
{
    int code = status == VMNETACL_TRYAGAIN ? EX_TEMPFAIL : EX_CONFIG;

    if (error->system_errno == 0)
        die(code, "cannot look up names for acl file: %s:%u: %s", error->file, error->line, error->message);
    errno = error->system_errno;
    die(code, "cannot look up names for acl file: %s:%u: %s: %m; see nsswitch.conf(5)", error->file, error->line,
        error->message);
}

/* The verdict is no verdict. */
static noreturn void die_undecided(enum vmnetacl_status status, const struct vmnetacl_decision *decision,
                                   const struct vmnetacl_names *names)
{
    /* Only a lookup that an allow depends on leaves names without a verdict. */
    if (names != NULL && decision->error->code == VMNETACL_CODE_LOOKUP_FAILED)
        die_unresolved(status, decision->error);
    die_unreadable(status, decision->error);
}

/* Where a rule would count: in a source that was asked and could be read. */
struct places {
    bool in_files, in_qemu;
};

static void note_source(const struct vmnetacl_event *event, void *data)
{
    struct places *places = data;

    if (event->kind == VMNETACL_EVENT_SOURCE && event->was_asked && event->error == NULL)
        *(strcmp(event->source, "files") == 0 ? &places->in_files : &places->in_qemu) = true;
}

/* The first file that was read, and how many were. */
static const char *find_read(const struct vmnetacl_policy *policy, size_t *count)
{
    struct vmnetacl_file file;
    const char *first = NULL;

    *count = 0;
    for (size_t i = 0; vmnetacl_file_at(policy, i, &file); i++)
        if (file.found && (*count)++ == 0)
            first = file.path;
    return first;
}

static noreturn void die_not_allowed(const struct vmnetacl_policy *policy, const struct places *places,
                                     const struct request *request, const struct caller *caller)
{
    const char *bridge = request->bridge;
    unsigned uid = (unsigned)caller->uid;
    struct vmnetacl_source files = {.name = NULL}, qemu = {.name = NULL}, source;
    bool is_for_files;
    size_t count;
    const char *first = find_read(policy, &count);
    char read[VMNETACL_PATH_SIZE + 64] = "no file was read"; /* what is written into these always fits */
    char advice[VMNETACL_PATH_SIZE + 128] = "have the rules mended that cannot be read";

    for (size_t i = 0; vmnetacl_source_at(policy, i, &source); i++)
        *(strcmp(source.name, "files") == 0 ? &files : &qemu) = source;
    is_for_files = places->in_files && (files.status == VMNETACL_OK || !places->in_qemu);
    if (count > 1)
        (void)snprintf(read, sizeof read, "read: %s and %zu more", first, count - 1);
    else if (count == 1)
        (void)snprintf(read, sizeof read, "read: %s", first);
    else if (places->in_qemu && !is_for_files)
        (void)snprintf(read, sizeof read, "there is no %s", qemu.path);
    if (is_for_files)
        (void)snprintf(advice, sizeof advice, "add the line 'allow uid %u bridge %s' to a .rules file in %s", uid,
                       bridge, files.path);
    else if (places->in_qemu && qemu.status == VMNETACL_OK)
        (void)snprintf(advice, sizeof advice, "add the line 'allow %s' to %s", bridge, qemu.path);
    else if (places->in_qemu)
        (void)snprintf(advice, sizeof advice, "create that file with the line 'allow %s'", bridge);
    die(EX_NOPERM, "access denied by acl file: no rule lets %s (uid %u) use bridge '%s' (%s); to allow it, %s",
        caller->name, uid, bridge, read, advice);
}

void policy_allows(const struct request *request, struct caller *caller, struct vmnetacl_decision *decision)
{
    const struct vmnetacl_caller asker = {.uid = caller->uid,
                                          .gid = caller->gid,
                                          .groups = caller->groups,
                                          .groups_count = caller->groups_count};
    static const struct vmnetacl_grant no_option = {.limit = 0};
    struct vmnetacl_policy *policy;
    struct vmnetacl_names *names = NULL;
    struct places places = {.in_files = false};
    struct vmnetacl_error error;
    enum vmnetacl_status status = vmnetacl_load(&policy, &error);

    if (status != VMNETACL_OK)
        die_unreadable(status, &error);
    /* Most rules name nobody, and then one look at them is enough: vmnetacl_resolve() looks itself. Nothing is freed:
       the decision points into it, and the process ends in a moment. */
    status = vmnetacl_decide(policy, &asker, NULL, request->bridge, decision);
    if (status == VMNETACL_UNAVAIL && decision->error->code == VMNETACL_CODE_NAMES_MISSING) {
        status = vmnetacl_resolve(policy, &asker, request->bridge, 0, &names, &error);
        if (status != VMNETACL_OK)
            die_unresolved(status, &error);
        status = vmnetacl_decide(policy, &asker, names, request->bridge, decision);
    }
    if (status == VMNETACL_UNAVAIL || status == VMNETACL_TRYAGAIN)
        die_undecided(status, decision, names);
    if (decision->degraded)
        message_degraded(decision->error->file);
    if (status == VMNETACL_ALLOW && memcmp(&decision->grant, &no_option, sizeof no_option) == 0)
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
    (void)vmnetacl_explain(policy, &asker, names, request->bridge, note_source, &places, NULL); /* same verdict */
    die_not_allowed(policy, &places, request, caller);
}
