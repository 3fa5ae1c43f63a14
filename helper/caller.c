/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include "message.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

void caller_capture(struct caller *caller)
{
    int count = getgroups(CALLER_GROUPS_MAX, caller->groups);

    if (count < 0)
        die(EX_OSERR, "cannot read the caller's groups: %m");
    caller->groups_count = (size_t)count;
    caller->uid = getuid();
    caller->gid = getgid();
    strcpy(caller->name, "?");
}

void caller_find_name(struct caller *caller)
{
    static char text[64 * 1024]; /* who comes later in the file stays without a name */
    char number[16];
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    char *rest = text;
    char *line;

    if (fd >= 0)
        (void)close(fd); /* only read from: nothing to fail */
    text[len > 0 ? len : 0] = '\0';
    (void)snprintf(number, sizeof number, "%u", (unsigned)caller->uid); /* always fits */
    while ((line = strsep(&rest, "\n")) != NULL) {                      /* passwd(5): name:password:uid:... */
        const char *name = strsep(&line, ":");
        const char *password = strsep(&line, ":");
        const char *uid = strsep(&line, ":");
        size_t name_len = strlen(name);
        if (password == NULL || line == NULL || strcmp(uid, number) != 0 || name_len - 1 >= sizeof caller->name - 1)
            continue; /* of somebody else, or cut off at the end of text, or the name is empty or too long */
        strcpy(caller->name, name);
        return;
    }
}
