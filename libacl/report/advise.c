/* SPDX-License-Identifier: MIT */
/* What would make a refused request allowed: the narrowest rule that does, and where it belongs. */
#include "question.h"
#include "rule_text.h"
#include "session.h"

#include <assert.h>
#include <sys/stat.h>

static void set_place(struct vmnetacl_place *place, const struct loaded_source *source, const struct answer *answer)
{
    *place = (struct vmnetacl_place){.source = source->entry.source->name,
                                     .file = answer->file->path,
                                     .line = answer->rule.place.line,
                                     .column = answer->rule.place.column};
}

/*
 * Would an allow in the source at this index decide? After it the search goes on where it ended before, and a deny or
 * an error may follow. *deny is that deny.
 */
static bool allow_would_decide(const struct question *question, size_t index, struct vmnetacl_place *deny)
{
    const struct vmnetacl_policy *policy = question->policy;
    bool has_ended = policy->sources[index].entry.returns_on_allow;

    while (!has_ended && ++index < policy->sources_count) {
        const struct loaded_source *source = &policy->sources[index];
        struct answer answer;
        question_ask(question, source, &answer);
        has_ended = question_ends(source, &answer);
        if (answer.status == VMNETACL_DENY)
            set_place(deny, source, &answer);
        if (answer_is_open(&answer) ||
            (has_ended && answer.status != VMNETACL_ALLOW && answer.status != VMNETACL_NOTFOUND))
            return false;
    }
    return true;
}

/*
 * The source in which one more allow would decide: it is asked, and was read in full. Sources whose rules name their
 * subject come first, since there the rule can be for this caller only. NULL when there is none, because of *deny if
 * that is set.
 */
static const struct loaded_source *find_source(const struct question *question, struct vmnetacl_place *deny)
{
    const struct loaded_source *found = NULL;

    for (size_t i = 0; i < question->policy->sources_count; i++) {
        const struct loaded_source *source = &question->policy->sources[i];
        struct answer answer;
        question_ask(question, source, &answer);
        if (answer.status == VMNETACL_NOTFOUND && (found == NULL || source->entry.source->has_subjects) &&
            allow_would_decide(question, i, deny))
            found = source;
        if (question_ends(source, &answer))
            break;
    }
    return found;
}

/* Is the first rule of the source for one bridge only, and is its text again exactly this line? */
static bool is_as_meant(const struct loaded_source *source, const char *line)
{
    struct rule_cursor at = {.ruleset = &source->ruleset};
    struct vmnetacl_rule shown;
    struct rule_text text;

    if (!rule_cursor_next(&at)) /* a source in error has no rules */
        return false;
    rule_show(source, at.file, &at.rule, &text, &shown);
    return !shown.is_pattern && strcmp(shown.text, line) == 0;
}

/* OK when the line is one rule, read as it is meant, and can be shown and pasted; else NOTFOUND; TRYAGAIN. */
static enum vmnetacl_status check_rule(const struct source *source, const char *line)
{
    const struct vmnetacl_buffer buffer = {.source = source->name,
                                           .path = "/proposed",
                                           .text = line,
                                           .text_len = strlen(line)};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct vmnetacl_policy *policy;
    bool is_right = false;

    for (const char *at = line; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e)
            return VMNETACL_NOTFOUND;
    if (vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK)
        return VMNETACL_TRYAGAIN;
    for (size_t i = 0; i < policy->sources_count; i++)
        is_right = is_right || (policy->sources[i].entry.source == source && is_as_meant(&policy->sources[i], line));
    vmnetacl_free(policy);
    return is_right ? VMNETACL_OK : VMNETACL_NOTFOUND;
}

static_assert(VMNETACL_ADVICE_RULE_SIZE > sizeof "allow user  bridge " + VMNETACL_ACCOUNT_MAX + VMNETACL_NAME_MAX,
              "each rule fits");

/* Write the rule that lets the caller use the bridge. login: NULL: by uid. As check_rule(). */
static enum vmnetacl_status write_rule(const struct question *question, const struct loaded_source *source,
                                       const char *login, struct vmnetacl_advice *advice)
{
    static const struct rule_file no_file = {.path = NULL};
    struct rule rule = {.name = question->bridge, .name_len = question->bridge_len};
    struct vmnetacl_rule shown;
    struct rule_text text;

    if (source->entry.source->has_subjects) {
        rule.subject = login != NULL ? VMNETACL_SUBJECT_USER : VMNETACL_SUBJECT_UID;
        rule.id = login != NULL ? 0 : question->caller->uid;
        rule.account = login;
        rule.account_len = login != NULL ? strlen(login) : 0;
    }
    if (rule.account_len > VMNETACL_ACCOUNT_MAX)
        return VMNETACL_NOTFOUND;
    rule_show(source, &no_file, &rule, &text, &shown);
    memcpy(advice->rule, text.text, strlen(text.text) + 1);
    return check_rule(source->entry.source, advice->rule);
}

/* Write where it belongs; false when the path is too long to be one. */
static bool write_file(const struct loaded_source *source, struct vmnetacl_advice *advice)
{
    const char *below = source->entry.source->local_file != NULL ? source->entry.source->local_file : "";
    size_t path_len = strlen(source->path);

    if (path_len + strlen(below) >= sizeof advice->file)
        return false;
    memcpy(advice->file, source->path, path_len);
    memcpy(advice->file + path_len, below, strlen(below) + 1);
    return true;
}

