/* SPDX-License-Identifier: MIT */
/* Everything that is wrong with rules, and what only looks wrong. */
#include "array.h"
#include "directory.h"
#include "error.h"
#include "lint_options.h"
#include "lookup.h"
#include "policy.h"
#include "redundancy.h"
#include "rule_parse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct lint {
    const struct vmnetacl_origin *origin;
    unsigned timeout_ms;
    bool (*visit)(const struct vmnetacl_finding *finding, void *data);
    void *data;
    bool is_stopped; /* visit wants to know no more */
    struct vmnetacl_policy *policy;
};

static void tell(struct lint *lint, bool is_error, const char *source, const struct vmnetacl_error *error)
{
    const struct vmnetacl_finding finding = {.is_error = is_error, .source = source, .error = error};

    lint->is_stopped = lint->is_stopped || !lint->visit(&finding, lint->data);
}

static void tell_error(const struct loading *loading, void *data)
{
    tell(data, true, loading->source, loading->error);
}

/* Something about a place in a file; line 0: about the file. */
static void tell_at(struct lint *lint, bool is_error, const char *source, enum vmnetacl_code code, const char *file,
                    struct position place, const char *message)
{
    struct vmnetacl_error error;

    (void)error_set(&error, code, file, place.line, place.column, "%s", message); /* its status is of no use here */
    tell(lint, is_error, source, &error);
}

static void warn(struct lint *lint, const char *source, enum vmnetacl_code code, const char *file,
                 struct position place, const char *message)
{
    tell_at(lint, false, source, code, file, place, message);
}

static int compare_order(const void *a, const void *b)
{
    const struct ruled *const *left = a;
    const struct ruled *const *right = b;

    return ((*left)->order > (*right)->order) - ((*left)->order < (*right)->order);
}

static void tell_ruled(const struct ruled *ruled, const struct vmnetacl_error *error, void *data)
{
    tell(data, false, ruled->source->entry.source->name, error);
}

/* Warn when an allow can never take effect. Returns whether it can. */
static bool check_allow(struct lint *lint, const struct ruled *sorted, size_t count, const struct ruled *allow)
{
    const struct ruled *deny = redundancy_find_deny(sorted, count, allow);
    const struct ruled *other = redundancy_find_allow(sorted, count, allow);
    struct vmnetacl_error error;

    if (deny == NULL && other == NULL)
        return true;
    if (deny != NULL)
        (void)error_set(&error, VMNETACL_CODE_RULE_DENIED, allow->file->path, allow->rule.place.line,
                        allow->rule.place.column,
                        "shadowed rule: %s:%u denies all of it, and a deny wins in any order; remove this allow",
                        deny->file->path, deny->rule.place.line); /* a warning has no status */
    else
        lint_options_redundant(allow, other, &error);
    tell_ruled(allow, &error, lint);
    return false;
}

/* False when out of memory. */
static bool check_rules(struct lint *lint)
{
    struct lint_rules rules = {.allows_count = 0};
    struct ruled *sorted = redundancy_sort(lint->policy, &rules.count);
    const struct ruled **ordered = calloc(rules.count > 0 ? rules.count : 1, sizeof *ordered);
    bool is_done = (sorted != NULL || rules.count == 0) && ordered != NULL;

    if (is_done) {
        for (size_t i = 0; i < rules.count; i++)
            ordered[i] = &sorted[i];
        qsort(ordered, rules.count, sizeof *ordered, compare_order);
        for (size_t i = 0; i < rules.count; i++)
            if (!ordered[i]->rule.is_deny && check_allow(lint, sorted, rules.count, ordered[i]))
                ordered[rules.allows_count++] = ordered[i];
        rules.sorted = sorted;
        rules.allows = ordered;
        is_done = lint_options(&rules, tell_ruled, lint);
    }
    free(ordered);
    free(sorted);
    return is_done;
}

