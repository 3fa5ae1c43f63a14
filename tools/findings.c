/* SPDX-License-Identifier: MIT */
#include "findings.h"

#include "escape.h"
#include "excerpt.h"
#include "json.h"
#include "memory.h"
#include "problem.h"
#include "terminal.h"
#include "typo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many findings of one code are shown of one file without --all. */
#define FINDINGS_MAX 50

static const char *const level_names[] = {
    [FINDING_ERROR] = "error",
    [FINDING_WARNING] = "warning",
    [FINDING_NOTE] = "note",
};

static const enum style level_styles[] = {
    [FINDING_ERROR] = STYLE_BAD,
    [FINDING_WARNING] = STYLE_DOUBT,
    [FINDING_NOTE] = STYLE_STRONG,
};

/* Most findings of one file come one after the other, so the search begins with the last file. */
static size_t file_order(struct findings *findings, const char *file)
{
    const char *name = file == NULL ? "" : file;

    for (size_t i = findings->files_count; i > 0; i--)
        if (strcmp(findings->files[i - 1], name) == 0)
            return i - 1;
    findings->files = memory_grow(findings->files, findings->files_count, sizeof *findings->files);
    findings->files[findings->files_count] = name;
    return findings->files_count++;
}

static void findings_add(struct findings *findings, struct finding finding)
{
    finding.file_order = file_order(findings, finding.file);
    findings->items = memory_grow(findings->items, findings->count, sizeof *findings->items);
    findings->items[findings->count++] = finding;
    findings->counts[finding.level]++;
}

void findings_add_problem(struct findings *findings, bool is_error, const char *source,
                          const struct vmnetacl_error *error, const char *root)
{
    bool has_file = error->file[0] != '\0';

    findings_add(findings, (struct finding){
                               .level = is_error ? FINDING_ERROR : FINDING_WARNING,
                               .source = memory_copy(source),
                               .code = vmnetacl_code_name(error->code),
                               .file = has_file ? memory_format("%s%s", root == NULL ? "" : root, error->file) : NULL,
                               .line = error->line,
                               .column = error->column,
                               .message = problem_message(error),
                           });
}

/* place and root may be NULL. */
static void findings_add_ours(struct findings *findings, enum finding_level level, const char *source, const char *code,
                              const struct vmnetacl_place *place, const char *root, char *message)
{
    struct finding finding = {.level = level, .source = memory_copy(source), .code = code, .message = message};

    if (place != NULL) {
        finding.file = memory_format("%s%s", root == NULL ? "" : root, place->file);
        finding.line = place->line;
        finding.column = place->column;
    }
    findings_add(findings, finding);
}

void findings_add_warning(struct findings *findings, const char *source, const char *code,
                          const struct vmnetacl_place *place, const char *root, char *message)
{
    findings_add_ours(findings, FINDING_WARNING, source, code, place, root, message);
}

void findings_add_note(struct findings *findings, const char *source, const char *code,
                       const struct vmnetacl_place *place, char *message)
{
    findings_add_ours(findings, FINDING_NOTE, source, code, place, NULL, message);
}

static int compare(const void *left, const void *right)
{
    const struct finding *a = left;
    const struct finding *b = right;

    if (a->level != b->level)
        return a->level < b->level ? -1 : 1;
    if (a->file_order != b->file_order)
        return a->file_order < b->file_order ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return strcmp(a->code, b->code);
}

void findings_sort(struct findings *findings)
{
    if (findings->count > 0)
        qsort(findings->items, findings->count, sizeof *findings->items, compare);
}

/* With what may have been meant; to be freed. line: NULL when it cannot be read. */
static char *finding_message(const struct finding *finding, const char *line, size_t line_len)
{
    char *hint = line == NULL ? NULL : typo_hint(finding->code, finding->source, line, line_len, finding->column);
    char *message = memory_format("%s%s", finding->message, hint == NULL ? "" : hint);

    free(hint);
    return message;
}

static void finding_print(const struct findings *findings, const struct finding *finding, struct excerpt *excerpt)
{
    const char *line = NULL;
    size_t line_len = 0;
    char *message;

    if (finding->file != NULL)
        line = excerpt_find(excerpt, &findings->origin, finding->file, finding->line, &line_len);
    message = finding_message(finding, line, line_len);
    (void)fputs(terminal_style(STYLE_STRONG), stdout); /* here and below: main() checks ferror(3) */
    problem_print_place(stdout, finding->file, finding->line, finding->column);
    (void)printf("%s%s%s%s:%s ", finding->file == NULL ? "" : ": ", terminal_style(STYLE_PLAIN),
                 terminal_style(level_styles[finding->level]), level_names[finding->level],
                 terminal_style(STYLE_PLAIN));
    escape_print(stdout, message, strlen(message));
    (void)printf(" [%s]\n", finding->code);
    free(message);
    if (line != NULL)
        excerpt_print(stdout, line, line_len, finding->column);
}

