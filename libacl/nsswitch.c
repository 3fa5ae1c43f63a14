/* SPDX-License-Identifier: MIT */
#include "nsswitch.h"

#include "lines.h"

struct writer {
    char *line;
    size_t len;
    bool is_full;
};

static void write_bytes(struct writer *writer, const char *bytes, size_t len)
{
    if (writer->is_full || len >= NSSWITCH_LINE_SIZE - writer->len) {
        writer->is_full = true;
        return;
    }
    memcpy(writer->line + writer->len, bytes, len);
    writer->len += len;
    writer->line[writer->len] = '\0';
}

static void write_text(struct writer *writer, const char *text)
{
    write_bytes(writer, text, strlen(text));
}

/* The last line of a database counts in glibc; a comment may stand behind it. False when there is none. */
static bool find_line(const char *text, size_t text_len, const char *database, struct line *found)
{
    const char *end = text + text_len;
    size_t name_len = strlen(database);
    bool is_found = false;

    for (const char *at = text; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *hash;
        struct line line = {.start = at, .at = at, .end = newline != NULL ? newline : end};
        at = newline != NULL ? newline + 1 : end;
        hash = memchr(line.at, '#', line_len(&line));
        line.end = hash != NULL ? hash : line.end;
        line_skip_blanks(&line);
        if (line_len(&line) <= name_len || memcmp(line.at, database, name_len) != 0)
            continue;
        line.at += name_len;
        line_skip_blanks(&line);
        if (line_is_empty(&line) || *line.at != ':')
            continue;
        line.at++;
        *found = line;
        is_found = true;
    }
    return is_found;
}

/* Take the brackets behind a service off the line, if there are any. False when they are not closed. */
static bool take_brackets(struct line *line, const char **inside, size_t *inside_len)
{
    const char *close;

    *inside_len = 0;
    line_skip_blanks(line);
    if (line_is_empty(line) || *line->at != '[')
        return true;
    close = memchr(line->at, ']', line_len(line));
    if (close == NULL)
        return false;
    *inside = line->at + 1;
    *inside_len = (size_t)(close - *inside);
    line->at = close + 1;
    return true;
}

/* A service, and what is to follow from its answers. */
static bool write_service(struct writer *writer, struct line *line, bool keeps_actions, const char *actions)
{
    const char *start = line->at;
    const char *inside = "";
    size_t inside_len;

    while (line->at < line->end && !is_blank(*line->at) && *line->at != '[')
        line->at++;
    write_bytes(writer, start, (size_t)(line->at - start));
    if (start == line->at || !take_brackets(line, &inside, &inside_len))
        return false;
    if (!keeps_actions)
        inside_len = 0;
    if (inside_len > 0 || actions[0] != '\0') {
        write_text(writer, " [");
        write_bytes(writer, inside, inside_len);
        write_text(writer, " ");
        write_text(writer, actions);
        write_text(writer, "]");
    }
    write_text(writer, " ");
    return true;
}

bool nsswitch_make_line(const char *text, size_t text_len, const char *database, bool is_optional, bool keeps_actions,
                        const char *actions, char line[NSSWITCH_LINE_SIZE])
{
    static const char files[] = "files";
    struct writer writer = {.line = line};
    struct line from = {.start = files, .at = files, .end = files + strlen(files)};

    if (!find_line(text, text_len, database, &from) && is_optional)
        return false;
    line_skip_blanks(&from);
    while (!line_is_empty(&from)) {
        if (!write_service(&writer, &from, keeps_actions, actions))
            return false;
        line_skip_blanks(&from);
    }
    return !writer.is_full && writer.len > 0;
}
