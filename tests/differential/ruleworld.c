/* SPDX-License-Identifier: MIT
 *
 * See ruleworld.h.
 */
#define _GNU_SOURCE
#include "ruleworld.h"

#include "run.h"
#include "world.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void ruleworld_start(struct ruleworld *world)
{
    world->entry_count = 0;
    ruleworld_add(world, RULEWORLD_DIRECTORY, RULEWORLD_DIRECTORY_PATH);
}

struct ruleworld_entry *ruleworld_add(struct ruleworld *world, enum ruleworld_kind kind, const char *path)
{
    struct ruleworld_entry *entry = &world->entries[world->entry_count];

    if (world->entry_count == RULEWORLD_ENTRY_MAX || strlen(path) >= sizeof entry->path) {
        errno = ENOSPC;
        lab_die(path);
    }
    world->entry_count++;
    entry->kind = kind;
    strcpy(entry->path, path);
    entry->uid = 0;
    entry->gid = 0;
    entry->mode = kind == RULEWORLD_DIRECTORY ? 0755 : 0644;
    entry->text_len = 0;
    return entry;
}

void ruleworld_append(struct ruleworld_entry *entry, const char *bytes, size_t len)
{
    if (len > sizeof entry->text - entry->text_len) {
        errno = ENOSPC;
        lab_die(entry->path);
    }
    memcpy(entry->text + entry->text_len, bytes, len);
    entry->text_len += len;
}

void ruleworld_append_text(struct ruleworld_entry *entry, const char *text)
{
    ruleworld_append(entry, text, strlen(text));
}

const struct ruleworld_entry *ruleworld_find(const struct ruleworld *world, const char *path)
{
    for (size_t i = 0; i < world->entry_count; i++)
        if (strcmp(world->entries[i].path, path) == 0)
            return &world->entries[i];
    return NULL;
}

static void entry_write(const struct ruleworld_entry *entry)
{
    char target[RULEWORLD_PATH_SIZE];

    switch (entry->kind) {
    case RULEWORLD_FILE:
        lab_file_write(entry->path, entry->text, entry->text_len, entry->uid, entry->gid, entry->mode);
        break;
    case RULEWORLD_DIRECTORY:
        if ((mkdir(entry->path, 0700) != 0 && errno != EEXIST) || chown(entry->path, entry->uid, entry->gid) != 0 ||
            chmod(entry->path, entry->mode) != 0)
            lab_die(entry->path);
        break;
    case RULEWORLD_FIFO:
        if (mkfifo(entry->path, 0600) != 0 || chown(entry->path, entry->uid, entry->gid) != 0 ||
            chmod(entry->path, entry->mode) != 0)
            lab_die(entry->path);
        break;
    case RULEWORLD_LINK:
        snprintf(target, sizeof target, "%.*s", (int)entry->text_len, entry->text);
        if (symlink(target, entry->path) != 0 || lchown(entry->path, entry->uid, entry->gid) != 0)
            lab_die(entry->path);
        break;
    }
}

void ruleworld_write(const struct ruleworld *world)
{
    for (size_t i = 0; i < world->entry_count; i++)
        entry_write(&world->entries[i]);
}

void ruleworld_write_files(const struct ruleworld *world)
{
    for (size_t i = 0; i < world->entry_count; i++)
        if (world->entries[i].kind == RULEWORLD_FILE)
            entry_write(&world->entries[i]);
}

void ruleworld_remove(const struct ruleworld *world)
{
    /* All but /etc/qemu, which may be a mount point; the next world sets its owner and mode. */
    for (size_t i = world->entry_count; i-- > 1;)
        if (remove(world->entries[i].path) != 0)
            lab_die(world->entries[i].path);
}

/* For printf's %b, between single quotes. */
static void text_print(const char *text, size_t len, FILE *out)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char byte = (unsigned char)text[i];

        if (byte == '\n')
            fputs("\\n", out);
        else if (byte < 0x20 || byte > 0x7e || byte == '\'' || byte == '\\')
            fprintf(out, "\\0%03o", byte);
        else
            fputc(byte, out);
    }
}

void ruleworld_print(const struct ruleworld *world, const char *prefix, FILE *out)
{
    for (size_t i = 0; i < world->entry_count; i++) {
        const struct ruleworld_entry *entry = &world->entries[i];

        fputs(prefix, out);
        switch (entry->kind) {
        case RULEWORLD_FILE:
            fputs("printf %b '", out);
            text_print(entry->text, entry->text_len, out);
            fprintf(out, "' >%s; chown %u:%u %s; chmod %04o %s\n", entry->path, entry->uid, entry->gid, entry->path,
                    entry->mode, entry->path);
            break;
        case RULEWORLD_DIRECTORY:
            fprintf(out, "install -d -o %u -g %u -m %04o %s\n", entry->uid, entry->gid, entry->mode, entry->path);
            break;
        case RULEWORLD_FIFO:
            fprintf(out, "mkfifo %s; chown %u:%u %s; chmod %04o %s\n", entry->path, entry->uid, entry->gid, entry->path,
                    entry->mode, entry->path);
            break;
        case RULEWORLD_LINK:
            fprintf(out, "ln -s %.*s %s\n", (int)entry->text_len, entry->text, entry->path);
            break;
        }
    }
}
