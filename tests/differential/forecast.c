/* SPDX-License-Identifier: MIT
 *
 * See forecast.h. Written for being obviously right: nothing here is fast.
 */
#define _GNU_SOURCE
#include "forecast.h"

#include <stdint.h>
#include <string.h>

enum {
    LINE_MAX_LEN = 1023,
    NAME_MAX_LEN = 15,
    DEPTH_MAX = 8,
    LINK_MAX = 16
};

const char *forecast_difference_name(enum difference difference)
{
    static const char *const names[DIFFERENCE_COUNT] = {
        [DIFFERENCE_NONE] = "none",
        [DIFFERENCE_MAIN_UNREADABLE] = "main-unreadable",
        [DIFFERENCE_MAIN_WORD] = "main-word",
        [DIFFERENCE_INCLUDE_WORD] = "include-word",
        [DIFFERENCE_LINE_LONG] = "line-long",
        [DIFFERENCE_LINE_NUL] = "line-nul",
        [DIFFERENCE_NAME_MISSING] = "name-missing",
        [DIFFERENCE_NAME_LONG] = "name-long",
        [DIFFERENCE_NAME_INVALID] = "name-invalid",
        [DIFFERENCE_PATH_MISSING] = "path-missing",
        [DIFFERENCE_PATH_RELATIVE] = "path-relative",
        [DIFFERENCE_INCLUDE_DEEP] = "include-deep",
        [DIFFERENCE_INCLUDE_LOOP] = "include-loop",
        [DIFFERENCE_FILE_OWNER] = "file-owner",
        [DIFFERENCE_FILE_MODE] = "file-mode",
        [DIFFERENCE_FILE_KIND] = "file-kind",
        [DIFFERENCE_DIRECTORY_OWNER] = "directory-owner",
        [DIFFERENCE_DIRECTORY_MODE] = "directory-mode",
        [DIFFERENCE_OPEN_ERROR] = "open-error",
    };

    return names[difference];
}

/* ---- a path, as the kernel walks it for this caller ---- */

enum finding {
    FOUND,
    MISSING,
    DANGLING,
    DENIED,
    REFUSED, /* with a difference */
};

struct search {
    enum finding finding;
    const struct ruleworld_entry *entry; /* FOUND: the file */
    enum difference difference;          /* REFUSED */
};

static bool caller_may(const struct lab_caller *caller, const struct ruleworld_entry *entry, mode_t bit)
{
    bool is_member = caller->gid == entry->gid;

    for (size_t i = 0; i < caller->group_count; i++)
        is_member = is_member || caller->groups[i] == entry->gid;
    if (caller->uid == entry->uid)
        return (entry->mode & bit << 6) != 0;
    return (entry->mode & (is_member ? bit << 3 : bit)) != 0;
}

static struct search refused(enum difference difference)
{
    return (struct search){.finding = REFUSED, .difference = difference};
}

static struct search file_judge(const struct ruleworld_entry *file, const struct lab_caller *caller,
                                mode_t refused_mode)
{
    if (!caller_may(caller, file, 04))
        return (struct search){.finding = DENIED};
    if (file->kind != RULEWORLD_FILE)
        return refused(DIFFERENCE_FILE_KIND);
    if (file->uid != 0)
        return refused(DIFFERENCE_FILE_OWNER);
    if ((file->mode & refused_mode) != 0)
        return refused(DIFFERENCE_FILE_MODE);
    return (struct search){.finding = FOUND, .entry = file};
}

/* The last part of directory, ".." of it, is taken off. */
static void directory_leave(char *directory)
{
    char *slash = strrchr(directory, '/');

    if (slash != NULL)
        *slash = '\0';
}

