/* SPDX-License-Identifier: MIT */
/* Reads the rules with the caller's permissions: a message can only say what the caller could have read. */
#include "policy.h"

#include "caller.h"
#include "message.h"
#include "privilege.h"
#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define SWITCH  "/etc/vmnet/switch.conf"
#define EXPLAIN "'vmnetctl explain' tells why"

/* What follows a message of the library: the text of the errno, and the advice that belongs to the code. */
static void describe_rest(const struct vmnetacl_error *error, char *text, size_t text_size)
{
    const char *advice = vmnetacl_code_advice(error->code);

    errno = error->system_errno;
    (void)snprintf(text, text_size, "%s%s%s%s", errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "",
                   advice != NULL ? "; " : "", advice != NULL ? advice : ""); /* always fits */
}

/* There is no verdict: the rules could not be read, or a name not looked up. rule: for an error without a file. */
static noreturn void die_undecided(enum vmnetacl_status status, const struct vmnetacl_error *error,
                                   const struct vmnetacl_place *rule)
{
    int code = status == VMNETACL_TRYAGAIN ? EX_TEMPFAIL : EX_CONFIG;
    enum vmnetacl_class class = vmnetacl_code_class(error->code);
    char rest[256];

    /* In a user namespace, root's files seem to have another owner. */
    if (error->code == VMNETACL_CODE_DIRECTORY_OWNER || error->code == VMNETACL_CODE_FILE_OWNER)
        user_namespace_require_initial();
    describe_rest(error, rest, sizeof rest);
    if (class == VMNETACL_CLASS_LINE)
        die(code, "failed to parse acl file: %s:%u:%u: %s", error->file, error->line, error->column, error->message);
    if (class == VMNETACL_CLASS_READ)
        die(code, "cannot read acl file: %s: %s%s", error->file, error->message, rest);
    if (class == VMNETACL_CLASS_NAMES)
        die(code, "cannot look up names for acl file: %s:%u: %s%s", error->file, error->line, error->message, rest);
    if (class == VMNETACL_CLASS_CALL) /* an option that we do not enforce */
        die(code, "cannot obey acl file: %s:%u: %s", rule->file, rule->line, error->message);
    die(code, "cannot obey acl file: %s: %s", error->file, error->message);
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

/* In words, for the administrator: what would make it allowed. */
static void describe_cure(const struct vmnetacl_advice *advice, char *text, size_t text_size)
{
    const char *how = !advice->is_for_everybody && advice->is_new   ? " (mode 644, its directory 755)"
                      : !advice->is_for_everybody || advice->is_new ? " (mode 644)"
                                                                    : "";

    if (advice->cure == VMNETACL_CURE_ADD && advice->is_for_everybody && advice->unread != NULL)
        (void)snprintf(text, text_size,
                       "ask the administrator for read access to the skipped file, if its rules are "
                       "meant for you");
    else if (advice->cure == VMNETACL_CURE_ADD)
        (void)snprintf(text, text_size, "add to %s%s the line '%s'%s", advice->file, how, advice->rule,
                       advice->is_for_everybody ? ", which lets every user use the bridge" : "");
    else if (advice->cure == VMNETACL_CURE_REMOVE)
        (void)snprintf(text, text_size, "first remove the deny of %s:%u", advice->deny.file, advice->deny.line);
    else if (advice->cure == VMNETACL_CURE_LOGIN && advice->group.file != NULL)
        (void)snprintf(text, text_size,
                       "log in again: %s:%u allows it to a group that you are in, but this session is not",
                       advice->group.file, advice->group.line);
    else if (advice->cure == VMNETACL_CURE_LOGIN)
        (void)snprintf(text, text_size,
                       "log in again: you are in the group that may read the skipped file, but this "
                       "session is not");
    else if (advice->cure == VMNETACL_CURE_RENAME)
        (void)snprintf(text, text_size, "rename the bridge: no rule can be for this name only");
    else
        (void)snprintf(text, text_size, "first have the rules fixed that cannot be read");
}

static noreturn void die_not_allowed(const struct vmnetacl_policy *policy, const struct vmnetacl_advice *advice,
                                     const struct request *request, const struct caller *caller)
{
    size_t count;
    const char *first = find_read(policy, &count);
    char read[2 * VMNETACL_PATH_SIZE + 64] = "no file was read"; /* what is written into these always fits */
    char cure[VMNETACL_PATH_SIZE + VMNETACL_ADVICE_RULE_SIZE + 128];

    if (count > 1)
        (void)snprintf(read, sizeof read, "read: %s and %zu more", first, count - 1);
    else if (count == 1)
        (void)snprintf(read, sizeof read, "read: %s", first);
    if (advice->unread != NULL)
        (void)snprintf(read + strlen(read), sizeof read - strlen(read), "; skipped, since you may not read it: %s",
                       advice->unread);
    describe_cure(advice, cure, sizeof cure);
    die(EX_NOPERM,
        "access denied by acl file: no rule lets %s (uid %u) use bridge '%s' (%s); to allow it, %s; " EXPLAIN,
        caller->name, (unsigned)caller->uid, request->bridge, read, cure);
}

/* As vmnetacl_authorize(), which does not keep the names that the advice needs. */
static enum vmnetacl_status decide(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *asker,
                                   const char *bridge, struct vmnetacl_names **names,
                                   struct vmnetacl_decision *decision, struct vmnetacl_error *error)
{
    enum vmnetacl_status status = vmnetacl_decide(policy, asker, NULL, bridge, decision);

    if (status == VMNETACL_UNAVAIL && decision->error->code == VMNETACL_CODE_NAMES_MISSING) {
        status = vmnetacl_resolve(policy, asker, bridge, 0, names, error);
        if (status != VMNETACL_OK)
            return status;
        status = vmnetacl_decide(policy, asker, *names, bridge, decision);
    }
    if (status == VMNETACL_UNAVAIL || status == VMNETACL_TRYAGAIN)
        *error = *decision->error;
    return status;
}

/* A caller in another network namespace has left this one's networks: a grant would take him back. */
static void require_network(const struct vmnetacl_policy *policy, const struct caller *caller,
                            const struct request *request)
{
    if (!caller->is_elsewhere || vmnetacl_permits_any_network(policy))
        return;
    privilege_drop_all();
    die(EX_NOPERM,
        "you are in a network namespace other than that of bridge '%s', as in a container; start it outside, or the "
        "administrator can permit it to every user that the rules allow it, with 'network: any' in " SWITCH
        " (if this file is new, it also needs the line 'acl: files qemu')",
        request->bridge);
}

void policy_require(const struct request *request, struct caller *caller, struct vmnetacl_decision *decision)
{
    const struct vmnetacl_caller asker = {.uid = caller->uid,
                                          .gid = caller->gid,
                                          .groups = caller->groups,
                                          .groups_count = caller->groups_count,
                                          .enforces = VMNET_HELPER_ENFORCES};
    struct vmnetacl_policy *policy;
    struct vmnetacl_names *names = NULL;
    struct vmnetacl_advice advice;
    struct vmnetacl_error error;
    enum vmnetacl_status status = vmnetacl_load(&policy, &error);

    /* Nothing is freed: the decision points into the policy, and the process ends in a moment. */
    if (status == VMNETACL_OK)
        status = decide(policy, &asker, request->bridge, &names, decision, &error);
    if (status != VMNETACL_ALLOW)
        privilege_drop_all(); /* what follows only looks for the cause and the cure, and needs none */
    if (status == VMNETACL_UNAVAIL || status == VMNETACL_TRYAGAIN)
        die_undecided(status, &error, &decision->rule);
    if (decision->degraded)
        message_degraded(decision->error->file);
    if (status == VMNETACL_ALLOW) {
        require_network(policy, caller, request);
        if (vmnetacl_requires_log(policy))
            message_require_log();
        return;
    }
    caller_find_name(caller);
    if (status == VMNETACL_DENY)
        die(EX_NOPERM,
            "access denied by acl file: %s:%u denies bridge '%s' to %s (uid %u); a deny wins over any allow; " EXPLAIN,
            decision->rule.file, decision->rule.line, request->bridge, caller->name, (unsigned)caller->uid);
    (void)vmnetacl_advise(policy, &asker, names, request->bridge, NULL, &advice); /* same verdict */
    die_not_allowed(policy, &advice, request, caller);
}
