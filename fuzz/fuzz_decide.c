/* SPDX-License-Identifier: MIT */
/*
 * The input is a bridge's name, then up to three rule files, "/0", "/1" and "/2", with the byte 0x1e before each. The
 * library must say what the model says, also with two lines exchanged, and a line more must not turn a deny or an error
 * into a permission.
 */
#include "fuzz.h"
#include "model.h"

#include <string.h>

#define FILES_MAX 3
#define SEPARATOR 0x1e

static enum vmnetacl_status decide(const struct vmnetacl_buffer files[], size_t files_count, const char *bridge)
{
    const struct vmnetacl_origin origin = {.buffers = files, .buffers_count = files_count};
    const struct vmnetacl_caller caller = {.uid = 1000, .gid = 1000};
    struct vmnetacl_policy *policy;
    enum vmnetacl_status verdict;

    HOLDS(vmnetacl_load_from(&origin, &policy, NULL) == VMNETACL_OK);
    verdict = vmnetacl_decide(policy, &caller, NULL, bridge, NULL);
    vmnetacl_free(policy);
    HOLDS(verdict == model_decide(files, files_count, bridge));
    return verdict;
}

/* The first line of a file moved behind its last. */
static void check_moved(struct vmnetacl_buffer files[], size_t files_count, const char *bridge,
                        enum vmnetacl_status verdict)
{
    const struct vmnetacl_buffer first = files[0];
    const char *newline = memchr(first.text, '\n', first.text_len);
    size_t line_len = newline != NULL ? (size_t)(newline - first.text) + 1 : 0;
    char *text = malloc(first.text_len + 2);

    HOLDS(text != NULL);
    memcpy(text, first.text + line_len, first.text_len - line_len);
    text[first.text_len - line_len] = '\n';
    memcpy(text + first.text_len - line_len + 1, first.text, line_len);
    files[0].text = text;
    files[0].text_len++;
    HOLDS(decide(files, files_count, bridge) == verdict);
    files[0] = first;
    free(text);
}

static void check_line_more(struct vmnetacl_buffer files[], size_t files_count, const char *bridge)
{
    const struct vmnetacl_buffer first = files[0];
    char *text = malloc(first.text_len + 10);

    HOLDS(text != NULL);
    memcpy(text, "allow all\n", 10);
    memcpy(text + 10, first.text, first.text_len);
    files[0].text = text;
    files[0].text_len += 10;
    HOLDS(decide(files, files_count, bridge) != VMNETACL_ALLOW);
    files[0] = first;
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[FILES_MAX] = {"/0", "/1", "/2"};
    const uint8_t *at = memchr(data, SEPARATOR, size);
    size_t bridge_len = at != NULL ? (size_t)(at - data) : size;
    char bridge[VMNETACL_NAME_MAX + 1] = "";
    struct vmnetacl_buffer files[FILES_MAX];
    size_t files_count = 0;
    enum vmnetacl_status verdict;

    if (!vmnetacl_name_valid((const char *)data, bridge_len))
        return 0;
    memcpy(bridge, data, bridge_len);
    while (at != NULL && files_count < FILES_MAX) {
        const uint8_t *start = at + 1;
        const uint8_t *end = data + size;
        at = memchr(start, SEPARATOR, (size_t)(end - start));
        files[files_count] =
            (struct vmnetacl_buffer){.source = "qemu", .path = paths[files_count], .text = (const char *)start};
        files[files_count++].text_len = (size_t)((at != NULL ? at : end) - start);
    }
    if (files_count == 0)
        return 0;
    verdict = decide(files, files_count, bridge);
    check_moved(files, files_count, bridge, verdict);
    if (verdict != VMNETACL_ALLOW && verdict != VMNETACL_NOTFOUND)
        check_line_more(files, files_count, bridge);
    return 0;
}
