/* SPDX-License-Identifier: MIT */
/*
 * decide: how long the library takes to load 100,000 rules from memory and to decide on them, and print it as a table.
 *
 * No privilege, no file. The bridge that is asked for is in no rule, so every one is looked at.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sample.h"
#include "vmnetacl.h"

#define RULES_COUNT 100000
#define ROUNDS      40
#define BUFFER_SIZE ((size_t)1024 * 1024) /* what a file of rules.d holds at most; more files are made as needed */
#define BUFFERS_MAX 16

struct rules {
    struct vmnetacl_buffer buffers[BUFFERS_MAX];
    char paths[BUFFERS_MAX][16];
    char *texts[BUFFERS_MAX];
    size_t count;
};

static int qemu_line(char *line, size_t size, int i)
{
    return snprintf(line, size, "allow br%d\n", i);
}

static int files_line(char *line, size_t size, int i)
{
    static const char *const subjects[] = {"allow user user", "allow uid ", "deny group group", "allow gid "};

    if (i % 5 < 4)
        return snprintf(line, size, "%s%d bridge br%d\n", subjects[i % 5], i, i);
    return snprintf(line, size, "allow all bridge br%d limit 4\n", i);
}

static bool rules_add_buffer(struct rules *rules, const char *source)
{
    struct vmnetacl_buffer *buffer = &rules->buffers[rules->count];

    if (rules->count == BUFFERS_MAX || !(rules->texts[rules->count] = malloc(BUFFER_SIZE)))
        return false;
    snprintf(rules->paths[rules->count], sizeof rules->paths[0], "/%02zu.rules", rules->count);
    *buffer = (struct vmnetacl_buffer){.source = source,
                                       .path = rules->paths[rules->count],
                                       .text = rules->texts[rules->count]};
    rules->count++;
    return true;
}

/* One buffer for qemu, where bridge.conf is one file; as many as it takes for files. */
static bool rules_make(struct rules *rules, const char *source, int (*print)(char *line, size_t size, int i))
{
    char line[128];

    for (int i = 0; i < RULES_COUNT; i++) {
        size_t len = (size_t)print(line, sizeof line, i);
        if ((rules->count == 0 || rules->buffers[rules->count - 1].text_len + len > BUFFER_SIZE) &&
            !rules_add_buffer(rules, source))
            return false;
        struct vmnetacl_buffer *buffer = &rules->buffers[rules->count - 1];
        memcpy(rules->texts[rules->count - 1] + buffer->text_len, line, len);
        buffer->text_len += len;
    }
    return true;
}

static bool measure(const char *label, const struct rules *rules)
{
    const struct vmnetacl_origin origin = {.buffers = rules->buffers, .buffers_count = rules->count};
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 4242, .gid = 4242};
    double load_us[ROUNDS], decide_us[ROUNDS];

    for (size_t i = 0; i < ROUNDS; i++) {
        struct vmnetacl_policy *policy;
        struct vmnetacl_decision decision;
        double begin = clock_us();
        if (vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK)
            return false;
        load_us[i] = clock_us() - begin;
        begin = clock_us();
        enum vmnetacl_status verdict = vmnetacl_decide(policy, &caller, NULL, "virbr0", &decision);
        decide_us[i] = clock_us() - begin;
        vmnetacl_free(policy);
        if (verdict != VMNETACL_NOTFOUND)
            return false;
    }
    printf("| %s | %.0f | %.0f |\n", label, sample_median(load_us, ROUNDS), sample_median(decide_us, ROUNDS));
    return true;
}

int main(void)
{
    static struct rules qemu, files;

    if (!rules_make(&qemu, "qemu", qemu_line) || !rules_make(&files, "files", files_line)) {
        fprintf(stderr, "decide: no memory for the rules\n");
        return 71;
    }
    printf("\n### the library alone: 100,000 rules in memory (%d rounds)\n\n", ROUNDS);
    printf("| | load, us | decide, us |\n|---|--:|--:|\n");
    if (!measure("rules of bridge.conf", &qemu) || !measure("rules of rules.d", &files)) {
        fprintf(stderr, "decide: the library does not answer as it must\n");
        return 1;
    }
    return fflush(stdout) ? 1 : 0;
}
