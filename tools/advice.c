/* SPDX-License-Identifier: MIT */
#include "advice.h"

#include "escape.h"
#include "helper.h"
#include "memory.h"
#include "missing_bridge.h"
#include "unreadable.h"

#include <stdlib.h>
#include <string.h>

/* Takes ownership of message. */
static void advise(struct advices *advices, const char *action, char *message)
{
    advices->items = memory_grow(advices->items, advices->count, sizeof *advices->items);
    advices->items[advices->count++] = (struct advice){.action = action, .message = message};
}

/* Takes ownership of message; rule is copied. */
static void advise_about(struct advices *advices, const char *action, char *message, const char *rule,
                         struct vmnetacl_place place)
{
    advise(advices, action, message);
    advices->items[advices->count - 1].rule = memory_copy(rule);
    advices->items[advices->count - 1].place = place;
}

/* The rule that the library proposes. The helper shows the same one when it refuses. */
static void advise_rule(struct advices *advices, const struct vmnetacl_advice *advice)
{
    const char *how = !advice->is_for_everybody && advice->is_new   ? " (owner root, mode 644; its directory 755)"
                      : !advice->is_for_everybody || advice->is_new ? " (owner root, mode 644)"
                                                                    : "";
    char *file = escape_copy(advice->file, strlen(advice->file));

    advise_about(advices, "add",
                 memory_format("to allow it, add to %s%s this line%s", file, how,
                               advice->is_for_everybody ? ", which lets every user use the bridge" : ""),
                 advice->rule, (struct vmnetacl_place){.source = advice->source, .file = advice->file});
    free(file);
}

static void advise_allow(struct advices *advices, const struct vmnetacl_advice *advice)
{
    char *file;

    if (advice->cure == VMNETACL_CURE_ADD || (advice->cure == VMNETACL_CURE_LOGIN && advice->source != NULL))
        advise_rule(advices, advice);
    if (advice->cure == VMNETACL_CURE_RENAME)
        advise(advices, "bridge",
               memory_copy(
                   "no rule can name only this bridge, since its name has another meaning in a rule or has bytes that "
                   "are not shown; rename the bridge"));
    if (advice->cure != VMNETACL_CURE_REMOVE)
        return; /* no rule helps before something else is fixed */
    file = escape_copy(advice->deny.file, strlen(advice->deny.file));
    advise(advices, "fix",
           memory_format("no rule can allow this request while %s:%u denies it, since a deny wins over any allow", file,
                         advice->deny.line));
    free(file);
}

/* The message does not say to remove the deny, since that may allow other requests, too. */
static void advise_removal(const struct vmnetacl_event *event, void *data)
{
    const struct vmnetacl_rule *rule = event->rule;
    bool is_for_one = rule->subject == VMNETACL_SUBJECT_USER || rule->subject == VMNETACL_SUBJECT_UID;
    char *file;

    if (!rule->is_deny || !explanation_rule_matches(event))
        return;
    file = escape_copy(rule->place.file, strlen(rule->place.file));
    advise_about(data, "remove",
                 memory_format("a deny wins over any allow, so no rule can allow this request while %s, line %u, has "
                               "this rule%s",
                               file, rule->place.line,
                               is_for_one && !rule->is_pattern ? "" : ", which also denies other requests"),
                 rule->text, rule->place);
    free(file);
}

/* A rule for a group in which the user is not, by the database either. */
static void advise_group(const struct vmnetacl_event *event, void *data)
{
    const struct vmnetacl_rule *rule = event->rule;
    char *file;

    if (rule->is_deny || event->bridge != VMNETACL_MATCH_YES || event->subject != VMNETACL_MATCH_NO ||
        (rule->subject != VMNETACL_SUBJECT_GROUP && rule->subject != VMNETACL_SUBJECT_GID))
        return;
    file = escape_copy(rule->place.file, strlen(rule->place.file));
    advise(data, "login",
           memory_format("%s:%u allows it to a group; the rule matches only members who logged in after they were "
                         "added to the group",
                         file, rule->place.line));
    free(file);
}