static bool has_deny(const struct rule_file *file)
{
    struct rule rule = {.name = NULL};

    for (size_t offset = 0; offset < file->rules_len;) {
        ruleset_take_rule(file, &offset, &rule);
        if (rule.is_deny)
            return true;
    }
    return false;
}

static void warn_private(struct lint *lint, const char *source, const char *path)
{
    warn(lint, source, VMNETACL_CODE_FILE_PRIVATE, path, (struct position){.line = 0},
         "not everybody may read it, and a request fails for each user who may not; see vmnet-rules(5)");
}

static void check_file(struct lint *lint, const struct loaded_source *source, const struct rule_file *file)
{
    const char *name = source->entry.source->name;
    const struct rule_file *from = &source->ruleset.files[file->from];

    if (file->skipped != VMNETACL_CODE_NONE)
        warn(lint, name, VMNETACL_CODE_INCLUDE_SKIPPED, from->path, file->at,
             file->skipped == VMNETACL_CODE_FILE_DENIED
                 ? "you may not read this included file, so it is not checked; check it as root"
                 : "this included file does not exist, and is skipped; create it, or remove the line");
    else if (from != file && !file->everybody_may_read && has_deny(file))
        warn(lint, name, VMNETACL_CODE_INCLUDE_HIDES, from->path, file->at,
             "this included file has a deny, which does not apply to users who may not read the file; move the deny");
    if (source->entry.source == &source_files && !file->everybody_may_read)
        warn_private(lint, name, file->path);
    if (file->group_may_write)
        warn(lint, name, VMNETACL_CODE_DIRECTORY_GROUP, file->path, (struct position){.line = 0},
             "a group may write to it, or to a directory on the way to it; "
             "its members can change the rules for all users");
}

/*
 * If a user may not enter the directory of a file, the request of this user fails, even if there is no such file. What
 * we cannot open has been reported as an error already.
 */
static void check_private(struct lint *lint, const char *source, const char *path)
{
    struct trust trust = loading_trust(lint->origin);
    struct vmnetacl_error error;
    struct resolved_path found;
    mode_t wanted;

    trust.group_may_write_directory = true; /* if that is wrong, it has been told */
    if (path_open(path, &trust, O_RDONLY, &found, &error) != VMNETACL_OK) {
        if (error.code == VMNETACL_CODE_FILE_MISSING && !found.everybody_may_enter)
            warn_private(lint, source, path);
        return;
    }
    (void)close(found.fd); /* only read from: nothing to fail */
    wanted = S_ISDIR(found.stat.st_mode) ? S_IROTH | S_IXOTH : S_IROTH;
    if (!found.everybody_may_enter || !mode_lets_all(found.stat.st_mode, wanted))
        warn_private(lint, source, path);
}

/*
 * The stock helper takes these bytes of a name literally, and so do we. An interface may have such a name; it is an
 * error in a deny all the same, since more likely a deny was meant that is not there.
 */
static void check_literal(struct lint *lint, const struct loaded_source *source)
{
    struct rule_cursor at = {.ruleset = &source->ruleset};

    while (rule_cursor_next(&at)) {
        size_t plain_len = 0;
        while (plain_len < at.rule.name_len && !pattern_refused[(unsigned char)at.rule.name[plain_len]])
            plain_len++;
        if (plain_len < at.rule.name_len)
            tell_at(lint, at.rule.is_deny, source->entry.source->name, VMNETACL_CODE_NAME_LITERAL, at.file->path,
                    at.rule.place,
                    "this rule is only for a bridge with exactly this name: patterns, quotes, lists and comments after "
                    "a name have no meaning here; write a line for each bridge");
    }
}

static void check_source_files(struct lint *lint, const struct loaded_source *source)
{
    const char *name = source->entry.source->name;

    if (lint->origin->buffers == NULL && (source->status == VMNETACL_OK || source->status == VMNETACL_NOTFOUND))
        check_private(lint, name, source->path);
    for (size_t i = 0; i < source->ruleset.files_count; i++)
        check_file(lint, source, &source->ruleset.files[i]);
    check_literal(lint, source);
}

