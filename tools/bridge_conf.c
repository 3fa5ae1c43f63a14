/* SPDX-License-Identifier: MIT */
/*
 * The library reads each file by itself, as a buffer, so both agree on what is a rule. It does not open the included
 * files: they need not be trusted to be converted, and not everybody may read them.
 */
#include "bridge_conf.h"

#include "convert_line.h"
#include "memory.h"
#include "message.h"
#include "problem.h"
#include "vmnetacl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\f';
}

bool bridge_conf_includes(const char *line, size_t line_len, const char **path, size_t *path_len)
{
    static const char keyword[] = "include";
    const size_t keyword_len = sizeof keyword - 1;

    while (line_len > 0 && is_blank(line[line_len - 1]))
        line_len--;
    for (; line_len > 0 && is_blank(*line); line_len--)
        line++;
    if (line_len <= keyword_len || memcmp(line, keyword, keyword_len) != 0 || !is_blank(line[keyword_len]))
        return false;
    *path = line + keyword_len;
    *path_len = line_len - keyword_len;
    for (; *path_len > 0 && is_blank(**path); (*path_len)--)
        (*path)++;
    return true;
}

/* The line may be one of another file. */
static enum convert_line kind_of_line(const struct bridge_conf *conf, unsigned number)
{
    struct text_line line = {.number = 1};

    for (; text_measure(&conf->text, &line); text_next(&line))
        if (line.number == number)
            return convert_line_kind(conf->text.bytes + line.offset, line.len);
    return CONVERT_LINE_UNKNOWN;
}

static noreturn void die_of_error(const struct bridge_conf *conf, const struct vmnetacl_error *error)
{
    enum convert_line kind = kind_of_line(conf, error->line);

    if (kind == CONVERT_LINE_LXC || kind == CONVERT_LINE_LXC_USERLESS)
        die(BRIDGE_CONF_ERROR,
            "%s:%u: this looks like a line of lxc-usernet; if the file is one, use --from lxc-usernet; nothing was "
            "converted",
            conf->path, error->line);
    if (kind == CONVERT_LINE_RULE)
        die(BRIDGE_CONF_ERROR,
            "%s:%u: this looks like a rule of a .rules file, which needs no conversion; nothing was converted",
            conf->path, error->line);
    (void)fputs("vmnetctl: ", stderr); /* an error on stderr cannot be reported */
    problem_print(stderr, error);
    (void)fputs("; nothing was converted\n", stderr); /* as above */
    exit(BRIDGE_CONF_ERROR);
}

/* Let the library read the text of one file. */
static void parse(struct bridge_conf *conf)
{
    const struct vmnetacl_buffer buffer = {.source = "qemu",
                                           .path = conf->path,
                                           .text = conf->text.bytes == NULL ? "" : conf->text.bytes,
                                           .text_len = conf->text.len};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct vmnetacl_source source;

    if (vmnetacl_load_from(&origin, &conf->policy, NULL) != VMNETACL_OK)
        die(EX_TEMPFAIL, "out of memory; try again"); /* no other failure is possible */
    for (size_t i = 0; vmnetacl_source_at(conf->policy, i, &source); i++)
        if (source.error != NULL)
            die_of_error(conf, source.error);
}

/* Is a file with this inode being read? */
static bool is_open(const struct bridge_conf *conf, const struct stat *status)
{
    for (; conf != NULL; conf = conf->from)
        if (conf->device == status->st_dev && conf->inode == status->st_ino)
            return true;
    return false;
}