/* A process keeps the groups that its session began with. */
static void advise_login(struct advices *advices, const struct explanation *explanation)
{
    const struct vmnetacl_advice *advice = &explanation->advice;
    const char *path = advice->group.file != NULL ? advice->group.file : advice->unread;
    char *file = escape_copy(path, strlen(path));
    char *who = account_describe(explanation->account);

    if (advice->group.file != NULL)
        advise(
            advices, "login",
            memory_format("the user database has %s in the group of %s:%u, but this session began before or left it; "
                          "the rule matches once the user logs in again",
                          who, file, advice->group.line));
    else
        advise(advices, "login",
               memory_format("the user database has %s in the group that may read %s, but this session began before or "
                             "left it; its rules count once the user logs in again",
                             who, file));
    free(who);
    free(file);
}

/* Whether its rules are meant for the user, only those can say who may read it. */
static void advise_unread(struct advices *advices, const struct explanation *explanation)
{
    char *file = escape_copy(explanation->advice.unread, strlen(explanation->advice.unread));

    advise(
        advices, "unread",
        memory_format("%s was skipped, since the user may not read it; if its rules are meant for the user, give the "
                      "user read access to it",
                      file));
    free(file);
}

static void advise_refused(struct advices *advices, const struct explanation *explanation)
{
    const struct vmnetacl_advice *advice = &explanation->advice;

    for (size_t i = 0; i < explanation->sources_count; i++)
        explanation_visit_rules(explanation, i, advise_removal, advices);
    if (advice->cure == VMNETACL_CURE_LOGIN)
        advise_login(advices, explanation);
    else if (advice->unread != NULL)
        advise_unread(advices, explanation);
    for (size_t i = 0; i < explanation->sources_count && advice->cure != VMNETACL_CURE_LOGIN; i++)
        explanation_visit_rules(explanation, i, advise_group, advices);
    if (explanation->decision.verdict == VMNETACL_NOTFOUND)
        advise_allow(advices, &explanation->advice);
}

/* Another source allows it, and bridge.conf, which the user may not read, keeps the verdict back. */
static bool is_qemu_in_the_way(const struct explanation *explanation)
{
    bool is_allowed = false;
    bool is_closed = false;

    for (size_t i = 0; i < explanation->sources_count; i++) {
        const struct explanation_source *source = &explanation->sources[i];
        is_allowed = is_allowed || (source->was_asked && source->status == VMNETACL_ALLOW);
        is_closed = is_closed || (source->error != NULL && strcmp(source->name, "qemu") == 0);
    }
    return is_allowed && is_closed;
}

static void advise_unreadable(struct advices *advices, const struct explanation *explanation)
{
    advise(advices, "fix", unreadable_advice(explanation->account, explanation->error.file));
    if (is_qemu_in_the_way(explanation))
        advise(advices, "fix",
               memory_copy("the rules in rules.d allow it, but the source qemu is in error for this user; whether it "
                           "counts is the administrator's choice: the line 'acl: files' in /etc/vmnet/switch.conf "
                           "leaves it out, with all that it allows and denies; see vmnet-switch.conf(5)"));
}

/* Two messages already say what to do: about limits, and about a caller without an account, which has no errno. */
static void advise_error(struct advices *advices, const struct explanation *explanation)
{
    const struct vmnetacl_error *error = &explanation->error;
    enum vmnetacl_status verdict = explanation->decision.verdict;

    if (error->code == VMNETACL_CODE_LOOKUP_LIMITS ||
        (error->code == VMNETACL_CODE_LOOKUP_FAILED && error->system_errno == 0))
        return;
    if (verdict == VMNETACL_TRYAGAIN)
        advise(advices, "retry", memory_copy("this may be temporary; try again"));
    else if (error->code == VMNETACL_CODE_FILE_DENIED)
        advise_unreadable(advices, explanation);
    else if (error->code == VMNETACL_CODE_READER)
        return;
    else if (vmnetacl_code_class(error->code) == VMNETACL_CLASS_NAMES)
        advise(advices, "fix",
               memory_copy("requests that depend on this name are refused until it can be looked up; see "
                           "nsswitch.conf(5)"));
    else
        advise(advices, "fix",
               memory_copy("vmnet-helper refuses every request until this is fixed; 'vmnetctl check' shows all that is "
                           "wrong"));
}

