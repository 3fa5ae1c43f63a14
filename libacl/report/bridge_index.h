/* SPDX-License-Identifier: MIT */
/*
 * The rules of one source by the bridge that they name, for one caller: to ask about many bridges without reading every
 * rule for each.
 */
#ifndef VMNETACL_BRIDGE_INDEX_H
#define VMNETACL_BRIDGE_INDEX_H

#include "question.h"

struct bridge_index_entry;

struct bridge_index {
    struct bridge_index_entry *entries; /* sorted by bridge: first those with a whole name */
    size_t names_count;                 /* with a whole name */
    size_t count;
    size_t capacity;
};

/*
 * Index the source for the question's caller and names, whatever its bridge is; index is all zero. False when memory
 * runs out. In both cases call bridge_index_free(). The source must outlive the index.
 */
bool bridge_index_make(struct bridge_index *index, const struct question *question, const struct loaded_source *source);

void bridge_index_free(struct bridge_index *index);

/* As question_ask(), with the same answer, of a source of the question's policy; question->indexes is set. */
void bridge_index_ask(const struct question *question, const struct loaded_source *source, struct answer *answer);

#endif
