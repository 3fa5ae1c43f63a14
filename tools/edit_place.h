/* SPDX-License-Identifier: MIT */
/* The file that is edited, and the two files beside it: a copy, and a lock against a second edit. */
#pragma once

#include "text.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct edit_place {
    char *directory;    /* without a symbolic link */
    char *path;         /* the file, in that directory */
    const char *source; /* "files", "qemu" or "switch" */
    char *copy;         /* .NAME.edit: the library ignores it, since it begins with a dot */
    char *lock;         /* .NAME.lock */
    struct text text;   /* what the file had; nothing when it is new */
    bool is_new;        /* it does not exist */
    struct stat status; /* of the file, unless it is new */
};

/*
 * Find the file, lock it and make the copy. Ends the program when the file is no place of rules, or is being edited.
 * From then on, copy and lock are removed when the program ends, also by a signal.
 */
void edit_place_open(struct edit_place *place, const char *path);

/* The process that a signal to this one is handed on to; 0: none. */
void edit_place_set_child(pid_t child);

/* Put this text into the file's place, with the file's owner and mode: at no time is there another or half a text. */
void edit_place_install(const struct edit_place *place, const struct text *text);

/* Remove copy and lock, and free it. */
void edit_place_close(struct edit_place *place);
