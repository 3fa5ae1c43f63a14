/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORDS_MAX 1024

static const char blanks[] = " \t\n\f\r";

/* What reading the rules of one source has come to. */
struct model {
    const struct model_question *question;
    bool allowed, denied, broken;
    char options[MODEL_OPTIONS_SIZE]; /* of the first allow */
};

static bool name_is_good(const char *name)
{
    if (strlen(name) < 1 || strlen(name) > 15 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (; *name != '\0'; name++)
        if ((unsigned char)*name <= ' ' || strchr("/:%\x7f\xa0", *name) != NULL)
            return false;
    return true;
}

/* Call read_line for each line of a file, without its newline and NUL-terminated. */
static void read_text(struct model *model, const struct vmnetacl_buffer *file, int depth,
                      void (*read_line)(struct model *model, char *line, int depth))
{
    char line[1024];
    size_t len = 0;

    for (size_t i = 0; i <= file->text_len && !model->broken; i++) {
        if (i == file->text_len || file->text[i] == '\n') {
            line[len] = '\0';
            read_line(model, line, depth);
            len = 0;
        } else if (len == 1023 || file->text[i] == '\0') {
            model->broken = true;
        } else {
            line[len++] = file->text[i];
        }
    }
}

/* The source qemu: vmnet-bridge.conf(5). */

static void read_file(struct model *model, const char *path, int depth);

static void read_qemu_line(struct model *model, char *line, int depth)
{
    const char *bridge = model->question->bridge;
    size_t word_len;
    char *rest;

    line += strspn(line, blanks);
    while (*line != '\0' && strchr(blanks, line[strlen(line) - 1]) != NULL)
        line[strlen(line) - 1] = '\0';
    if (*line == '\0' || *line == '#')
        return;
    word_len = strcspn(line, " \t");
    rest = line + word_len + strspn(line + word_len, blanks);
    line[word_len] = '\0';
    if (strcmp(line, "include") == 0 && *rest == '/')
        read_file(model, rest, depth + 1);
    else if (strcmp(line, "allow") == 0 && name_is_good(rest))
        model->allowed |= strcmp(rest, "all") == 0 || strcmp(rest, bridge) == 0;
    else if (strcmp(line, "deny") == 0 && name_is_good(rest))
        model->denied |= strcmp(rest, "all") == 0 || strcmp(rest, bridge) == 0;
    else
        model->broken = true;
}

/* A file that includes itself gets too deep in the end. */
static void read_file(struct model *model, const char *path, int depth)
{
    const struct model_question *question = model->question;

    for (size_t i = 0; i < question->files_count && !model->broken; i++) {
        if (strcmp(question->files[i].source, "qemu") == 0 && strcmp(question->files[i].path, path) == 0) {
            model->broken = depth > 8;
            read_text(model, &question->files[i], depth, read_qemu_line);
        }
    }
}

enum vmnetacl_status model_decide(const struct vmnetacl_buffer *files, size_t files_count, const char *bridge)
{
    const struct model_question question = {.files = files, .files_count = files_count, .bridge = bridge};
    struct model model = {.question = &question};

    read_file(&model, files[0].path, 0);
    if (model.broken)
        return VMNETACL_UNAVAIL;
    if (model.denied)
        return VMNETACL_DENY;
    return model.allowed ? VMNETACL_ALLOW : VMNETACL_NOTFOUND;
}

/* The source files: vmnet-rules(5). */

static size_t split(char *line, char *words[WORDS_MAX])
{
    size_t count = 0;
    char *rest = NULL;

    for (char *word = strtok_r(line, blanks, &rest); word != NULL; word = strtok_r(NULL, blanks, &rest))
        words[count++] = word;
    return count;
}

static bool number_is_good(const char *text, unsigned long long min, unsigned long long max)
{
    if (strlen(text) < 1 || strlen(text) > 10 || strspn(text, "0123456789") != strlen(text))
        return false;
    if (text[0] == '0' && text[1] != '\0')
        return false;
    return strtoull(text, NULL, 10) >= min && strtoull(text, NULL, 10) <= max;
}

static bool account_is_good(const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || strchr("\x7f:,*?[]\"';|<>", *at) != NULL)
            return false;
    return strlen(name) <= 255 && strchr("%@+#", name[0]) == NULL;
}

static const struct fake_account *find_account(const struct model_question *question, bool is_group, const char *name)
{
    for (size_t i = 0; i < question->accounts_count; i++)
        if (question->accounts[i].is_group == is_group && strcmp(question->accounts[i].name, name) == 0)
            return &question->accounts[i];
    return NULL;
}

