/* SPDX-License-Identifier: MIT */
#include "caveats.h"

#include "escape.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void caveats_add(struct caveats *caveats, char *sentence)
{
    caveats->items = memory_grow(caveats->items, caveats->count, sizeof *caveats->items);
    caveats->items[caveats->count++] = sentence;
}

/* The helper reads each file as the user who asks, and we read it as ourselves. */
static void compare_reading(struct caveats *caveats, const struct explanation *explanation,
                            const struct vmnetacl_file *file)
{
    struct stat status;
    char *who = account_describe(explanation->account);
    char *path = escape_copy(file->path, strlen(file->path));

    if (!file->found && file->code == VMNETACL_CODE_FILE_DENIED)
        caveats_add(caveats,
                    memory_format("you may not read %s, so this answer leaves out its rules; if %s may read it, they "
                                  "count",
                                  path, who));
    if (file->found && stat(file->path, &status) == 0 && !account_may_read(explanation->account, &status))
        caveats_add(caveats,
                    memory_format("you may read %s, but its mode does not let %s read it; this answer includes its "
                                  "rules, and vmnet-helper would not",
                                  path, who));
    free(path);
    free(who);
}

void caveats_find(struct caveats *caveats, const struct explanation *explanation)
{
    struct vmnetacl_file file;

    if (explanation->account->has_no_groups)
        caveats_add(caveats, memory_copy("the user database does not have this uid, so its groups are unknown; this is "
                                         "the answer for a process in no group"));
    else if (explanation->account->database == NULL ||
             explanation->account->caller.groups != explanation->account->database->groups)
        return; /* it is this process, about which everything is known */
    else
        caveats_add(caveats, memory_copy("the groups are those in the user database now; a session that began earlier "
                                         "may have others"));
    if (explanation->account->is_self)
        return; /* the process has become this user */
    caveats_add(caveats, memory_copy("vmnet-helper reads the files as the user who asks, and vmnetctl has read them as "
                                     "you; run by root, vmnetctl reads them as that user"));
    for (size_t i = 0; explanation->policy != NULL && vmnetacl_file_at(explanation->policy, i, &file); i++)
        compare_reading(caveats, explanation, &file);
}

void caveats_free(struct caveats *caveats)
{
    for (size_t i = 0; i < caveats->count; i++)
        free(caveats->items[i]);
    free(caveats->items);
    *caveats = (struct caveats){.items = NULL};
}
