/* SPDX-License-Identifier: MIT */
#include "texts.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

enum vmnetacl_status texts_load(const struct texts *texts, struct vmnetacl_policy **policy,
                                struct vmnetacl_error *error)
{
    static const char *const sources[] = {"switch", "files", "qemu"};
    static const char *const paths[] = {TEXTS_SWITCH, TEXTS_FILES, TEXTS_QEMU};
    const char *const given[] = {texts->switch_text, texts->files, texts->qemu};
    struct vmnetacl_buffer buffers[COUNT_OF(given)];
    struct vmnetacl_origin origin = {.buffers = buffers};
    char *copies[COUNT_OF(given)] = {NULL};
    enum vmnetacl_status status;

    for (size_t i = 0; i < COUNT_OF(given); i++) {
        size_t len = given[i] != NULL ? strlen(given[i]) : 0;
        if (given[i] == NULL)
            continue;
        copies[i] = malloc(len > 0 ? len : 1);
        assert_non_null(copies[i]);
        memcpy(copies[i], given[i], len);
        buffers[origin.buffers_count++] =
            (struct vmnetacl_buffer){.source = sources[i], .path = paths[i], .text = copies[i], .text_len = len};
    }
    status = vmnetacl_load_from(&origin, policy, error);
    for (size_t i = 0; i < COUNT_OF(given); i++)
        free(copies[i]); /* the policy does not need it any more */
    return status;
}

struct vmnetacl_policy *texts_policy(const struct texts *texts)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;

    if (texts_load(texts, &policy, &error) != VMNETACL_OK)
        fail_msg("%s:%u:%u: %s", error.file, error.line, error.column, error.message);
    return policy;
}
