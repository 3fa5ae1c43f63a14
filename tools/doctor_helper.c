/* SPDX-License-Identifier: MIT */
#include "doctor_checks.h"
#include "helper_file.h"
#include "memory.h"

void doctor_check_helper(struct doctor *doctor)
{
    struct helper_file helper;

    helper_file_look(&helper, &doctor->account, doctor->names != DOCTOR_NAMES_LATE);
    doctor->helper_opens_as_user = helper.opens_as_user;
    if (helper.privilege != NULL)
        doctor_ok(doctor, memory_copy(helper.privilege));
    if (helper.doubt != NULL)
        doctor_note(doctor, memory_copy(helper.doubt), NULL);
    for (size_t i = 0; i < helper.faults_count; i++)
        doctor_fail(doctor, memory_copy(helper.faults[i].text), memory_copy(helper.faults[i].cure));
    helper_file_free(&helper);
}
