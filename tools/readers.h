/* SPDX-License-Identifier: MIT */
/* Who may read a file: the users that its rules are for, as subjects of rules. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define READERS_SUBJECTS_MAX 2

/*
 * Everybody, or at most one user and the members of at most one group. If that cannot be exact, nobody else may read
 * the file, but perhaps not all of these may. Begin with READERS_EVERYBODY.
 */
struct readers {
    bool is_exact;
    bool is_everybody; /* then the next two are false */
    bool has_user;
    bool has_group;
    uid_t uid;
    gid_t gid;
    char *because; /* the modes that tell, not escaped; NULL: nothing keeps anybody from reading */
};

#define READERS_EVERYBODY ((struct readers){.is_exact = true, .is_everybody = true})

/*
 * Leave those who may also read the file at this path: by its mode, and those of the directories on the way to it. The
 * mode of a pipe or a device says nothing, and then they are not exact.
 */
void readers_narrow(struct readers *readers, const char *path);

/* Another copy, to be freed. */
struct readers readers_copy(const struct readers *readers);

void readers_free(struct readers *readers);

/*
 * The subjects of rules for them, "all" or such as "uid 0" and "group kvm", each to be freed. Returns how many; 0:
 * nobody may read it.
 */
size_t readers_subjects(const struct readers *readers, char *subjects[READERS_SUBJECTS_MAX]);
