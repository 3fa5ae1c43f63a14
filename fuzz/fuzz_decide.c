/* SPDX-License-Identifier: MIT */
/*
 * The input is a bridge's name, then up to six texts, each after a byte that says of which source it is: 0x1e "qemu",
 * 0x1d "files", 0x1c "switch". They are called "/0", "/1" and so on. The library must say what the model says, in
 * whatever way it is asked, also with two lines exchanged; and a line more must not turn a deny or an error into a
 * permission.
 */
#include "fuzz.h"
#include "worlds.h"

#include <string.h>

#define FILES_MAX 6

/* uid 1000 is u, and w; it is in the groups of its credentials, and by the database in i as well. */
static const struct fake_account accounts[] = {{false, "u", 1000, false}, {false, "v", 1001, false},
                                               {false, "w", 1000, false}, {true, "g", 100, false},
                                               {true, "h", 10, false},    {true, "i", 30, true},
                                               {true, "j", 40, false}};
static const gid_t groups[] = {10, 20};
static const struct vmnetacl_caller caller = {
    .enforces = VMNETACL_OPTIONS_ALL, .uid = 1000, .gid = 100, .groups = groups, .groups_count = 2};

static void decide(const struct vmnetacl_buffer files[], size_t files_count, const char *bridge,
                   struct model_answer *answer)
{
    const struct model_question question = {.files = files,
                                            .files_count = files_count,
                                            .accounts = accounts,
                                            .accounts_count = sizeof accounts / sizeof accounts[0],
                                            .caller = &caller,
                                            .bridge = bridge};
    const char *wrong = worlds_compare(&question, answer);

    if (wrong != NULL)
        fprintf(stderr, "%s\n", wrong);
    HOLDS(wrong == NULL);
}

/* The first line of a file moved after its last. */
static void check_moved(struct vmnetacl_buffer files[], size_t files_count, size_t moved, const char *bridge,
                        const struct model_answer *before)
{
    const struct vmnetacl_buffer first = files[moved];
    const char *newline = memchr(first.text, '\n', first.text_len);
    size_t line_len = newline != NULL ? (size_t)(newline - first.text) + 1 : 0;
    char *text = malloc(first.text_len + 2);
    struct model_answer answer;

    HOLDS(text != NULL);
    memcpy(text, first.text + line_len, first.text_len - line_len);
    text[first.text_len - line_len] = '\n';
    memcpy(text + first.text_len - line_len + 1, first.text, line_len);
    files[moved].text = text;
    files[moved].text_len++;
    decide(files, files_count, bridge, &answer);
    HOLDS(answer.verdict == before->verdict);
    files[moved] = first;
    free(text);
}

static void check_line_more(struct vmnetacl_buffer files[], size_t files_count, size_t longer, const char *bridge)
{
    const struct vmnetacl_buffer first = files[longer];
    const char *line = strcmp(first.source, "qemu") == 0 ? "allow all\n" : "allow all bridge all\n";
    size_t line_len = strlen(line);
    char *text = malloc(first.text_len + line_len);
    struct model_answer answer;

    HOLDS(text != NULL);
    memcpy(text, line, line_len);
    memcpy(text + line_len, first.text, first.text_len);
    files[longer].text = text;
    files[longer].text_len += line_len;
    decide(files, files_count, bridge, &answer);
    HOLDS(answer.verdict != VMNETACL_ALLOW);
    files[longer] = first;
    free(text);
}

static bool is_separator(uint8_t byte)
{
    return byte >= 0x1c && byte <= 0x1e;
}

/* The texts of the input, from the first separator on. */
static size_t take_files(const uint8_t *at, const uint8_t *end, struct vmnetacl_buffer files[FILES_MAX])
{
    static const char *const paths[FILES_MAX] = {"/0", "/1", "/2", "/3", "/4", "/5"};
    static const char *const sources[] = {"switch", "files", "qemu"};
    size_t count = 0;

    while (at < end && count < FILES_MAX) {
        const char *source = sources[*at++ - 0x1c];
        const uint8_t *start = at;
        while (at < end && !is_separator(*at))
            at++;
        files[count] = (struct vmnetacl_buffer){.source = source, .path = paths[count], .text = (const char *)start};
        files[count++].text_len = (size_t)(at - start);
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char bridge[VMNETACL_NAME_MAX + 1] = "";
    struct vmnetacl_buffer files[FILES_MAX];
    size_t files_count;
    size_t bridge_len = 0;
    bool has_switch = false;
    struct model_answer answer;

    while (bridge_len < size && !is_separator(data[bridge_len]))
        bridge_len++;
    if (!vmnetacl_name_valid((const char *)data, bridge_len))
        return 0;
    memcpy(bridge, data, bridge_len);
    files_count = take_files(data + bridge_len, data + size, files);
    decide(files, files_count, bridge, &answer);
    for (size_t i = 0; i < files_count; i++)
        has_switch = has_switch || strcmp(files[i].source, "switch") == 0;
    for (size_t i = 0; i < files_count && !has_switch; i++) {
        check_moved(files, files_count, i, bridge, &answer);
        if (answer.verdict != VMNETACL_ALLOW && answer.verdict != VMNETACL_NOTFOUND)
            check_line_more(files, files_count, i, bridge);
    }
    return 0;
}
