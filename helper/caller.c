/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include "message.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

void caller_capture(struct caller *caller)
{
    int count = getgroups(NGROUPS_MAX, caller->groups);

    if (count < 0)
        die(EX_OSERR, "cannot read the caller's groups: %m");
    caller->groups_count = (size_t)count;
    caller->uid = getuid();
    caller->gid = getgid();
    strcpy(caller->name, "?");
}

/* passwd(5): name:password:uid:... Is this line, which ends with a newline, of the user with this uid? */
static bool line_has_uid(const char *line, uid_t uid)
{
    const char *at = line + strcspn(line, ":\n");
    uint64_t number = 0;

    if (*at == ':')
        at += 1 + strcspn(at + 1, ":\n");
    if (*at != ':' || at[1] < '0' || at[1] > '9')
        return false;
    for (at++; *at >= '0' && *at <= '9' && number <= UINT32_MAX; at++)
        number = number * 10 + (uint64_t)(*at - '0');
    return *at == ':' && number == uid;
}

void caller_find_name(struct caller *caller)
{
    char text[4096]; /* of which the first used bytes are the beginning of a line, and the rest is to be filled */
    size_t used = 0;
    ssize_t count;
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    while ((count = read(fd, text + used, sizeof text - 1 - used)) > 0) {
        const char *line = text;
        const char *newline;
        used += (size_t)count;
        text[used] = '\0';
        while ((newline = strchr(line, '\n')) != NULL) {
            size_t name_len = strcspn(line, ":\n");
            if (line_has_uid(line, caller->uid) && name_len > 0 && name_len < sizeof caller->name) {
                memcpy(caller->name, line, name_len);
                caller->name[name_len] = '\0';
                goto out;
            }
            line = newline + 1;
        }
        used -= (size_t)(line - text);
        memmove(text, line, used);
        if (used == sizeof text - 1) /* no line of a user is that long: pass over its first part */
            used = 0;
    }
out:
    (void)close(fd); /* only read from: nothing to fail */
}