static void advise_missing(struct advices *advices, const struct explanation *explanation)
{
    char *hint = missing_bridge_hint(&explanation->interfaces, explanation->policy, explanation->bridge);

    advise(advices, "bridge",
           memory_format(
               "there is no interface '%s' now; a request fails until there is one, even if the rules allow it%s",
               explanation->bridge, hint));
    free(hint);
}

static void advise_bridge(struct advices *advices, const struct explanation *explanation)
{
    const struct bridge *bridge = &explanation->interface;

    if (!bridge->is_known)
        advise(
            advices, "bridge",
            memory_format("it is unknown whether the bridge exists, since the kernel did not list the interfaces: %s",
                          strerror(explanation->interfaces.error)));
    else if (bridge->other != NULL)
        advise(advices, "bridge",
               memory_format("'%s' is only another name of '%s', and vmnet-helper refuses it; give the name that 'ip "
                             "link' shows first",
                             explanation->bridge, bridge->other->name));
    else if (!bridge->exists)
        advise_missing(advices, explanation);
    else if (bridge->port_of != NULL)
        advise(advices, "bridge",
               memory_format("'%s' is not a bridge, so a request for it fails; it is a port of '%s': ask for that",
                             explanation->bridge, bridge->port_of->name));
    else if (!bridge->is_bridge)
        advise(advices, "bridge",
               memory_format("'%s' is not a bridge, so a request for it fails; give the name of a bridge",
                             explanation->bridge));
    else if (!bridge->is_up)
        advise(advices, "bridge",
               memory_format("the bridge is down and forwards nothing; as root, 'ip link set dev %s up' brings it up",
                             explanation->bridge));
}

/* What would make the helper, as it is installed, grant what the rules allow. */
static void advise_helper(struct advices *advices, const struct explanation *explanation)
{
    const struct helper_fault *fault = helper_file_refusal(&explanation->helper);

    if (fault != NULL && explanation->decision.verdict == VMNETACL_ALLOW)
        advise(advices, "fix",
               memory_format("%s%s%s", fault->text, fault->cure == NULL ? "" : "; ",
                             fault->cure == NULL ? "" : fault->cure));
}

void advices_find(struct advices *advices, const struct explanation *explanation)
{
    enum vmnetacl_status verdict = explanation->decision.verdict;

    if (verdict == VMNETACL_DENY || verdict == VMNETACL_NOTFOUND)
        advise_refused(advices, explanation);
    if (verdict == VMNETACL_UNAVAIL || verdict == VMNETACL_TRYAGAIN)
        advise_error(advices, explanation);
    if (explanation->decision.degraded)
        advise(
            advices, "fix",
            memory_copy(
                "a source could not be read, and until it is fixed, none of its rules counts, not even a deny; 'vmnetctl "
                "check' shows what is wrong"));
    if (explanation->needs_names && !helper_looks_up_names)
        advise(advices, "fix",
               memory_copy("the vmnet-helper of this build cannot look up names, and therefore refuses the request; "
                           "write uid instead of user, and in an allow, gid instead of group"));
    advise_helper(advices, explanation);
    advise_bridge(advices, explanation);
}

void advices_free(struct advices *advices)
{
    for (size_t i = 0; i < advices->count; i++) {
        free(advices->items[i].message);
        free(advices->items[i].rule);
    }
    free(advices->items);
    *advices = (struct advices){.items = NULL};
}