/* By his credentials; for a deny by the database as well. */
static bool is_in_group(const struct model_question *question, uint32_t gid, bool is_deny)
{
    if (question->caller->gid == gid)
        return true;
    for (size_t i = 0; i < question->caller->groups_count; i++)
        if (question->caller->groups[i] == gid)
            return true;
    for (size_t i = 0; i < question->accounts_count; i++)
        if (is_deny && question->accounts[i].is_group && question->accounts[i].id == gid &&
            question->accounts[i].has_caller)
            return true;
    return false;
}

/* Does the subject mean the caller? *is_good: it is one. */
static bool match_subject(const struct model_question *question, const char *kind, const char *value, bool is_deny,
                          bool *is_good)
{
    const struct fake_account *account;

    *is_good = true;
    if (strcmp(kind, "uid") == 0 && number_is_good(value, 0, 4294967294))
        return strtoull(value, NULL, 10) == question->caller->uid;
    if (strcmp(kind, "gid") == 0 && number_is_good(value, 0, 4294967294))
        return is_in_group(question, (uint32_t)strtoull(value, NULL, 10), is_deny);
    if (strcmp(kind, "user") == 0 && account_is_good(value)) {
        account = find_account(question, false, value);
        return account != NULL && account->id == question->caller->uid;
    }
    if (strcmp(kind, "group") == 0 && account_is_good(value)) {
        account = find_account(question, true, value);
        return account != NULL && is_in_group(question, account->id, is_deny);
    }
    *is_good = false;
    return false;
}

static bool match_bridge(const char *pattern, const char *bridge, bool *is_good)
{
    static const char odd[] = "*?[]{}()\"`;,|'<>\\!^$&#@";
    char stem[32] = "x"; /* so that the stem may be "." or ".." */
    size_t len = strlen(pattern);

    *is_good = true;
    if (strcmp(pattern, "all") == 0)
        return true;
    if (len > 1 && len <= 16 && pattern[len - 1] == '*') {
        memcpy(stem + 1, pattern, len - 1);
        *is_good = name_is_good(len == 16 ? stem + 1 : stem) && strpbrk(stem, odd) == NULL;
        return strncmp(pattern, bridge, len - 1) == 0;
    }
    *is_good = name_is_good(pattern) && strpbrk(pattern, odd) == NULL;
    return strcmp(pattern, bridge) == 0;
}

static bool mac_is_good(char *mac)
{
    if (strlen(mac) != 17 || strspn(mac, "0123456789abcdefABCDEF:") != 17)
        return false;
    for (int i = 0; i < 17; i++) {
        if ((i % 3 == 2) != (mac[i] == ':'))
            return false;
        mac[i] = mac[i] >= 'A' && mac[i] <= 'F' ? (char)(mac[i] - 'A' + 'a') : mac[i];
    }
    return strchr("02468ace", mac[1]) != NULL && strcmp(mac, "00:00:00:00:00:00") != 0;
}

static bool tap_is_good(const char *tap)
{
    const char *d = strstr(tap, "%d");
    const char *u = strstr(tap, "%u");

    if (u != NULL && ((u > tap && isdigit((unsigned char)u[-1])) || isdigit((unsigned char)u[2]) || u[2] == '%' ||
                      (d != NULL && d + 2 == u)))
        return false;
    for (const char *at = tap; *at != '\0'; at++)
        if ((*at == '%' && at != d && at != u) || (unsigned char)*at <= ' ' ||
            strchr("/:\x7f\xa0*?[]{}()\"`;,|'<>\\!^$&#@", *at) != NULL)
            return false;
    return strlen(tap) <= 15 && strcmp(tap, ".") != 0 && strcmp(tap, "..") != 0 && strcmp(tap, "all") != 0 &&
           strcmp(tap, "default") != 0;
}

