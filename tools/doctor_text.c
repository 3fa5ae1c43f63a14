/* SPDX-License-Identifier: MIT */
/* The results of vmnetctl doctor for people. */
#include "doctor_results.h"
#include "escape.h"
#include "terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/* Does the output go to a terminal that can show the marks? The locale of the program itself stays "C". */
static bool has_marks(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool is_utf8 = false;

    if (locale == (locale_t)0)
        return false; /* the environment names a locale that is not installed */
    is_utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return is_utf8 && terminal_is_there();
}

static void print_result(const struct doctor_result *result, bool with_marks)
{
    static const char *const words[] = {[DOCTOR_OK] = "ok  ", [DOCTOR_NOTE] = "note", [DOCTOR_FAIL] = "fail"};
    static const char *const marks[] = {[DOCTOR_OK] = "\u2713", [DOCTOR_NOTE] = "!", [DOCTOR_FAIL] = "\u2717"};
    static const enum style styles[] = {
        [DOCTOR_OK] = STYLE_GOOD, [DOCTOR_NOTE] = STYLE_DOUBT, [DOCTOR_FAIL] = STYLE_BAD};

    (void)printf("%s%s%s %s%s%s: ", terminal_style(styles[result->level]),
                 with_marks ? marks[result->level] : words[result->level], terminal_style(STYLE_PLAIN),
                 terminal_style(STYLE_STRONG), result->name,
                 terminal_style(STYLE_PLAIN)); /* here and below: main() checks ferror(3) */
    escape_print(stdout, result->text, strlen(result->text));
    (void)fputc('\n', stdout);
    if (result->cure == NULL)
        return;
    (void)fputs(with_marks ? "  cure: " : "     cure: ", stdout);
    escape_print(stdout, result->cure, strlen(result->cure));
    (void)fputc('\n', stdout);
}

void doctor_print(const struct doctor *doctor)
{
    bool with_marks = has_marks();

    for (size_t i = 0; i < doctor->count; i++)
        print_result(&doctor->items[i], with_marks);
    (void)printf("%zu %s, %zu %s\n", doctor->failures_count, doctor->failures_count == 1 ? "failure" : "failures",
                 doctor->notes_count, doctor->notes_count == 1 ? "note" : "notes");
}
