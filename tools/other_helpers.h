/* SPDX-License-Identifier: MIT */
/*
 * Other helpers with privilege: a user who starts one of them is not bound by the rules that it does not read. A script
 * gets no privilege from its mode, and vmnet-helper under another name obeys the rules.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct other_helper {
    char *path;
    const char *bridge_conf; /* the only rules that it reads; NULL: not known */
    struct stat status;
    bool is_setuid; /* setuid root; else it has a file capability */
};

/* All zero to begin with. */
struct other_helpers {
    struct other_helper *items;
    size_t count;
};

/* Those at the usual places, those that dpkg-divert(1) has moved away, and that of libvirt's qemu.conf. */
void other_helpers_find(struct other_helpers *others);

/* Add the helper at this path, which may be NULL, if it has privilege and was not added before. */
void other_helpers_add(struct other_helpers *others, const char *path);

/* How root removes its privilege, so that an upgrade does not restore it where that is possible. To be freed. */
char *other_helper_cure(const struct other_helper *other);

void other_helpers_free(struct other_helpers *others);
