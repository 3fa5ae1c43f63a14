/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <errno.h>
#include <string.h>

void error_start(struct vmnetacl_error *error, enum vmnetacl_code code, const char *file, unsigned line,
                 unsigned column)
{
    *error = (struct vmnetacl_error){.code = code, .line = line, .column = column};
    if (file != NULL) {
        size_t len = strnlen(file, sizeof error->file - 1);
        memcpy(error->file, file, len);
    }
}

void error_place(struct vmnetacl_error *error, const char *file, unsigned line, unsigned column)
{
    struct vmnetacl_error placed;

    error_start(&placed, error->code, file, line, column);
    placed.system_errno = error->system_errno;
    memcpy(placed.message, error->message, sizeof placed.message);
    *error = placed;
}

void error_add_bytes(struct vmnetacl_error *error, const char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    size_t used = strlen(error->message);

    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bool printable = byte >= 0x20 && byte <= 0x7e;
        size_t need = printable ? 1 : 4;
        if (need > sizeof error->message - 1 - used)
            return;
        if (printable) {
            error->message[used] = (char)byte;
        } else {
            const char escape[4] = {'\\', 'x', digits[byte >> 4], digits[byte & 0xf]};
            memcpy(error->message + used, escape, sizeof escape);
        }
        used += need;
        error->message[used] = '\0';
    }
}

void error_add(struct vmnetacl_error *error, const char *text)
{
    error_add_bytes(error, text, strlen(text));
}

void error_add_number(struct vmnetacl_error *error, unsigned number)
{
    char digits[16];
    size_t first = sizeof digits;

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    error_add_bytes(error, digits + first, sizeof digits - first);
}

void error_system(struct vmnetacl_error *error, int system_errno, const char *file, const char *what)
{
    error_start(error, system_errno == ENOMEM ? VMNETACL_CODE_MEMORY : VMNETACL_CODE_SYSTEM, file, 0, 0);
    error->system_errno = system_errno;
    error_add(error, "cannot ");
    error_add(error, what);
}

enum vmnetacl_status error_status(const struct vmnetacl_error *error)
{
    if (error->code == VMNETACL_CODE_MEMORY || error->code == VMNETACL_CODE_FILE_CHANGED)
        return VMNETACL_TRYAGAIN;
    /* The process that looks up names is within a caller's reach. */
    if (error->code == VMNETACL_CODE_LOOKUP_BROKEN || error->code == VMNETACL_CODE_LOOKUP_TIMEOUT ||
        error->code == VMNETACL_CODE_LOOKUP_LIMITS)
        return VMNETACL_TRYAGAIN;
    /* A caller can provoke these with resource limits, so they must never count as "there is no such file". */
    if (error->code == VMNETACL_CODE_SYSTEM &&
        (error->system_errno == EMFILE || error->system_errno == ENFILE || error->system_errno == EAGAIN))
        return VMNETACL_TRYAGAIN;
    return VMNETACL_UNAVAIL;
}
