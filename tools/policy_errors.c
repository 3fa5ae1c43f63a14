/* SPDX-License-Identifier: MIT */
#include "policy_errors.h"

#include "memory.h"
#include "problem.h"

#include <stdio.h>
#include <stdlib.h>

static void add(struct policy_errors *errors, const struct vmnetacl_error *error)
{
    errors->items = memory_grow(errors->items, errors->count, sizeof *errors->items);
    errors->items[errors->count++] = *error;
}

struct vmnetacl_policy *policy_errors_load(struct policy_errors *errors)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_source source;
    struct vmnetacl_error error;

    *errors = (struct policy_errors){.items = NULL};
    if (vmnetacl_load(&policy, &error) != VMNETACL_OK) {
        add(errors, &error);
        return NULL;
    }
    for (size_t i = 0; vmnetacl_source_at(policy, i, &source); i++)
        if (source.error != NULL)
            add(errors, source.error);
    return policy;
}

void policy_errors_write(const struct policy_errors *errors, struct json_answer *answer)
{
    json_open_array(answer, "errors");
    for (size_t i = 0; i < errors->count; i++)
        json_write(answer, NULL, json_error(&errors->items[i]));
    json_close_array(answer);
}

int policy_errors_report(const struct policy_errors *errors, bool was_written)
{
    (void)fflush(stdout); /* main() checks ferror(3) */
    for (size_t i = 0; i < errors->count && !was_written; i++) {
        (void)fputs("vmnetctl: some rules cannot be read: ", stderr); /* an error on stderr cannot be reported */
        problem_print(stderr, &errors->items[i]);
        (void)fputs("\n", stderr);
    }
    return errors->count > 0 ? 2 : 0;
}

void policy_errors_free(struct policy_errors *errors)
{
    free(errors->items);
    *errors = (struct policy_errors){.items = NULL};
}
