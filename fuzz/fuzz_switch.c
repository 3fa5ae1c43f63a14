/* SPDX-License-Identifier: MIT */
/*
 * The input is switch.conf. It is refused or not as the model has it, with a place that lies in it; and what it says,
 * written out in full, says the same.
 */
#include "fuzz.h"
#include "model.h"
#include "policy.h"

#include <string.h>

static struct vmnetacl_policy *load(const char *text, size_t text_len, struct vmnetacl_error *error)
{
    const struct vmnetacl_buffer buffer = {.source = "switch", .path = "/s", .text = text, .text_len = text_len};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1000};
    const struct model_question question = {.files = &buffer, .files_count = 1, .caller = &caller, .bridge = "b"};
    struct vmnetacl_policy *policy;
    struct model_answer answer;
    enum vmnetacl_status status = vmnetacl_load_from(&origin, &policy, error);

    model_ask(&question, &answer);
    HOLDS(status == VMNETACL_OK || status == VMNETACL_UNAVAIL);
    HOLDS((status == VMNETACL_OK) == !answer.load_fails && (policy != NULL) == (status == VMNETACL_OK));
    return policy;
}

static void check_written_out(const struct vmnetacl_policy *policy)
{
    char text[512] = "acl:";
    struct vmnetacl_error error;
    struct vmnetacl_policy *again;

    HOLDS(policy->sources_count >= 1 && policy->sources_count <= 2);
    for (size_t i = 0; i < policy->sources_count; i++) {
        const struct switch_entry *entry = &policy->sources[i].entry;
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), " %s [ALLOW=%s NOTFOUND=%s UNAVAIL=%s]",
                       entry->source->name, entry->returns_on_allow ? "return" : "continue",
                       entry->returns_on_notfound ? "return" : "continue",
                       entry->continues_on_unavail ? "continue" : "return");
    }
    again = load(text, strlen(text), &error);
    HOLDS(again != NULL && again->sources_count == policy->sources_count);
    for (size_t i = 0; i < policy->sources_count; i++)
        HOLDS(memcmp(&again->sources[i].entry, &policy->sources[i].entry, sizeof policy->sources[i].entry) == 0);
    vmnetacl_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmnetacl_error error;
    struct vmnetacl_policy *policy = load((const char *)data, size, &error);
    size_t lines_count = 1;

    for (size_t i = 0; i < size; i++)
        lines_count += data[i] == '\n';
    if (policy != NULL) {
        check_written_out(policy);
    } else {
        HOLDS(error.code != VMNETACL_CODE_NONE && error.line <= lines_count && error.column <= size + 1);
        HOLDS((error.line == 0) == (error.code == VMNETACL_CODE_SWITCH_EMPTY));
        HOLDS(strcmp(error.file, "/s") == 0 && error.message[0] != '\0');
    }
    vmnetacl_free(policy);
    return 0;
}
