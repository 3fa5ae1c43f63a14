/* SPDX-License-Identifier: MIT */
/* Arrays that grow. */
#ifndef VMNETACL_ARRAY_H
#define VMNETACL_ARRAY_H

#include <stddef.h>
#include <stdlib.h>

/* Room for more elements: the array, moved or not, or NULL. The old one stays valid on failure. */
static inline void *array_grow(void *array, size_t count, size_t more, size_t *capacity, size_t element_size)
{
    size_t wanted = *capacity;
    void *grown;

    if (more <= *capacity - count)
        return array;
    while (wanted - count < more)
        wanted = wanted > 0 ? wanted * 2 : 32;
    grown = reallocarray(array, wanted, element_size);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

#endif
