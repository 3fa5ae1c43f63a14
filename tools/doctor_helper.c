/* SPDX-License-Identifier: MIT */
#include "doctor_checks.h"
#include "memory.h"

void doctor_check_helper(struct doctor *doctor)
{
    const struct helper_file *helper = &doctor->helper;

    if (helper->privilege != NULL)
        doctor_ok(doctor, memory_copy(helper->privilege));
    if (helper->doubt != NULL)
        doctor_note(doctor, memory_copy(helper->doubt), NULL);
    for (size_t i = 0; i < helper->faults_count; i++)
        doctor_fail(doctor, memory_copy(helper->faults[i].text), memory_copy(helper->faults[i].cure));
}

/* Never fails: where a helper needs the service, the check of what the helper lacks does. */
void doctor_check_service(struct doctor *doctor)
{
    const struct service *service = &doctor->helper.service;

    if (service->is_usable)
        doctor_ok(doctor, memory_copy(service->text));
    else if (service->path == NULL)
        doctor_ok(doctor, memory_format("%s; vmnet-helper asks it where it has no privilege, as under QEMU's '-sandbox "
                                        "on', in flatpak and in containers",
                                        service->text));
    else
        doctor_note(doctor, memory_copy(service->text), memory_copy(service->cure));
}
