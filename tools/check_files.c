/* SPDX-License-Identifier: MIT */
#include "check_files.h"

#include "check_rules.h"
#include "memory.h"
#include "message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

const char *check_source_of(const char *path, const char *as)
{
    static const char *const sources[] = {"files", "qemu", "switch"};
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t len = strlen(name);

    for (size_t i = 0; as != NULL && i < sizeof sources / sizeof sources[0]; i++)
        if (strcmp(as, sources[i]) == 0)
            return sources[i];
    if (as != NULL)
        die(EX_USAGE, "unknown format '%s'; --as takes files, qemu or switch", as);
    if (strcmp(path, "-") == 0)
        die(EX_USAGE, "standard input has no name that tells what it is; give --as files, --as qemu or --as switch");
    if (strcmp(name, "switch.conf") == 0)
        return "switch";
    return len >= 6 && strcmp(name + len - 6, ".rules") == 0 ? "files" : "qemu";
}

static enum vmnetacl_code code_of(int error)
{
    switch (error) {
    case EFBIG:
        return VMNETACL_CODE_FILE_LARGE;
    case ENOENT:
    case ENOTDIR:
        return VMNETACL_CODE_FILE_MISSING;
    case EACCES:
        return VMNETACL_CODE_FILE_DENIED;
    case EISDIR:
    case EMEDIUMTYPE:
        return VMNETACL_CODE_FILE_KIND;
    default:
        return VMNETACL_CODE_SYSTEM;
    }
}

bool check_read_as(struct findings *findings, const char *path, const char *shown, const char *source,
                   struct vmnetacl_buffer *buffer)
{
    struct excerpt_origin *origin = &findings->origin;
    struct text text;
    int error = strcmp(path, "-") == 0 ? text_read_open(&text, STDIN_FILENO) : text_read(&text, path);
    struct vmnetacl_error problem = {.code = code_of(error), .system_errno = error == EMEDIUMTYPE ? 0 : error};

    if (error == ENOMEM)
        die(EX_TEMPFAIL, "out of memory; try again");
    if (error == 0) {
        origin->texts = memory_grow(origin->texts, origin->texts_count, sizeof *origin->texts);
        origin->texts[origin->texts_count++] = (struct excerpt_text){.path = memory_copy(shown), .text = text};
        *buffer = (struct vmnetacl_buffer){.source = source,
                                           .path = origin->texts[origin->texts_count - 1].path,
                                           .text = text.bytes,
                                           .text_len = text.len};
        return true;
    }
    (void)strncat(problem.file, shown, sizeof problem.file - 1); /* truncated when too long, as in the library */
    strcpy(problem.message, error == EMEDIUMTYPE ? "it is not a regular file; to check what it gives, redirect it to "
                                                   "standard input, and name the file -"
                                                 : "cannot read the file");
    findings_add_problem(findings, true, source, &problem, NULL);
    return false;
}

bool check_read(struct findings *findings, const char *path, const char *source, struct vmnetacl_buffer *buffer)
{
    return check_read_as(findings, path, path, source, buffer);
}

/* Was the file named before this place in the command line? It is then checked once. */
static bool is_repeated(const struct options *options, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(options->files[i], options->files[index]) == 0)
            return true;
    return false;
}

static void check_files_of(struct findings *findings, const struct options *options, const char *source)
{
    struct vmnetacl_buffer *buffers = calloc(options->files_count, sizeof *buffers);
    size_t count = 0;
    size_t taken;

    if (buffers == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    for (size_t i = 0; i < options->files_count; i++) {
        const char *path = options->files[i];
        if (strcmp(check_source_of(path, options->as), source) != 0 || is_repeated(options, i))
            continue;
        count += check_read(findings, path, source, &buffers[count]);
    }
    for (size_t i = 0; i < count; i += taken) {
        taken = strcmp(source, "files") == 0 ? count : 1;
        check_rules(findings, &(struct vmnetacl_origin){.buffers = &buffers[i], .buffers_count = taken});
    }
    free(buffers);
}

void check_files(struct findings *findings, const struct options *options)
{
    check_files_of(findings, options, "switch");
    check_files_of(findings, options, "files");
    check_files_of(findings, options, "qemu");
}
