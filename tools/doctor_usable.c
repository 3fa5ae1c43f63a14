/* SPDX-License-Identifier: MIT */
#include "doctor_usable.h"

#include "bridges.h"
#include "memory.h"
#include "vmnetacl.h"

#include <stdlib.h>

/* How many names are shown. */
#define SHOWN_MAX 8

static bool usable_visit(const char *bridge, const struct vmnetacl_decision *decision, void *data)
{
    struct doctor *doctor = data;
    char *shorter = doctor->usable_text;

    (void)decision;                                /* each is an ALLOW */
    (void)string_set_add(&doctor->usable, bridge); /* each comes once */
    if (doctor->usable_count < SHOWN_MAX)
        doctor->usable_text = shorter == NULL ? memory_copy(bridge) : memory_format("%s, %s", shorter, bridge);
    else if (doctor->usable_count == SHOWN_MAX)
        doctor->usable_text = memory_format("%s, ...", shorter);
    if (doctor->usable_text != shorter)
        free(shorter);
    doctor->usable_count++;
    return true;
}

void doctor_find_usable(struct doctor *doctor)
{
    const struct vmnetacl_caller *caller = &doctor->account.caller;
    struct vmnetacl_policy *policy = NULL;
    struct vmnetacl_names *names = NULL;
    const char **existing;
    size_t existing_count;

    bridges_list(&doctor->interfaces, &existing, &existing_count);
    doctor->has_usable =
        doctor->names != DOCTOR_NAMES_LATE && vmnetacl_load(&policy, NULL) == VMNETACL_OK &&
        vmnetacl_resolve(policy, caller, NULL, DOCTOR_LOOKUP_MS, &names, NULL) == VMNETACL_OK &&
        vmnetacl_enumerate(policy, caller, names, existing, existing_count, usable_visit, doctor, NULL) == VMNETACL_OK;
    free(existing);
    vmnetacl_names_free(names);
    vmnetacl_free(policy);
}