/* refused_mode: the bits of a file's mode for which it is refused. */
static struct search path_search(const struct ruleworld *world, const char *path, const struct lab_caller *caller,
                                 mode_t refused_mode, unsigned links)
{
    char directory[1200] = ""; /* without "." and "..", and without the slash at its end */
    char next[1200], rest[1200];
    size_t len;

    for (const char *at = path + strspn(path, "/"); *at != '\0'; at += len + strspn(at + len, "/")) {
        const struct ruleworld_entry *here = ruleworld_find(world, directory);
        len = strcspn(at, "/");
        if (here != NULL && !caller_may(caller, here, 01))
            return (struct search){.finding = DENIED};
        if (len == 1 && at[0] == '.')
            continue;
        if (len == 2 && memcmp(at, "..", 2) == 0) {
            directory_leave(directory);
            continue;
        }
        snprintf(next, sizeof next, "%s/%.*s", directory, (int)len, at);
        const struct ruleworld_entry *entry = ruleworld_find(world, next);
        if (entry == NULL && strcmp(next, "/etc") != 0)
            return (struct search){.finding = links > 0 ? DANGLING : MISSING};
        if (entry != NULL && entry->kind == RULEWORLD_LINK) {
            if (links == LINK_MAX)
                return refused(DIFFERENCE_OPEN_ERROR);
            snprintf(rest, sizeof rest, "%s/%.*s%s", entry->text[0] == '/' ? "" : directory, (int)entry->text_len,
                     entry->text, at + len);
            return path_search(world, rest, caller, refused_mode, links + 1);
        }
        if (entry != NULL && at[len] == '\0')
            return file_judge(entry, caller, refused_mode);
        if (entry != NULL && entry->kind != RULEWORLD_DIRECTORY)
            return refused(DIFFERENCE_OPEN_ERROR); /* ENOTDIR */
        if (entry != NULL && entry->uid != 0)
            return refused(DIFFERENCE_DIRECTORY_OWNER);
        if (entry != NULL && (entry->mode & 02) != 0)
            return refused(DIFFERENCE_DIRECTORY_MODE);
        strcpy(directory, next);
    }
    return refused(DIFFERENCE_OPEN_ERROR); /* EISDIR */
}

/* ---- a line ---- */

enum line_kind {
    LINE_NOTHING,
    LINE_RULE,
    LINE_INCLUDE,
    LINE_WRONG
};

struct line {
    enum line_kind kind;
    enum difference difference;  /* LINE_WRONG */
    char path[LINE_MAX_LEN + 1]; /* LINE_INCLUDE */
    size_t lenient_tab;          /* where the TAB of the lenient form is, or SIZE_MAX */
};

/* What the stock helper takes for a blank: g_ascii_isspace(), to which a vertical tab is none. */
static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\f' || byte == '\r';
}

static struct line line_wrong(enum difference difference)
{
    return (struct line){.kind = LINE_WRONG, .difference = difference, .lenient_tab = SIZE_MAX};
}

static enum difference name_judge(const char *name, size_t len)
{
    if (len == 0)
        return DIFFERENCE_NAME_MISSING;
    if ((len == 1 && name[0] == '.') || (len == 2 && memcmp(name, "..", 2) == 0))
        return DIFFERENCE_NAME_INVALID;
    for (size_t i = 0; i < len; i++) {
        const unsigned char byte = (unsigned char)name[i];
        if (byte <= ' ' || byte == 0x7f || byte == 0xa0 || byte == '/' || byte == ':' || byte == '%')
            return DIFFERENCE_NAME_INVALID;
    }
    return len > NAME_MAX_LEN ? DIFFERENCE_NAME_LONG : DIFFERENCE_NONE;
}

/* text has no newline. */
static struct line line_read(const char *text, size_t len)
{
    struct line line = {.kind = LINE_RULE, .lenient_tab = SIZE_MAX};
    size_t start = 0, end = len, word_end, argument;

    if (len > LINE_MAX_LEN)
        return line_wrong(DIFFERENCE_LINE_LONG);
    if (memchr(text, '\0', len) != NULL)
        return line_wrong(DIFFERENCE_LINE_NUL);
    while (start < end && is_blank(text[start]))
        start++;
    while (end > start && is_blank(text[end - 1]))
        end--;
    if (start == end || text[start] == '#') {
        line.kind = LINE_NOTHING;
        return line;
    }
    for (word_end = start; word_end < len && text[word_end] != ' ' && text[word_end] != '\t';)
        word_end++;
    const size_t word_len = word_end - start;
    const bool is_include = word_len == 7 && memcmp(text + start, "include", 7) == 0;
    const bool is_rule = (word_len == 5 && memcmp(text + start, "allow", 5) == 0) ||
                         (word_len == 4 && memcmp(text + start, "deny", 4) == 0);
    if (word_end == len || (!is_include && !is_rule))
        return line_wrong(DIFFERENCE_INCLUDE_WORD);
    if (text[word_end] == '\t' && memchr(text + word_end, ' ', len - word_end) != NULL)
        line.lenient_tab = word_end;
    for (argument = word_end; argument < end && is_blank(text[argument]);)
        argument++;
    if (argument > end)
        argument = end;
    if (is_rule) {
        const enum difference difference = name_judge(text + argument, end - argument);
        return difference == DIFFERENCE_NONE ? line : line_wrong(difference);
    }
    if (argument == end)
        return line_wrong(DIFFERENCE_PATH_MISSING);
    if (text[argument] != '/')
        return line_wrong(DIFFERENCE_PATH_RELATIVE);
    line.kind = LINE_INCLUDE;
    memcpy(line.path, text + argument, end - argument);
    line.path[end - argument] = '\0';
    return line;
}

