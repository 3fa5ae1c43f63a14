/* SPDX-License-Identifier: MIT */
#include "run_placeholder.h"

#include "memory.h"
#include "message.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum placeholder_kind {
    PLACEHOLDER_ONE,
    PLACEHOLDER_COLONS,
    PLACEHOLDER_COMMAS,
};

struct placeholder {
    const char *begin;
    size_t len;
    enum placeholder_kind kind;
    size_t card; /* from 1 */
};

/* A number without a sign; too large a one is larger than that of any card. */
static size_t read_card(const char *digits, size_t digits_len)
{
    size_t card = digits_len == 0 ? 1 : 0;

    for (size_t i = 0; i < digits_len && card < SIZE_MAX / 100; i++)
        card = card * 10 + (size_t)(digits[i] - '0');
    return card;
}

/* Is there a placeholder at the beginning of the text? */
static bool placeholder_read(const char *text, struct placeholder *found)
{
    static const struct {
        const char *word;
        enum placeholder_kind kind;
    } kinds[] = {{"%FD", PLACEHOLDER_ONE}, {"%FDS", PLACEHOLDER_COLONS}, {"%FDLIST", PLACEHOLDER_COMMAS}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t word_len = strlen(kinds[i].word);
        size_t digits_len;
        if (strncmp(text, kinds[i].word, word_len) != 0)
            continue;
        digits_len = strspn(text + word_len, "0123456789");
        if (text[word_len + digits_len] != '%')
            continue;
        *found = (struct placeholder){.begin = text,
                                      .len = word_len + digits_len + 1,
                                      .kind = kinds[i].kind,
                                      .card = read_card(text + word_len, digits_len)};
        return true;
    }
    return false;
}

/* The first placeholder in the text. */
static bool placeholder_find(const char *text, struct placeholder *found)
{
    for (; (text = strchr(text, '%')) != NULL; text++)
        if (placeholder_read(text, found))
            return true;
    return false;
}

static void placeholder_require_valid(const struct placeholder *found, const struct taps *taps)
{
    if (found->card == 0 || found->card > taps->cards_count)
        die(EX_USAGE, "'%.*s' is for a card that was not asked for; there is one for each --bridge, %zu in all",
            (int)found->len, found->begin, taps->cards_count);
    if (found->kind == PLACEHOLDER_ONE && taps->queues > 1)
        die(EX_USAGE,
            "'%.*s' is for one descriptor, but each card has %u queues; write %%FDS%%, which joins them by ':', or "
            "%%FDLIST%%, which joins them by ','",
            (int)found->len, found->begin, taps->queues);
}

bool placeholders_require_valid(char *const *arguments, const struct taps *taps)
{
    bool *has_placeholder = calloc(taps->cards_count, sizeof *has_placeholder);
    struct placeholder found;
    bool is_any = false;

    if (has_placeholder == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    for (; *arguments != NULL; arguments++)
        for (const char *rest = *arguments; placeholder_find(rest, &found); rest = found.begin + found.len) {
            placeholder_require_valid(&found, taps);
            has_placeholder[found.card - 1] = true;
            is_any = true;
        }
    for (size_t i = 0; is_any && i < taps->cards_count; i++)
        if (!has_placeholder[i])
            die(EX_USAGE, "no placeholder for card %zu, on '%s'; write %%%s%zu%% where its number belongs", i + 1,
                taps->cards[i].bridge, taps->queues > 1 ? "FDS" : "FD", i + 1);
    free(has_placeholder);
    return is_any;
}

static void print_numbers(FILE *out, const struct placeholder *found, const struct taps *taps)
{
    const int *fds = taps->fds + (found->card - 1) * taps->queues;

    for (unsigned i = 0; i < taps->queues; i++)
        (void)fprintf(out, "%s%d", i == 0 ? "" : found->kind == PLACEHOLDER_COMMAS ? "," : ":", fds[i]);
}

char *placeholders_replace(const char *text, const struct taps *taps)
{
    struct placeholder found;
    char *replaced = NULL;
    size_t replaced_len;
    FILE *out = open_memstream(&replaced, &replaced_len);

    if (out == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    for (; placeholder_find(text, &found); text = found.begin + found.len) {
        (void)fprintf(out, "%.*s", (int)(found.begin - text), text); /* fclose(3) fails if this does */
        print_numbers(out, &found, taps);
    }
    (void)fputs(text, out);
    if (ferror(out) || fclose(out) != 0)
        die(EX_TEMPFAIL, "out of memory; try again");
    return replaced;
}
