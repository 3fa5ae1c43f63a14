/* SPDX-License-Identifier: MIT */
/* Runs in the loop, on a file that only root writes. */
#include "subordinate.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* At most ten digits, so that it fits. */
static bool read_number(const char *digits, unsigned long long *number)
{
    const char *at = digits;

    *number = 0;
    for (; *at >= '0' && *at <= '9' && at - digits < 10; at++)
        *number = *number * 10 + (unsigned long long)(*at - '0');
    return at != digits && *at == '\0';
}

/*
 * owner:first:count. newuidmap(1) skips any other line. A line with one id gives nobody thousands, and may be about a
 * user's own uid: "root:1000:1" lets root's containers use that of user 1000.
 */
static bool is_in_range(char *line, uid_t uid)
{
    const char *owner = strsep(&line, ":");
    const char *first_digits = strsep(&line, ":");
    const char *count_digits = strsep(&line, ":");
    unsigned long long first;
    unsigned long long count;

    return owner != NULL && first_digits != NULL && count_digits != NULL && read_number(first_digits, &first) &&
           read_number(count_digits, &count) && count > 1 && uid >= first && uid - first < count;
}

/* Line by line: a file of thousands of users is long. */
static bool is_in_file(int fd, uid_t uid)
{
    char text[4096];
    size_t used = 0;
    ssize_t len;

    while ((len = read(fd, text + used, sizeof text - 1 - used)) > 0) {
        char *line = text;
        char *end;
        used += (size_t)len;
        while ((end = memchr(line, '\n', used)) != NULL) {
            *end = '\0';
            if (is_in_range(line, uid))
                return true;
            used -= (size_t)(end + 1 - line);
            line = end + 1;
        }
        memmove(text, line, used);
    }
    text[used] = '\0';
    return len < 0 || used == sizeof text - 1 || is_in_range(text, uid);
}

bool subordinate_is(uid_t uid)
{
    int fd = open("/etc/subuid", O_RDONLY | O_CLOEXEC);
    bool found;

    if (fd < 0)
        return errno != ENOENT;
    found = is_in_file(fd, uid);
    (void)close(fd); /* only read from: nothing to fail */
    return found;
}
