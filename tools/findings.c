/* SPDX-License-Identifier: MIT */
#include "findings.h"

#include "escape.h"
#include "excerpt.h"
#include "json.h"
#include "memory.h"
#include "problem.h"
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct finding *findings_add(struct findings *findings)
{
    findings->items = memory_grow(findings->items, findings->count, sizeof *findings->items);
    return &findings->items[findings->count++];
}

void findings_add_problem(struct findings *findings, bool is_error, const char *source,
                          const struct vmnetacl_error *error, const char *root)
{
    bool has_file = error->file[0] != '\0';

    *findings_add(findings) = (struct finding){
        .is_error = is_error,
        .source = source,
        .code = vmnetacl_code_name(error->code),
        .file = has_file ? memory_format("%s%s", root == NULL ? "" : root, error->file) : NULL,
        .line = error->line,
        .column = error->column,
        .message = problem_message(error),
    };
    findings->error_count += is_error;
}

void findings_add_warning(struct findings *findings, const char *code, const struct vmnetacl_place *place,
                          char *message)
{
    *findings_add(findings) = (struct finding){
        .source = "bridges",
        .code = code,
        .file = memory_copy(place->file),
        .line = place->line,
        .column = place->column,
        .message = message,
    };
}

static void finding_print(const struct finding *finding, struct excerpt *excerpt)
{
    const char *line = NULL;
    size_t line_len;

    (void)fputs(terminal_style(STYLE_STRONG), stdout); /* here and below: main() looks at ferror(3) in the end */
    problem_print_place(stdout, finding->file, finding->line, finding->column);
    (void)printf("%s%s%s%s:%s ", finding->file == NULL ? "" : ": ", terminal_style(STYLE_PLAIN),
                 terminal_style(finding->is_error ? STYLE_BAD : STYLE_DOUBT), finding->is_error ? "error" : "warning",
                 terminal_style(STYLE_PLAIN));
    escape_print(stdout, finding->message, strlen(finding->message));
    (void)printf(" [%s]\n", finding->code);
    if (finding->file != NULL)
        line = excerpt_find(excerpt, finding->file, finding->line, &line_len);
    if (line != NULL)
        excerpt_print(stdout, line, line_len, finding->column);
}

static void finding_print_json(json_t *array, const struct finding *finding, struct excerpt *excerpt)
{
    json_t *object = json_object();
    const char *line = NULL;
    char *text = NULL;
    size_t line_len;

    if (finding->file != NULL)
        line = excerpt_find(excerpt, finding->file, finding->line, &line_len);
    if (line != NULL)
        text = escape_copy(line, line_len);
    json_push(array, object);
    json_put(object, "severity", json_string(finding->is_error ? "error" : "warning"));
    json_put(object, "source", json_string(finding->source));
    json_put(object, "code", json_string(finding->code));
    json_put(object, "file", json_escaped(finding->file));
    json_put(object, "line", json_number(finding->line));
    json_put(object, "column", json_number(finding->column));
    json_put(object, "message", json_escaped(finding->message));
    json_put(object, "text", json_escaped(text));
    free(text);
}

void findings_print(const struct findings *findings)
{
    struct excerpt excerpt = {.path = NULL};

    for (int is_warning = 0; is_warning <= 1; is_warning++)
        for (size_t i = 0; i < findings->count; i++)
            if (findings->items[i].is_error != is_warning)
                finding_print(&findings->items[i], &excerpt);
    excerpt_free(&excerpt);
}

void findings_print_json(const struct findings *findings)
{
    struct excerpt excerpt = {.path = NULL};
    json_t *answer = json_answer("check");
    json_t *array = json_array();

    json_put(answer, "errors", json_integer((json_int_t)findings->error_count));
    json_put(answer, "warnings", json_integer((json_int_t)(findings->count - findings->error_count)));
    json_put(answer, "findings", array);
    for (int is_warning = 0; is_warning <= 1; is_warning++)
        for (size_t i = 0; i < findings->count; i++)
            if (findings->items[i].is_error != is_warning)
                finding_print_json(array, &findings->items[i], &excerpt);
    excerpt_free(&excerpt);
    json_print(answer);
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].file);
        free(findings->items[i].message);
    }
    free(findings->items);
    *findings = (struct findings){.items = NULL};
}
