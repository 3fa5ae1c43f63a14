/* SPDX-License-Identifier: MIT */
#include "check_with.h"

#include "check_bridges.h"
#include "check_files.h"
#include "check_rules.h"
#include "memory.h"
#include "message.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define PATH_SWITCH_CONF "/etc/vmnet/switch.conf"
#define PATH_RULES_D     "/etc/vmnet/rules.d"

/* The rules, put together. */
struct whole {
    struct findings *findings;
    struct vmnetacl_buffer *buffers;
    size_t buffers_count;
    struct vmnetacl_policy *installed; /* NULL when it cannot be loaded */
    const char *text_path;             /* where the text is that takes its place among them */
    struct text *checked;              /* where a copy of it goes; NULL: nowhere */
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static void whole_add(struct whole *whole, const char *source, const char *path)
{
    whole->buffers = memory_grow(whole->buffers, whole->buffers_count, sizeof *whole->buffers);
    whole->buffers_count += check_read(whole->findings, path, source, &whole->buffers[whole->buffers_count]);
}

static bool whole_has(const struct whole *whole, const char *path)
{
    for (size_t i = 0; i < whole->buffers_count; i++)
        if (strcmp(whole->buffers[i].path, path) == 0)
            return true;
    return false;
}

/* Add the text that is checked. */
static void whole_add_text(struct whole *whole, const char *source, const char *place)
{
    struct vmnetacl_buffer *added;
    size_t count = whole->buffers_count;

    whole->buffers = memory_grow(whole->buffers, whole->buffers_count, sizeof *whole->buffers);
    added = &whole->buffers[count];
    whole->buffers_count += check_read_as(whole->findings, whole->text_path, place, source, added);
    if (whole->checked == NULL || whole->buffers_count == count)
        return;
    *whole->checked = (struct text){.bytes = malloc(added->text_len + 1), .len = added->text_len};
    if (whole->checked->bytes == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    if (added->text_len > 0)
        memcpy(whole->checked->bytes, added->text, added->text_len);
}

/* The name of a file of rules.d; see vmnet-rules(5). */
static int is_rules_file(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && len > 6 && strcmp(entry->d_name + len - 6, ".rules") == 0;
}

static int compare_names(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

static void whole_add_named(struct whole *whole, const char *directory, const char *name)
{
    char *path = memory_format("%s/%s", directory, name);

    whole_add(whole, "files", path);
    free(path);
}

/* The files of rules.d, in their order, with path in its place; NULL: without. */
static void add_rules_d(struct whole *whole, const char *directory, const char *path)
{
    struct dirent **names = NULL;
    int count = scandir(directory, &names, is_rules_file, compare_names); /* -1: there is none, or we may not know */
    const char *left = path;

    for (int i = 0; i < count; i++) {
        int order = left == NULL ? -1 : strcmp(names[i]->d_name, base_name(left));
        if (order >= 0) {
            whole_add_text(whole, "files", left);
            left = NULL;
        }
        if (order != 0)
            whole_add_named(whole, directory, names[i]->d_name);
        free(names[i]);
    }
    if (left != NULL)
        whole_add_text(whole, "files", left);
    free(names);
}

/* Add what bridge.conf includes, and what that includes: the library says what it misses. */
static void add_included(struct whole *whole)
{
    bool has_more = whole->buffers_count > 0;

    while (has_more) {
        const struct vmnetacl_origin origin = {.buffers = whole->buffers, .buffers_count = whole->buffers_count};
        struct vmnetacl_policy *policy;
        struct vmnetacl_file file;
        size_t count = whole->buffers_count;
        if (vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK)
            return; /* the check tells why */
        for (size_t i = 0; vmnetacl_file_at(policy, i, &file); i++)
            if (!file.found && strcmp(file.source, "qemu") == 0 && file.path[0] == '/' &&
                access(file.path, F_OK) == 0 && !whole_has(whole, file.path))
                whole_add(whole, "qemu", file.path);
        vmnetacl_free(policy);
        has_more = whole->buffers_count > count;
    }
}

/* The path of a source of this system, or of the usual one, if the switch does not name it or is wrong. */
static const char *path_of(const struct whole *whole, const char *source)
{
    struct vmnetacl_source found;

    for (size_t i = 0; whole->installed != NULL && vmnetacl_source_at(whole->installed, i, &found); i++)
        if (strcmp(found.name, source) == 0)
            return found.path;
    return strcmp(source, "files") == 0 ? PATH_RULES_D : VMNET_QEMU_CONF;
}

/* One file, in which the given one takes the place of the installed. */
static void add_one(struct whole *whole, const char *source, const char *installed, const char *replaced)
{
    if (replaced != NULL)
        whole_add_text(whole, source, replaced);
    else if (access(installed, F_OK) == 0)
        whole_add(whole, source, installed);
}

static bool is_asked(const struct vmnetacl_policy *policy, const char *source)
{
    struct vmnetacl_source found;

    for (size_t i = 0; vmnetacl_source_at(policy, i, &found); i++)
        if (strcmp(found.name, source) == 0)
            return true;
    return false;
}

/* The library reads only what the switch asks. Check the text all the same: it may be asked later. */
static void whole_check_unasked(struct whole *whole, const struct vmnetacl_origin *origin, const char *place,
                                const char *source)
{
    struct vmnetacl_policy *policy;
    bool is_read;

    if (strcmp(source, "switch") == 0 || vmnetacl_load_from(origin, &policy, NULL) != VMNETACL_OK)
        return; /* the check tells why */
    is_read = is_asked(policy, source);
    vmnetacl_free(policy);
    for (size_t i = 0; i < whole->buffers_count && !is_read; i++) {
        const struct vmnetacl_buffer *text = &whole->buffers[i];
        if (strcmp(text->source, source) != 0 || strcmp(text->path, place) != 0)
            continue;
        findings_add_warning(whole->findings, source, "source-unasked", &(struct vmnetacl_place){.file = text->path},
                             NULL,
                             memory_format("no rule in it counts, since the line 'acl:' of " PATH_SWITCH_CONF
                                           " does not name the source '%s'",
                                           source));
        check_rules(whole->findings, &(struct vmnetacl_origin){.buffers = text, .buffers_count = 1});
        return;
    }
}

/* place: where the text is among them, by its name. */
static void whole_check(struct whole *whole, const char *place, const char *source)
{
    (void)vmnetacl_load(&whole->installed, NULL); /* NULL on failure */
    add_one(whole, "switch", PATH_SWITCH_CONF, strcmp(source, "switch") == 0 ? place : NULL);
    add_rules_d(whole, path_of(whole, "files"), strcmp(source, "files") == 0 ? place : NULL);
    add_one(whole, "qemu", path_of(whole, "qemu"), strcmp(source, "qemu") == 0 ? place : NULL);
    add_included(whole);
    if (whole->buffers_count > 0) {
        const struct vmnetacl_origin origin = {.buffers = whole->buffers, .buffers_count = whole->buffers_count};
        check_rules(whole->findings, &origin);
        check_bridges(whole->findings, &origin);
        whole_check_unasked(whole, &origin, place, source);
    }
    free(whole->buffers);
    vmnetacl_free(whole->installed);
}

void check_with(struct findings *findings, const char *path, const char *as)
{
    struct whole whole = {.findings = findings, .text_path = path};
    const char *source;

    if (strcmp(path, "-") == 0)
        die(EX_USAGE, "--with takes a file, whose name is its place among the rules");
    source = check_source_of(path, as);
    if (strcmp(source, "files") == 0 && as == NULL && base_name(path)[0] == '.')
        die(EX_USAGE, "a file in rules.d whose name begins with a dot is ignored; give it another name");
    whole_check(&whole, path, source);
}

bool check_with_text(struct findings *findings, const char *path, const char *place, const char *source,
                     struct text *checked)
{
    struct whole whole = {.findings = findings, .text_path = path, .checked = checked};

    *checked = (struct text){.bytes = NULL};
    whole_check(&whole, place, source);
    return checked->bytes != NULL;
}
