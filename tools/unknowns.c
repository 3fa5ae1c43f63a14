/* SPDX-License-Identifier: MIT */
#include "unknowns.h"

#include "escape.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void unknowns_add(struct unknowns *unknowns, char *sentence)
{
    unknowns->items = memory_grow(unknowns->items, unknowns->count, sizeof *unknowns->items);
    unknowns->items[unknowns->count++] = sentence;
}

/* The helper reads the files as the user who asks; we have read this one, or not, as ourselves. */
static void compare_reading(struct unknowns *unknowns, const struct story *story, const struct vmnetacl_file *file)
{
    struct stat status;
    char *who = account_describe(story->account);
    char *path = escape_copy(file->path, strlen(file->path));

    if (!file->found && file->code == VMNETACL_CODE_FILE_DENIED)
        unknowns_add(unknowns, memory_format("%s is not yours to read, so its rules are not part of this answer; if %s "
                                             "may read it, they count for him",
                                             path, who));
    if (file->found && stat(file->path, &status) == 0 && !account_may_read(story->account, &status))
        unknowns_add(unknowns, memory_format("%s is yours to read, but by its mode not to be read by %s: what it says "
                                             "is part of this answer, and does not count for him",
                                             path, who));
    free(path);
    free(who);
}

void unknowns_find(struct unknowns *unknowns, const struct story *story)
{
    struct vmnetacl_file file;

    if (story->account->database == NULL || story->account->caller.groups != story->account->database)
        return; /* it is this process, of which everything is known */
    unknowns_add(unknowns, memory_copy("the groups are those that the user database gives now; a session that began "
                                       "before may hold others"));
    if (story->account->is_self)
        return; /* by now it is */
    unknowns_add(unknowns,
                 memory_copy("the files were read as you, and vmnet-helper reads them as the user who asks; as "
                             "root, vmnetctl reads them as he would"));
    for (size_t i = 0; story->policy != NULL && vmnetacl_file_at(story->policy, i, &file); i++)
        compare_reading(unknowns, story, &file);
}

void unknowns_free(struct unknowns *unknowns)
{
    for (size_t i = 0; i < unknowns->count; i++)
        free(unknowns->items[i]);
    free(unknowns->items);
    *unknowns = (struct unknowns){.items = NULL};
}