/* In the order of the page. Returns whether they are good. */
static bool read_options(char **words, size_t count, char options[MODEL_OPTIONS_SIZE])
{
    static const char *const names[] = {"limit", "isolated", "guard", "mac", "vlan", "tap"};
    const char *values[6] = {NULL};

    for (size_t i = 0; i < count; i++) {
        size_t which = 0;
        while (which < 6 && strcmp(words[i], names[which]) != 0)
            which++;
        if (which == 6 || values[which] != NULL)
            return false;
        if (which == 1 || which == 2) {
            values[which] = "";
            continue;
        }
        if (++i == count || (which == 0 && !number_is_good(words[i], 1, 1023)) ||
            (which == 3 && !mac_is_good(words[i])) || (which == 4 && !number_is_good(words[i], 1, 4094)) ||
            (which == 5 && !tap_is_good(words[i])))
            return false;
        values[which] = words[i];
    }
    for (size_t i = 0; i < 6; i++)
        if (values[i] != NULL)
            (void)snprintf(options + strlen(options), MODEL_OPTIONS_SIZE - strlen(options), "%s%s%s%s",
                           options[0] != '\0' ? " " : "", names[i], *values[i] != '\0' ? " " : "",
                           values[i]); /* always fits */
    return true;
}

static void read_files_line(struct model *model, char *line, int depth)
{
    char *words[WORDS_MAX] = {NULL};
    size_t count;
    size_t next = 2; /* after the subject */
    char options[MODEL_OPTIONS_SIZE] = "";
    bool is_deny, is_subject, is_bridge, is_good;

    (void)depth;
    line += strspn(line, blanks);
    if (*line == '\0' || *line == '#')
        return;
    count = split(line, words);
    model->broken = true; /* until all of it is good */
    if (count < 4)
        return;
    is_deny = strcmp(words[0], "deny") == 0;
    if (!is_deny && strcmp(words[0], "allow") != 0)
        return;
    is_subject = true;
    if (strcmp(words[1], "all") != 0) {
        is_subject = match_subject(model->question, words[1], words[2], is_deny, &is_good);
        if (!is_good)
            return;
        next = 3;
    }
    if (count < next + 2 || strcmp(words[next], "bridge") != 0)
        return;
    is_bridge = match_bridge(words[next + 1], model->question->bridge, &is_good);
    if (!is_good)
        return;
    if (count > next + 2 && (is_deny || !read_options(words + next + 2, count - next - 2, options)))
        return;
    model->broken = false;
    if (!is_subject || !is_bridge)
        return;
    if (!is_deny && !model->allowed)
        strcpy(model->options, options);
    model->allowed |= !is_deny;
    model->denied |= is_deny;
}

/* The switch: vmnet-switch.conf(5). */

struct entry {
    char source[16];
    bool returns_on_allow, returns_on_notfound, continues_on_unavail;
};

struct table {
    struct entry entries[2];
    size_t count;
    bool has_line, has_log, has_network, broken;
};

/* words[*at] to the closing bracket, the opening one having been taken. False when anything is wrong. */
static bool read_actions(char *words[], size_t count, size_t *at, struct entry *entry)
{
    static const char *const statuses[] = {"allow", "success", "deny", "notfound", "unavail", "tryagain"};
    bool seen[6] = {false};
    size_t pairs = 0;

    for (; *at < count && strcmp(words[*at], "]") != 0; *at += 3, pairs++) {
        size_t status = 0;
        bool is_return;
        while (status < 6 && strcasecmp(words[*at], statuses[status]) != 0)
            status++;
        if (status == 6 || *at + 2 >= count || strcmp(words[*at + 1], "=") != 0)
            return false;
        status = status == 1 ? 0 : status; /* an alias */
        is_return = strcasecmp(words[*at + 2], "return") == 0;
        if (seen[status] || (!is_return && strcasecmp(words[*at + 2], "continue") != 0))
            return false;
        seen[status] = true;
        if (!is_return && (status == 2 || status == 5))
            return false;
        entry->returns_on_allow |= status == 0 && is_return;
        entry->returns_on_notfound |= status == 3 && is_return;
        entry->continues_on_unavail |= status == 4 && !is_return;
    }
    return pairs > 0 && (*at)++ < count;
}

static void read_sources(struct table *table, char *words[], size_t count)
{
    for (size_t at = 0; at < count && !table->broken;) {
        struct entry entry = {.source = ""};
        bool is_known = strcmp(words[at], "files") == 0 || strcmp(words[at], "qemu") == 0;
        if (!is_known || (table->count == 1 && strcmp(table->entries[0].source, words[at]) == 0) || table->count == 2) {
            table->broken = true;
            return;
        }
        strcpy(entry.source, words[at++]);
        if (at < count && strcmp(words[at], "[") == 0) {
            at++;
            table->broken = !read_actions(words, count, &at, &entry);
        }
        table->entries[table->count++] = entry;
    }
}

