/* SPDX-License-Identifier: MIT
 *
 * The table of what is known by name: each case is a world, a question, what the stock helper does and how ours ends.
 * What is said of the stock helper is as much an assertion as the rest: these are the reasons for the stricter cases.
 */
#ifndef VMNET_DIFFERENTIAL_NAMED_CASE_H
#define VMNET_DIFFERENTIAL_NAMED_CASE_H

#include "forecast.h"

#include <stddef.h>
#include <sys/types.h>

#define NAMED_INCLUDE_PATH "/etc/qemu/a.conf"

/* How our helper ends: its exit statuses. */
enum {
    GRANTED = 0,
    USAGE = 64,
    UNAVAILABLE = 69,
    TEMPFAIL = 75,
    NOPERM = 77,
    CONFIG = 78,
};

enum stock_act {
    STOCK_REFUSES,
    STOCK_GRANTS,
    STOCK_CRASHES,
    STOCK_HANGS,
};

struct named_case {
    const char *name;
    const char *text;                          /* of bridge.conf; NULL: there is none */
    size_t text_len;                           /* 0: up to the NUL */
    const char *include;                       /* the text of NAMED_INCLUDE_PATH; NULL: there is none */
    mode_t mode, include_mode, directory_mode; /* 0: the usual */
    uid_t owner, include_owner, directory_owner;
    void (*arrange)(struct ruleworld *world); /* adds the rest */
    void (*hook)(int socket_number, void *hook_data);
    const struct lab_caller *caller; /* NULL: vmuser */
    const char *bridge;              /* NULL: virbr0 */
    const char *master;              /* when the bridge that the tap must be a port of is called otherwise */
    enum stock_act stock;
    int code;                   /* how ours ends */
    enum difference difference; /* what the forecast must be */
    const char *words;          /* in what ours says */
};

extern const struct named_case named_cases[];
extern const size_t named_case_count;

/* Make the bridges and files outside /etc/qemu that the cases speak of. */
void named_case_world_open(void);

#endif