static void advise_rule(const struct question *question, const char *login, struct vmnetacl_advice *advice)
{
    struct vmnetacl_place deny = {.file = NULL};
    const struct loaded_source *source = find_source(question, &deny);
    struct vmnetacl_advice made = {.cure = VMNETACL_CURE_ADD};
    enum vmnetacl_status status = VMNETACL_NOTFOUND;

    if (source == NULL) {
        advice->cure = deny.file != NULL ? VMNETACL_CURE_REMOVE : VMNETACL_CURE_NONE;
        advice->deny = deny;
        return;
    }
    if (login != NULL)
        status = write_rule(question, source, login, &made);
    if (status == VMNETACL_NOTFOUND)
        status = write_rule(question, source, NULL, &made);
    if (status == VMNETACL_NOTFOUND)
        advice->cure = VMNETACL_CURE_RENAME;
    if (status != VMNETACL_OK || !write_file(source, &made))
        return;
    made.source = source->entry.source->name;
    made.is_for_everybody = !source->entry.source->has_subjects;
    made.is_new = source->status == VMNETACL_NOTFOUND;
    *advice = made;
}

/* The first included file that could not be read, so that its rules do not count; NULL when there is none. */
static const char *find_unread(const struct vmnetacl_policy *policy)
{
    for (size_t i = 0; i < policy->sources_count; i++) {
        const struct ruleset *ruleset = &policy->sources[i].ruleset;
        for (size_t j = 0; j < ruleset->files_count; j++)
            if (ruleset->files[j].skipped == VMNETACL_CODE_FILE_DENIED)
                return ruleset->files[j].path;
    }
    return NULL;
}

static void note_unread(const struct vmnetacl_policy *policy, struct vmnetacl_advice *advice)
{
    struct stat file;

    advice->unread = find_unread(policy);
    advice->unread_gid = (gid_t)-1;
    if (advice->unread != NULL && stat(advice->unread, &file) == 0 && (file.st_mode & S_IRGRP) != 0)
        advice->unread_gid = file.st_gid;
}

/* The rules for groups that would make the request allowed, and where they are. */
struct wanted_groups {
    struct rule rules[SESSION_GROUPS_MAX];
    struct vmnetacl_place places[SESSION_GROUPS_MAX];
    size_t count;
};

/* Is this about a group that is not in the caller's credentials? */
static bool is_for_other_group(const struct question *question, const struct rule *rule)
{
    return (rule->subject == VMNETACL_SUBJECT_GROUP || rule->subject == VMNETACL_SUBJECT_GID) &&
           question_match_subject(question, rule) == VMNETACL_MATCH_NO;
}

static void collect_groups(const struct question *question, const struct loaded_source *source,
                           struct wanted_groups *wanted)
{
    struct rule_cursor at = {.ruleset = &source->ruleset};

    while (wanted->count < SESSION_GROUPS_MAX - 1 && rule_cursor_next(&at)) { /* one more is for advise_login() */
        const struct answer place = {.file = at.file, .rule = at.rule};
        if (at.rule.is_deny || !question_match_bridge(question, &at.rule) || !is_for_other_group(question, &at.rule))
            continue;
        wanted->rules[wanted->count] = at.rule;
        set_place(&wanted->places[wanted->count++], source, &place);
    }
}

/* Would a new session help? A rule for a group comes first, since it is about this very bridge. */
static void advise_login(const struct question *question, struct vmnetacl_advice *advice)
{
    const struct vmnetacl_policy *policy = question->policy;
    const struct rule readers = {.subject = VMNETACL_SUBJECT_GID, .id = advice->unread_gid};
    struct wanted_groups wanted = {.count = 0};
    struct answer answer;
    bool has_ended = false;
    size_t found;

    for (size_t i = 0; i < policy->sources_count && !has_ended; i++) {
        collect_groups(question, &policy->sources[i], &wanted);
        question_ask(question, &policy->sources[i], &answer);
        has_ended = question_ends(&policy->sources[i], &answer);
    }
    if (advice->unread_gid != (gid_t)-1 && is_for_other_group(question, &readers))
        wanted.rules[wanted.count++] = readers;
    found = session_find_group(question->caller, wanted.rules, wanted.count);
    if (found == wanted.count)
        return;
    advice->cure = VMNETACL_CURE_LOGIN;
    advice->group = wanted.places[found];
}

enum vmnetacl_status vmnetacl_advise(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                     const struct vmnetacl_names *names, const char *bridge, const char *login,
                                     struct vmnetacl_advice *advice)
{
    struct vmnetacl_decision decision = {.verdict = VMNETACL_INVALID};
    struct question question;

    if (advice == NULL)
        return VMNETACL_INVALID;
    *advice = (struct vmnetacl_advice){.cure = VMNETACL_CURE_NONE};
    if (bridge == NULL || !question_start(&question, policy, caller, names, bridge))
        return VMNETACL_INVALID;
    (void)question_decide(&question, &decision); /* in decision.verdict, too */
    if (decision.verdict == VMNETACL_NOTFOUND) {
        advise_rule(&question, login, advice);
        note_unread(policy, advice);
        advise_login(&question, advice);
    }
    if (decision.verdict == VMNETACL_DENY) {
        advice->cure = VMNETACL_CURE_REMOVE;
        advice->deny = decision.rule;
    }
    return decision.verdict;
}