/* The lines beside the one with the sources: KEYWORD WORD, once each. False if this is none of them. */
static bool read_statement(struct model *model, struct table *table, const char *line)
{
    static const char *const statements[][2] = {{"log:", "required"}, {"network:", "any"}};
    bool *const seen[] = {&table->has_log, &table->has_network};
    char copy[1024];
    char *words[WORDS_MAX] = {NULL};
    size_t count;

    strcpy(copy, line);
    count = split(copy, words);
    for (size_t i = 0; i < 2; i++) {
        if (strcmp(words[0], statements[i][0]) != 0)
            continue;
        model->broken = *seen[i] || count != 2 || strcmp(words[1], statements[i][1]) != 0;
        *seen[i] = true;
        return true;
    }
    return false;
}

/* Of the switch, model is a table in disguise. */
struct switch_model {
    struct model model;
    struct table *table;
};

static void read_switch_line(struct model *model, char *line, int depth)
{
    struct table *table = ((struct switch_model *)model)->table;
    char spaced[4 * 1024] = "";
    char *words[WORDS_MAX];
    size_t count;

    (void)depth;
    line += strspn(line, blanks);
    if (*line == '\0' || *line == '#' || read_statement(model, table, line))
        return;
    if (strncmp(line, "acl:", 4) != 0 || (line[4] != '\0' && strchr(blanks, line[4]) == NULL) || table->has_line) {
        model->broken = true;
        return;
    }
    table->has_line = true;
    for (const char *at = line + 4; *at != '\0'; at++)
        (void)sprintf(spaced + strlen(spaced), strchr("[]=", *at) != NULL ? " %c " : "%c", *at);
    count = split(spaced, words);
    read_sources(table, words, count);
    model->broken = table->broken || table->count == 0;
}

/* False when it is wrong. */
static bool read_switch(const struct model_question *question, struct table *table)
{
    struct switch_model model = {.model = {.question = question}, .table = table};

    for (size_t i = 0; i < question->files_count; i++) {
        if (strcmp(question->files[i].source, "switch") != 0)
            continue;
        read_text(&model.model, &question->files[i], 0, read_switch_line);
        return !model.model.broken && table->has_line;
    }
    *table = (struct table){.entries = {{.source = "files"}, {.source = "qemu"}}, .count = 2};
    return true;
}

/* All of it. */

static enum vmnetacl_status ask_source(const struct model_question *question, const char *source,
                                       char options[MODEL_OPTIONS_SIZE])
{
    struct model model = {.question = question};
    bool is_first = true;

    for (size_t i = 0; i < question->files_count; i++) {
        const struct vmnetacl_buffer *file = &question->files[i];
        if (strcmp(file->source, source) != 0)
            continue;
        if (strcmp(source, "files") == 0)
            read_text(&model, file, 0, read_files_line);
        else if (is_first)
            read_file(&model, file->path, 0);
        is_first = false;
    }
    strcpy(options, model.options);
    if (model.broken)
        return VMNETACL_UNAVAIL;
    if (model.denied)
        return VMNETACL_DENY;
    return model.allowed ? VMNETACL_ALLOW : VMNETACL_NOTFOUND;
}

void model_ask(const struct model_question *question, struct model_answer *answer)
{
    struct table table = {.count = 0};

    *answer = (struct model_answer){.verdict = VMNETACL_NOTFOUND};
    if (!read_switch(question, &table)) {
        answer->load_fails = true;
        answer->verdict = VMNETACL_UNAVAIL;
        return;
    }
    for (size_t i = 0; i < table.count; i++) {
        const struct entry *entry = &table.entries[i];
        char options[MODEL_OPTIONS_SIZE];
        enum vmnetacl_status says = ask_source(question, entry->source, options);
        const char *name = strcmp(entry->source, "files") == 0 ? "files" : "qemu";
        if (says == VMNETACL_UNAVAIL && entry->continues_on_unavail) {
            answer->degraded = true;
            continue;
        }
        if (says == VMNETACL_DENY || says == VMNETACL_UNAVAIL) {
            *answer = (struct model_answer){.verdict = says,
                                            .source = says == VMNETACL_DENY ? name : NULL,
                                            .degraded = answer->degraded};
            return;
        }
        if (says == VMNETACL_ALLOW && answer->verdict != VMNETACL_ALLOW) {
            answer->verdict = VMNETACL_ALLOW;
            answer->source = name;
            strcpy(answer->options, options);
        }
        if ((says == VMNETACL_ALLOW && entry->returns_on_allow) ||
            (says == VMNETACL_NOTFOUND && entry->returns_on_notfound))
            return;
    }
}