static void finding_print_json(struct json_answer *answer, const struct findings *findings,
                               const struct finding *finding, struct excerpt *excerpt)
{
    json_t *object = json_object();
    const char *line = NULL;
    char *text = NULL;
    char *message;
    size_t line_len = 0;

    if (finding->file != NULL)
        line = excerpt_find(excerpt, &findings->origin, finding->file, finding->line, &line_len);
    if (line != NULL)
        text = escape_copy(line, line_len);
    message = finding_message(finding, line, line_len);
    json_put(object, "severity", json_string(level_names[finding->level]));
    json_put(object, "source", json_string(finding->source));
    json_put(object, "code", json_string(finding->code));
    json_put(object, "file", json_escaped(finding->file));
    json_put(object, "line", json_number(finding->line));
    json_put(object, "column", json_number(finding->column));
    json_put(object, "message", json_escaped(message));
    json_put(object, "text", json_escaped(text));
    json_write(answer, NULL, object);
    free(message);
    free(text);
}

/* How many findings of one code there are in one file. */
struct tally {
    const char *code;
    size_t count;
};

/* The tally of a code, which is added when there is none. */
static struct tally *tally_of(struct tally **tallies, size_t *tallies_count, const char *code)
{
    for (size_t i = 0; i < *tallies_count; i++)
        if (strcmp((*tallies)[i].code, code) == 0)
            return &(*tallies)[i];
    *tallies = memory_grow(*tallies, *tallies_count, sizeof **tallies);
    (*tallies)[*tallies_count] = (struct tally){.code = code};
    return &(*tallies)[(*tallies_count)++];
}

static void print_left_out(const struct finding *finding, const struct tally *tally)
{
    if (tally->count <= FINDINGS_MAX)
        return;
    problem_print_place(stdout, finding->file, 0, 0);
    (void)printf("%sand %zu more [%s]; --all shows them\n", finding->file == NULL ? "" : ": ",
                 tally->count - FINDINGS_MAX, tally->code);
}

/* Print the findings of one level in one file, which begin with the finding at index. Returns how many they are. */
static size_t print_file(const struct findings *findings, size_t index, struct excerpt *excerpt, bool with_all)
{
    const struct finding *first = &findings->items[index];
    struct tally *tallies = NULL;
    size_t tallies_count = 0;
    size_t count = 0;

    for (; index + count < findings->count; count++) {
        const struct finding *finding = first + count;
        if (finding->level != first->level || finding->file_order != first->file_order)
            break;
        if (++tally_of(&tallies, &tallies_count, finding->code)->count <= FINDINGS_MAX || with_all)
            finding_print(findings, finding, excerpt);
    }
    for (size_t i = 0; i < tallies_count && !with_all; i++)
        print_left_out(first, &tallies[i]);
    free(tallies);
    return count;
}

void findings_print(const struct findings *findings, bool with_all)
{
    struct excerpt excerpt = {.path = NULL};

    for (size_t i = 0; i < findings->count;)
        i += print_file(findings, i, &excerpt, with_all);
    excerpt_free(&excerpt);
}

static void print_count(const char *before, size_t count, const char *what)
{
    (void)printf("%s%zu %s%s", before, count, what, count == 1 ? "" : "s");
}

void findings_print_summary(const struct findings *findings)
{
    size_t error_count = findings->counts[FINDING_ERROR];
    size_t warning_count = findings->counts[FINDING_WARNING];

    if (!terminal_is_there())
        return;
    if (error_count > 0) { /* not every rule was read, then */
        print_count("", error_count, "error");
    } else {
        print_count("", findings->files_read_count, "file");
        print_count(", ", findings->rules_read_count, "rule");
        (void)fputs(warning_count > 0 ? "" : ", no errors", stdout);
    }
    if (warning_count > 0)
        print_count(", ", warning_count, "warning");
    if (findings->counts[FINDING_NOTE] > 0)
        print_count(", ", findings->counts[FINDING_NOTE], "note");
    (void)fputs("\n", stdout);
}

void findings_print_json(const struct findings *findings)
{
    struct excerpt excerpt = {.path = NULL};
    struct json_answer answer;

    json_begin(&answer, "check");
    json_write(&answer, "errors", json_integer((json_int_t)findings->counts[FINDING_ERROR]));
    json_write(&answer, "warnings", json_integer((json_int_t)findings->counts[FINDING_WARNING]));
    json_write(&answer, "notes", json_integer((json_int_t)findings->counts[FINDING_NOTE]));
    json_open_array(&answer, "findings");
    for (size_t i = 0; i < findings->count; i++)
        finding_print_json(&answer, findings, &findings->items[i], &excerpt);
    json_close_array(&answer);
    json_end(&answer);
    excerpt_free(&excerpt);
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].source);
        free(findings->items[i].file);
        free(findings->items[i].message);
    }
    for (size_t i = 0; i < findings->origin.texts_count; i++) {
        free(findings->origin.texts[i].path);
        text_free(&findings->origin.texts[i].text);
    }
    free(findings->origin.texts);
    free(findings->items);
    free(findings->files);
    *findings = (struct findings){.items = NULL};
}
