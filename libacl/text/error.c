/* SPDX-License-Identifier: MIT */
#include "error.h"

#include "codes.h"

#include <errno.h>
#include <string.h>

static void append_bytes(struct vmnetacl_error *error, const char *bytes, size_t len)
{
    size_t used = strlen(error->message);

    (void)vmnetacl_escape(error->message + used, sizeof error->message - used, bytes, len); /* cut off when too long */
}

static void append_number(struct vmnetacl_error *error, unsigned number)
{
    char digits[10]; /* of 4294967295 */
    size_t first = sizeof digits;

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    append_bytes(error, digits + first, sizeof digits - first);
}

/* Not vsnprintf(3): it depends on the locale, and may allocate. */
static void append_format(struct vmnetacl_error *error, const char *format, va_list arguments)
{
    while (*format != '\0') {
        size_t literal_len = strcspn(format, "%");
        int len = -1;
        append_bytes(error, format, literal_len);
        format += literal_len;
        if (strncmp(format, "%.*s", 4) == 0) {
            len = va_arg(arguments, int);
            append_bytes(error, va_arg(arguments, const char *), (size_t)len);
            format += 4;
        } else if (strncmp(format, "%s", 2) == 0) {
            const char *text = va_arg(arguments, const char *);
            append_bytes(error, text, strlen(text));
            format += 2;
        } else if (strncmp(format, "%u", 2) == 0) {
            append_number(error, va_arg(arguments, unsigned));
            format += 2;
        } else if (*format == '%') { /* "%%" */
            append_bytes(error, "%", 1);
            format += 2;
        }
    }
}

void error_move(struct vmnetacl_error *error, const char *file, unsigned line, unsigned column)
{
    size_t len = file != NULL ? strnlen(file, sizeof error->file - 1) : 0;

    memset(error->file, 0, sizeof error->file);
    if (len > 0)
        memcpy(error->file, file, len);
    error->line = line;
    error->column = column;
}

enum vmnetacl_status error_vset(struct vmnetacl_error *error, enum vmnetacl_code code, const char *file, unsigned line,
                                unsigned column, const char *format, va_list arguments)
{
    *error = (struct vmnetacl_error){.code = code};
    error_move(error, file, line, column);
    append_format(error, format, arguments);
    return error_status(error);
}

enum vmnetacl_status error_set(struct vmnetacl_error *error, enum vmnetacl_code code, const char *file, unsigned line,
                               unsigned column, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)error_vset(error, code, file, line, column, format, arguments); /* the status is asked for below */
    va_end(arguments);
    return error_status(error);
}

enum vmnetacl_status error_set_system(struct vmnetacl_error *error, int system_errno, const char *file,
                                      const char *message)
{
    enum vmnetacl_code code = VMNETACL_CODE_SYSTEM;

    if (system_errno == ENOMEM)
        code = VMNETACL_CODE_MEMORY;
    else if (system_errno == EMFILE || system_errno == ENFILE || system_errno == EAGAIN)
        code = VMNETACL_CODE_RESOURCES;
    (void)error_set(error, code, file, 0, 0, "%s", message); /* the status is asked for below */
    error->system_errno = system_errno;
    return error_status(error);
}

void error_append(struct vmnetacl_error *error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    append_format(error, format, arguments);
    va_end(arguments);
}

enum vmnetacl_status error_status(const struct vmnetacl_error *error)
{
    return code_status(error->code);
}
