/* SPDX-License-Identifier: MIT */
#include "typo.h"

#include "memory.h"
#include "similar.h"
#include "vmnetacl.h"

#include <stdbool.h>
#include <string.h>

/* What can be where an error has one of these codes. source NULL: in any. */
static const struct {
    enum vmnetacl_code code;
    const char *source;
    const char *word;
} keywords[] = {
    {VMNETACL_CODE_KEYWORD_UNKNOWN, "files", "allow"},  {VMNETACL_CODE_KEYWORD_UNKNOWN, "files", "deny"},
    {VMNETACL_CODE_KEYWORD_UNKNOWN, "qemu", "allow"},   {VMNETACL_CODE_KEYWORD_UNKNOWN, "qemu", "deny"},
    {VMNETACL_CODE_KEYWORD_UNKNOWN, "qemu", "include"}, {VMNETACL_CODE_KEYWORD_UNKNOWN, "switch", "acl:"},
    {VMNETACL_CODE_KEYWORD_UNKNOWN, "switch", "log:"},  {VMNETACL_CODE_KEYWORD_UNKNOWN, "switch", "network:"},
    {VMNETACL_CODE_SOURCE_UNKNOWN, NULL, "files"},      {VMNETACL_CODE_SOURCE_UNKNOWN, NULL, "qemu"},
    {VMNETACL_CODE_SUBJECT_UNKNOWN, NULL, "user"},      {VMNETACL_CODE_SUBJECT_UNKNOWN, NULL, "uid"},
    {VMNETACL_CODE_SUBJECT_UNKNOWN, NULL, "group"},     {VMNETACL_CODE_SUBJECT_UNKNOWN, NULL, "gid"},
    {VMNETACL_CODE_SUBJECT_UNKNOWN, NULL, "all"},       {VMNETACL_CODE_BRIDGE_MISSING, NULL, "bridge"},
};

/* The word up to the next blank, in lower case. Returns false when it is longer than any that is compared. */
static bool word_read(char word[SIMILAR_MAX + 1], const char *text, size_t text_len)
{
    size_t len = 0;

    while (len < text_len && text[len] != ' ' && text[len] != '\t')
        len++;
    if (len > SIMILAR_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        word[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
    word[len] = '\0';
    return true;
}

/* What was found so far. */
struct hint {
    struct similar similar;
    bool is_keyword; /* the word is one, but for its capital letters */
};

static void consider(struct hint *hint, const char *keyword)
{
    hint->is_keyword = hint->is_keyword || strcmp(hint->similar.typed, keyword) == 0;
    similar_consider(&hint->similar, keyword);
}

static void consider_all(struct hint *hint, const char *code, const char *source)
{
    const struct vmnetacl_grant every = {.options = VMNETACL_OPTIONS_ALL};
    struct vmnetacl_option option;

    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (strcmp(code, vmnetacl_code_name(keywords[i].code)) == 0 &&
            (keywords[i].source == NULL || strcmp(source, keywords[i].source) == 0))
            consider(hint, keywords[i].word);
    if (strcmp(code, vmnetacl_code_name(VMNETACL_CODE_OPTION_UNKNOWN)) == 0)
        for (size_t i = 0; vmnetacl_option_at(&every, i, &option); i++)
            consider(hint, option.name);
}

char *typo_hint(const char *code, const char *source, const char *line, size_t line_len, unsigned column)
{
    char word[SIMILAR_MAX + 1];
    struct hint hint = {.is_keyword = false};

    if (column == 0 || column > line_len || !word_read(word, line + column - 1, line_len - (column - 1)))
        return memory_copy("");
    hint.similar = (struct similar){.typed = word, .typed_len = strlen(word)};
    consider_all(&hint, code, source);
    return hint.is_keyword ? memory_format("; did you mean '%s'?", word) : memory_copy(similar_question(&hint.similar));
}
