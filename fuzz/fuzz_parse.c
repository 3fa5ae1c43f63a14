/* SPDX-License-Identifier: MIT */
/* The input is a rule file. Each line is taken once, and each place that is told lies in its line. */
#include "fuzz.h"
#include "qemu_parse.h"

#include <string.h>

/* What a line says when it is the only one. */
static void check_alone(const char *line, size_t line_len, const struct qemu_statement *want)
{
    struct lines lines;
    struct qemu_statement alone;
    struct vmnetacl_error error;

    lines_start(&lines, "/f", line, line_len);
    HOLDS(qemu_parse_line(&lines, &alone, &error) == VMNETACL_OK && lines_at_end(&lines));
    HOLDS(alone.kind == want->kind && alone.column == want->column && alone.line == 1);
    HOLDS(want->kind == QEMU_NOTHING || (alone.argument == want->argument && alone.argument_len == want->argument_len));
}

static void check_statement(const char *line, size_t line_len, const struct qemu_statement *statement)
{
    HOLDS(line_len <= VMNETACL_LINE_MAX && memchr(line, '\0', line_len) == NULL);
    HOLDS(statement->column >= 1 && statement->column <= line_len + 1);
    if (line_len > 0)
        check_alone(line, line_len, statement);
    if (statement->kind == QEMU_NOTHING)
        return;
    HOLDS(strchr("adi", line[statement->column - 1]) != NULL);
    HOLDS(statement->argument > line && statement->argument + statement->argument_len <= line + line_len);
    if (statement->kind == QEMU_INCLUDE)
        HOLDS(statement->argument_len > 0 && *statement->argument == '/');
    else if (statement->argument_len > 0)
        HOLDS(vmnetacl_name_valid(statement->argument, statement->argument_len));
    else
        HOLDS(memcmp(statement->argument, "all", 3) == 0);
}

static void check_error(const struct vmnetacl_error *error, unsigned line_number, size_t line_len)
{
    HOLDS(error->line == line_number && error->column >= 1 && error->column <= line_len + 1);
    HOLDS(error->code > VMNETACL_CODE_NONE && error->code <= VMNETACL_CODE_LINE_NUL && error->system_errno == 0);
    HOLDS(error->message[0] != '\0' && strcmp(error->file, "/f") == 0);
    for (const char *at = error->message; *at != '\0'; at++)
        HOLDS(*at >= 0x20 && *at <= 0x7e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *expected = text; /* where the next line begins */
    struct lines lines;

    lines_start(&lines, "/f", text, size);
    for (unsigned number = 1; !lines_at_end(&lines); number++) {
        const char *newline = memchr(expected, '\n', (size_t)(text + size - expected));
        size_t line_len = (size_t)((newline != NULL ? newline : text + size) - expected);
        struct qemu_statement statement;
        struct vmnetacl_error error;
        enum vmnetacl_status status = qemu_parse_line(&lines, &statement, &error);
        HOLDS(status == VMNETACL_OK || status == VMNETACL_UNAVAIL);
        HOLDS(lines.next == expected + line_len + (newline != NULL) && lines.line == number);
        if (status != VMNETACL_OK) {
            check_error(&error, number, line_len);
            return 0; /* nothing after an error is read */
        }
        HOLDS(statement.line == number);
        check_statement(expected, line_len, &statement);
        expected = lines.next;
    }
    HOLDS(expected == text + size);
    return 0;
}
