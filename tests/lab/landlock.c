/* SPDX-License-Identifier: MIT */
#include "landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

bool landlock_read_only_below(const char *const *places)
{
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE};
    const int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    bool done = ruleset >= 0;

    for (; done && *places != NULL; places++) {
        struct landlock_path_beneath_attr below = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
                                                   .parent_fd = open(*places, O_PATH | O_CLOEXEC)};
        done =
            below.parent_fd >= 0 && syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0;
        if (below.parent_fd >= 0)
            close(below.parent_fd);
    }
    done = done && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    if (ruleset >= 0)
        close(ruleset);
    return done;
}