/* The length of the line that begins at text[at], without its newline. */
static size_t line_len(const struct ruleworld_entry *entry, size_t at)
{
    const char *newline = memchr(entry->text + at, '\n', entry->text_len - at);

    return newline != NULL ? (size_t)(newline - (entry->text + at)) : entry->text_len - at;
}

/* ---- a file and what it includes ---- */

struct reading {
    const struct ruleworld *world;
    const struct lab_caller *caller;
    bool is_open[RULEWORLD_ENTRY_MAX];
    struct forecast forecast;
};

static void reading_end(struct reading *reading, enum difference difference, const struct ruleworld_entry *entry,
                        unsigned line)
{
    reading->forecast.difference = difference;
    reading->forecast.entry = entry;
    reading->forecast.line = line;
}

static void file_read(struct reading *reading, const struct ruleworld_entry *file, unsigned depth);

static void include_read(struct reading *reading, const struct ruleworld_entry *from, unsigned number, const char *path,
                         unsigned depth)
{
    if (depth == DEPTH_MAX) {
        reading_end(reading, DIFFERENCE_INCLUDE_DEEP, from, number);
        return;
    }
    const struct search search = path_search(reading->world, path, reading->caller, 022, 0);
    if (search.finding == REFUSED)
        reading_end(reading, search.difference, from, number);
    if (search.finding != FOUND)
        return;
    const size_t index = (size_t)(search.entry - reading->world->entries);
    if (reading->is_open[index])
        reading_end(reading, DIFFERENCE_INCLUDE_LOOP, from, number);
    else /* again, when it was read before: its depth may be another */
        file_read(reading, search.entry, depth + 1);
}

static void file_read(struct reading *reading, const struct ruleworld_entry *file, unsigned depth)
{
    const size_t index = (size_t)(file - reading->world->entries);
    unsigned number = 1;

    reading->is_open[index] = true;
    for (size_t at = 0; at < file->text_len; at += line_len(file, at) + 1, number++) {
        const struct line line = line_read(file->text + at, line_len(file, at));
        if (line.kind == LINE_WRONG)
            reading_end(reading,
                        line.difference == DIFFERENCE_INCLUDE_WORD && depth == 0 ? DIFFERENCE_MAIN_WORD
                                                                                 : line.difference,
                        file, number);
        if (line.kind == LINE_INCLUDE)
            include_read(reading, file, number, line.path, depth);
        if (reading->forecast.difference != DIFFERENCE_NONE)
            return;
        if (line.lenient_tab != SIZE_MAX)
            reading->forecast.is_lenient = true;
    }
    reading->is_open[index] = false;
}

struct forecast forecast_make(const struct ruleworld *world, const struct lab_caller *caller)
{
    struct reading reading = {.world = world, .caller = caller};
    const struct search search = path_search(world, RULEWORLD_MAIN_PATH, caller, 02, 0);

    if (search.finding == FOUND)
        file_read(&reading, search.entry, 0);
    else if (search.finding == REFUSED)
        reading_end(&reading, search.difference, NULL, 0);
    else if (search.finding != MISSING)
        reading_end(&reading, DIFFERENCE_MAIN_UNREADABLE, NULL, 0);
    return reading.forecast;
}

void forecast_make_strict(struct ruleworld *world)
{
    for (size_t i = 0; i < world->entry_count; i++) {
        struct ruleworld_entry *entry = &world->entries[i];
        if (entry->kind != RULEWORLD_FILE)
            continue;
        for (size_t at = 0; at < entry->text_len; at += line_len(entry, at) + 1) {
            const struct line line = line_read(entry->text + at, line_len(entry, at));
            if (line.lenient_tab != SIZE_MAX)
                entry->text[at + line.lenient_tab] = ' ';
        }
    }
}
