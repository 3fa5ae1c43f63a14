/* SPDX-License-Identifier: MIT */
/* The results of vmnetctl doctor for other programs. */
#include "doctor_results.h"
#include "json.h"

static json_t *json_result(const struct doctor_result *result)
{
    static const char *const levels[] = {[DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "note", [DOCTOR_FAIL] = "fail"};
    json_t *object = json_object();

    json_put(object, "name", json_string(result->name));
    json_put(object, "level", json_string(levels[result->level]));
    json_put(object, "message", json_escaped(result->text));
    json_put(object, "cure", json_escaped(result->cure));
    return object;
}

void doctor_print_json(const struct doctor *doctor)
{
    struct json_answer answer;

    json_begin(&answer, "doctor");
    json_write(&answer, "bridge", json_escaped(doctor->bridge));
    json_write(&answer, "user", json_account(&doctor->account));
    json_write(&answer, "failures", json_integer((json_int_t)doctor->failures_count));
    json_write(&answer, "notes", json_integer((json_int_t)doctor->notes_count));
    json_open_array(&answer, "results");
    for (size_t i = 0; i < doctor->count; i++)
        json_write(&answer, NULL, json_result(&doctor->items[i]));
    json_close_array(&answer);
    json_end(&answer);
}