static void check_files(struct lint *lint)
{
    if (lint->origin->buffers == NULL)
        check_private(lint, SWITCH_NAME, switch_path(lint->origin));
    for (size_t i = 0; i < lint->policy->sources_count; i++)
        check_source_files(lint, &lint->policy->sources[i]);
}

static void check_ignored(struct lint *lint, const struct directory *directory)
{
    for (size_t i = 0; i < directory->ignored.count; i++) {
        char path[VMNETACL_PATH_SIZE];
        size_t directory_len = strlen(directory->path);
        size_t name_len = strlen(directory->ignored.list[i]);
        if (directory_len + 1 + name_len >= sizeof path)
            continue; /* no path that could be read anyhow */
        memcpy(path, directory->path, directory_len);
        path[directory_len] = '/';
        memcpy(path + directory_len + 1, directory->ignored.list[i], name_len + 1);
        warn(lint, source_files.name, VMNETACL_CODE_FILE_IGNORED, path, (struct position){.line = 0},
             "the file is ignored, since its name does not end with .rules or begins with a dot; rename or move it");
    }
}

/*
 * The names in rules.d once more, for those that are no rule files. What cannot be opened has been told. False when out
 * of memory.
 */
static bool check_directory(struct lint *lint)
{
    const struct trust trust = loading_trust(lint->origin);
    struct vmnetacl_error error;
    struct directory directory;

    for (size_t i = 0; i < lint->policy->sources_count && lint->origin->buffers == NULL; i++) {
        if (lint->policy->sources[i].entry.source != &source_files)
            continue;
        if (directory_open(&directory, lint->policy->sources[i].path, &trust, &error) == VMNETACL_OK) {
            check_ignored(lint, &directory);
            directory_close(&directory);
        } else if (error.code == VMNETACL_CODE_MEMORY) {
            return false;
        }
    }
    return true;
}

/* The accounts that rules name, each with the first deny about it, or else with the first rule. */
struct naming {
    const char *source;
    const struct rule_file *file;
    struct rule rule;
};

struct namings {
    struct accounts accounts;
    struct naming *list; /* under the accounts' indices */
    size_t capacity;
};

/* False when out of memory. */
static bool add_naming(struct namings *namings, const struct naming *naming)
{
    size_t count = namings->accounts.count;
    struct naming *list = array_grow(namings->list, count, 1, &namings->capacity, sizeof *list);
    uint32_t index;

    if (list == NULL)
        return false;
    namings->list = list;
    if (!names_intern(&namings->accounts, &naming->rule, &index))
        return false;
    if (index == count || (naming->rule.is_deny && !list[index].rule.is_deny))
        list[index] = *naming;
    return true;
}

static bool collect_namings(struct namings *namings, const struct loaded_source *source)
{
    struct rule_cursor at = {.ruleset = &source->ruleset};

    while (rule_cursor_next(&at)) {
        const struct naming naming = {.source = source->entry.source->name, .file = at.file, .rule = at.rule};
        if (naming.rule.account != NULL && !add_naming(namings, &naming))
            return false;
    }
    return true;
}

/* A deny that denies nobody is an error: whoever was meant is not denied. */
static void tell_unknown(struct lint *lint, const struct naming *naming)
{
    tell_at(lint, naming->rule.is_deny, naming->source, VMNETACL_CODE_ACCOUNT_UNKNOWN, naming->file->path,
            naming->rule.place,
            naming->rule.subject == VMNETACL_SUBJECT_USER
                ? "unknown user, so the rule never matches; see 'getent passwd'"
                : "unknown group, so the rule never matches; see 'getent group'");
}

