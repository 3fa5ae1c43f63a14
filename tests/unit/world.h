/* SPDX-License-Identifier: MIT */
/* Random rules of both sources, a switch, a caller and a name service. */
#ifndef UNIT_WORLD_H
#define UNIT_WORLD_H

#include "fake_account.h"
#include "vmnetacl.h"

#include <stdbool.h>
#include <stddef.h>

#define WORLD_FILES_MAX 6 /* of rules, over both sources */
#define WORLD_LINES_MAX 5
#define WORLD_LINE_SIZE 96

struct world {
    bool has_switch;
    char switch_text[160];
    size_t rules_count; /* of files of "files"; those of "qemu" follow */
    size_t files_count;
    size_t lines_count[WORLD_FILES_MAX];
    char lines[WORLD_FILES_MAX][WORLD_LINES_MAX + 1][WORLD_LINE_SIZE];
    char text[WORLD_FILES_MAX][(WORLD_LINES_MAX + 1) * WORLD_LINE_SIZE];
    struct vmnetacl_buffer buffers[WORLD_FILES_MAX + 2]; /* the switch's, and one that a test adds */
    size_t buffers_count;
    struct fake_account accounts[5];
    gid_t groups[3];
    struct vmnetacl_caller caller;
};

#define WORLD_BRIDGES_COUNT 4

/* The bridges that the rules are about, mostly. */
extern const char *const world_bridges[WORLD_BRIDGES_COUNT];

/* Fill it in. has_actions: the switch has actions, or is wrong. */
void world_make(struct world *world, bool has_actions);

/* Make the buffers anew, after a change of the lines or of the switch. */
void world_compose(struct world *world);

/* A line for the file at this index, right or wrong. */
void world_random_line(const struct world *world, size_t file, char line[static WORLD_LINE_SIZE]);

/* Print all of it, for a test that fails. */
void world_print(const struct world *world);

#endif
