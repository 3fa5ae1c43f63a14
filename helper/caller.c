/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static void take(struct caller *caller, struct vmnetacl_caller *made)
{
    *caller = (struct caller){.uid = made->uid,
                              .gid = made->gid,
                              .groups = made->groups,
                              .groups_count = made->groups_count,
                              .memory = made,
                              .name = "?"};
}

void caller_capture_self(struct caller *caller)
{
    struct vmnetacl_caller *made;
    struct vmnetacl_error error;

    if (vmnetacl_caller_self(&made, &error) != VMNETACL_OK) {
        errno = error.system_errno;
        die(EX_OSERR, "cannot read the caller's groups: %m");
    }
    take(caller, made);
}

void caller_capture_peer(struct caller *caller, int socket_fd)
{
    struct vmnetacl_caller *made;
    struct vmnetacl_error error;

    if (vmnetacl_caller_of_peer(socket_fd, &made, &error) != VMNETACL_OK) {
        errno = error.system_errno;
        die(EX_OSERR, "cannot read the caller's groups: %m");
    }
    take(caller, made);
    caller->is_peer = true;
}

void caller_find_name(struct caller *caller)
{
    static char text[64 * 1024]; /* a user later in the file stays without a name */
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
            continue; /* another user, or cut off at the end of text, or the name is empty or too long */
        strcpy(caller->name, name);
        return;
    }
}