/* It is an error when a name cannot be looked up: the helper refuses then. False when out of memory. */
static bool look_up(struct lint *lint, const struct namings *namings)
{
    const struct accounts *accounts = &namings->accounts;
    const struct vmnetacl_caller self = {.uid = getuid(), .gid = getgid()};
    struct lookup lookup = {.caller = &self,
                            .is_for_every_bridge = true,
                            .accounts = accounts,
                            .count = accounts->count};
    struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status;
    size_t failed;

    lookup.items = calloc(accounts->count, sizeof *lookup.items);
    if (lookup.items == NULL)
        return false;
    for (size_t i = 0; i < accounts->count; i++)
        lookup.items[i] = (struct lookup_item){
            .kind = accounts->list[i].kind,
            .name = accounts_name(accounts, i),
            .is_allowed = true,
        };
    status = lookup_run(&lookup, lint->timeout_ms, &failed, &error);
    if (error.code != VMNETACL_CODE_NONE && error.system_errno != ENOMEM) {
        const struct naming *naming = &namings->list[failed < accounts->count ? failed : 0];
        error_move(&error, naming->file->path, naming->rule.place.line, naming->rule.place.column);
        tell(lint, true, "names", &error);
    }
    for (size_t i = 0; i < accounts->count && status == VMNETACL_OK; i++)
        if (lookup.items[i].answer.state == ACCOUNT_ABSENT)
            tell_unknown(lint, &namings->list[i]);
    free(lookup.items);
    return error.system_errno != ENOMEM;
}

/* False when out of memory. */
static bool check_names(struct lint *lint)
{
    struct namings namings = {.capacity = 0};
    bool is_done = true;

    for (size_t i = 0; i < lint->policy->sources_count && is_done; i++)
        is_done = collect_namings(&namings, &lint->policy->sources[i]);
    if (is_done && namings.accounts.count > 0)
        is_done = look_up(lint, &namings);
    accounts_free(&namings.accounts);
    free(namings.list);
    return is_done;
}

static bool load_all(struct lint *lint)
{
    struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
    struct loading loading = {.origin = lint->origin,
                              .error = &error,
                              .other = &lint->policy->other,
                              .report = tell_error,
                              .report_data = lint};
    struct switch_table table;
    struct lines lines;

    if (loading_go_on(&loading, switch_load(&loading, &table)) != VMNETACL_OK)
        return false;
    if (table.count == 0) { /* so that the rules themselves are checked all the same */
        lines_start(&lines, "", SWITCH_DEFAULT, strlen(SWITCH_DEFAULT));
        (void)switch_parse_line(&lines, &table, &error); /* it has no error */
    }
    return policy_load_sources(lint->policy, &table, &loading) == VMNETACL_OK;
}

static bool check_all(struct lint *lint)
{
    bool is_done = load_all(lint);

    if (is_done && !lint->is_stopped)
        is_done = check_names(lint);
    if (is_done && !lint->is_stopped)
        is_done = check_rules(lint);
    if (!is_done || lint->is_stopped)
        return is_done;
    check_files(lint);
    return check_directory(lint);
}

enum vmnetacl_status vmnetacl_lint(const struct vmnetacl_origin *origin, unsigned timeout_ms,
                                   bool (*visit)(const struct vmnetacl_finding *finding, void *data), void *data,
                                   struct vmnetacl_error *error)
{
    static const struct vmnetacl_origin system_origin = {.root = NULL};
    struct lint lint = {.origin = origin != NULL ? origin : &system_origin,
                        .timeout_ms = timeout_ms != 0 ? timeout_ms : VMNET_LOOKUP_TIMEOUT_MS,
                        .visit = visit,
                        .data = data};
    struct vmnetacl_error found = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status = policy_check_origin(lint.origin, &found);

    if (visit == NULL)
        status = error_set(&found, VMNETACL_CODE_ARGUMENT, NULL, 0, 0, "visit is missing");
    if (status == VMNETACL_OK) {
        lint.policy = calloc(1, sizeof *lint.policy);
        if (lint.policy == NULL || !check_all(&lint))
            status = error_set_system(&found, ENOMEM, NULL, "cannot get memory to check the rules");
        else if (lint.is_stopped)
            status = VMNETACL_STOPPED;
        vmnetacl_free(lint.policy);
    }
    if (status != VMNETACL_OK && status != VMNETACL_STOPPED && error != NULL)
        *error = found;
    return status;
}
