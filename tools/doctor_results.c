/* SPDX-License-Identifier: MIT */
#include "doctor_results.h"

#include "memory.h"
#include "shell_word.h"
#include "user_namespace.h"

#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void add(struct doctor *doctor, enum doctor_level level, char *text, char *cure)
{
    doctor->items = memory_grow(doctor->items, doctor->count, sizeof *doctor->items);
    doctor->items[doctor->count++] =
        (struct doctor_result){.name = doctor->name, .level = level, .text = text, .cure = cure};
    doctor->notes_count += level == DOCTOR_NOTE;
    doctor->failures_count += level == DOCTOR_FAIL;
}

void doctor_ok(struct doctor *doctor, char *text)
{
    add(doctor, DOCTOR_OK, text, NULL);
}

void doctor_note(struct doctor *doctor, char *text, char *cure)
{
    add(doctor, DOCTOR_NOTE, text, cure);
}

void doctor_fail(struct doctor *doctor, char *text, char *cure)
{
    add(doctor, DOCTOR_FAIL, text, cure);
}

void doctor_fail_or_note(struct doctor *doctor, bool is_failure, char *text, char *cure)
{
    add(doctor, is_failure ? DOCTOR_FAIL : DOCTOR_NOTE, text, cure);
}

bool doctor_asks_service(const struct doctor *doctor)
{
    bool is_root = getuid() == 0;
    bool is_stripped = user_namespace_is_inner() || (!is_root && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);

    return doctor->helper.asks_service || is_stripped;
}

bool doctor_is_served(const struct doctor *doctor)
{
    return doctor->helper.service.is_usable && doctor_asks_service(doctor);
}

bool doctor_wants(const struct doctor *doctor, const char *bridge)
{
    if (doctor->bridge != NULL)
        return strcmp(doctor->bridge, bridge) == 0;
    return doctor->has_usable && string_set_has(&doctor->usable, bridge);
}

const char *doctor_word(const char *bridge)
{
    return shell_word(bridge, "BRIDGE");
}