/* Open an include of conf->from in this line. Returns whether there is anything to read; else conf->error says why. */
static bool include_open(struct bridge_conf *conf, unsigned line)
{
    const char *from = conf->from->path;
    struct stat status;

    if (conf->depth > VMNETACL_INCLUDE_DEPTH_MAX)
        die(BRIDGE_CONF_ERROR, "%s:%u: includes are nested more than %d levels deep; nothing was converted", from, line,
            VMNETACL_INCLUDE_DEPTH_MAX);
    conf->error = stat(conf->path, &status) == 0 ? 0 : errno;
    if (conf->error == 0 && is_open(conf->from, &status))
        die(BRIDGE_CONF_ERROR,
            "%s:%u: the included file '%s' is this file, or includes it; remove one of the includes; nothing was converted",
            from, line, conf->path);
    if (conf->error == 0 && !S_ISREG(status.st_mode))
        die(BRIDGE_CONF_ERROR, "%s:%u: the included file '%s' is not a regular file; nothing was converted", from, line,
            conf->path);
    if (conf->error == 0)
        conf->error = text_read(&conf->text, conf->path);
    if (conf->error == ENOMEM)
        die(EX_TEMPFAIL, "out of memory; try again");
    errno = conf->error;
    if (conf->error != 0 && conf->error != ENOENT && conf->error != EACCES)
        die(BRIDGE_CONF_ERROR, "%s:%u: cannot read the included file '%s': %m; nothing was converted", from, line,
            conf->path);
    conf->device = status.st_dev;
    conf->inode = status.st_ino;
    return conf->error == 0;
}

/* All that was read: an include may be repeated, and so a few lines could have no end of rules. */
struct total {
    size_t files_count;
    size_t bytes_count;
};

static void include_read(struct bridge_conf *conf, struct bridge_conf *include, unsigned line, struct total *total);

/* Read what the file includes. */
static void includes_read(struct bridge_conf *conf, struct total *total)
{
    struct text_line line = {.number = 1};
    const char *path;
    size_t path_len;

    parse(conf);
    for (; text_measure(&conf->text, &line); text_next(&line)) {
        if (!bridge_conf_includes(conf->text.bytes + line.offset, line.len, &path, &path_len))
            continue;
        conf->includes = memory_grow(conf->includes, conf->includes_count, sizeof *conf->includes);
        conf->includes[conf->includes_count] = (struct bridge_conf){.path = memory_format("%.*s", (int)path_len, path),
                                                                    .from = conf,
                                                                    .depth = conf->depth + 1};
        include_read(conf, &conf->includes[conf->includes_count++], line.number, total);
    }
}

static void include_read(struct bridge_conf *conf, struct bridge_conf *include, unsigned line, struct total *total)
{
    if (++total->files_count > BRIDGE_CONF_FILES_MAX)
        die(BRIDGE_CONF_ERROR, "%s:%u: more than %d files are included; nothing was converted", conf->path, line,
            BRIDGE_CONF_FILES_MAX);
    if (!include_open(include, line))
        return;
    total->bytes_count += include->text.len;
    if (total->bytes_count > BRIDGE_CONF_BYTES_MAX)
        die(BRIDGE_CONF_ERROR, "%s:%u: the included files have more than %d bytes together; nothing was converted",
            conf->path, line, BRIDGE_CONF_BYTES_MAX);
    include->readers = readers_copy(&conf->readers);
    readers_narrow(&include->readers, include->path);
    includes_read(include, total);
}

void bridge_conf_read(struct bridge_conf *conf, struct text *text, const char *path)
{
    struct stat status;
    struct total total = {.files_count = 0};

    *conf = (struct bridge_conf){.path = memory_copy(path), .text = *text, .readers = READERS_EVERYBODY};
    readers_narrow(&conf->readers, path);
    if (stat(path, &status) == 0) { /* else nothing can include it, by now */
        conf->device = status.st_dev;
        conf->inode = status.st_ino;
    }
    *text = (struct text){.bytes = NULL};
    includes_read(conf, &total);
}

void bridge_conf_free(struct bridge_conf *conf)
{
    for (size_t i = 0; i < conf->includes_count; i++)
        bridge_conf_free(&conf->includes[i]);
    free(conf->includes);
    free(conf->path);
    text_free(&conf->text);
    readers_free(&conf->readers);
    vmnetacl_free(conf->policy);
}
