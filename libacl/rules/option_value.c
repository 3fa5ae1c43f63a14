/* SPDX-License-Identifier: MIT */
/* The kinds of values: how each is read, and how it is shown. */
#include "ifname.h"
#include "number.h"
#include "option.h"
#include "rule_parse.h"

#include <assert.h>

static enum vmnetacl_status parse_number(struct parser *parser, const struct option *option, void *value)
{
    return parser_take_number(parser, option->min, option->max, value);
}

static void show_number(const void *value, char text[VMNETACL_OPTION_VALUE_SIZE])
{
    uint32_t number;

    memcpy(&number, value, sizeof number);
    (void)number_put(text, number);
}

static_assert(NUMBER_SIZE <= VMNETACL_OPTION_VALUE_SIZE, "every number fits");

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

#define MAC_LEN 17 /* "52:54:00:12:34:56" */

static enum vmnetacl_status parse_mac(struct parser *parser, const struct option *option, void *value)
{
    struct token token = token_take(&parser->line);
    unsigned char *mac = value;
    unsigned any = 0;

    (void)option; /* of its row nothing more is needed */
    for (size_t i = 0; i < MAC_LEN; i++) {
        int digit = i < token.len ? hex_digit(token.at[i]) : -1;
        if (i >= token.len || (i % 3 == 2 ? token.at[i] != ':' : digit < 0))
            return parser_fail(parser, token.at + i, VMNETACL_CODE_MAC_INVALID,
                               "expected a MAC address of six pairs of hexadecimal digits, as 52:54:00:12:34:56");
        if (i % 3 == 0)
            mac[i / 3] = (unsigned char)(digit << 4);
        else if (i % 3 == 1)
            mac[i / 3] = (unsigned char)(mac[i / 3] | digit);
        any |= i % 3 == 2 ? 0U : (unsigned)digit;
    }
    if (token.len > MAC_LEN)
        return parser_fail(parser, token.at + MAC_LEN, VMNETACL_CODE_MAC_INVALID,
                           "expected the end of the MAC address after six pairs of digits");
    if ((mac[0] & 1) != 0 || any == 0)
        return parser_fail(parser, token.at, VMNETACL_CODE_MAC_INVALID,
                           "no network card sends from this address: it is %s; write the one that QEMU gets as mac=",
                           any == 0 ? "all zero" : "for a group of cards (its first byte is odd)");
    return VMNETACL_OK;
}

static void show_mac(const void *value, char text[VMNETACL_OPTION_VALUE_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *mac = value;

    for (size_t i = 0; i < MAC_LEN; i++)
        text[i] = i % 3 == 2 ? ':' : digits[i % 3 == 0 ? mac[i / 3] >> 4 : mac[i / 3] & 0xf];
    text[MAC_LEN] = '\0';
}

static_assert(MAC_LEN < VMNETACL_OPTION_VALUE_SIZE && VMNETACL_NAME_MAX < VMNETACL_OPTION_VALUE_SIZE,
              "the others, too");

/* Does a digit, or what becomes one, begin or end at this place? */
static bool is_number(const struct token *token, size_t at)
{
    return at < token->len && ((token->at[at] >= '0' && token->at[at] <= '9') || token->at[at] == '%' ||
                               (token->at[at] == 'd' && at > 0 && token->at[at - 1] == '%'));
}

/* A placeholder of the name is at this '%', for the first time? NULL; or what is wrong. */
static const char *check_placeholder(const struct token *token, size_t at, bool *has_number, bool *has_uid)
{
    char what = at + 1 < token->len ? token->at[at + 1] : '\0';
    bool *has = what == 'd' ? has_number : has_uid;

    if (what != 'd' && what != 'u')
        return "after '%' comes d, for a number that is free, or u, for the user's uid";
    if (*has)
        return "a name has at most one %d and one %u";
    *has = true;
    /* Else vm%u%d would give uid 424 the name that begins those of uid 4242. */
    if (what == 'u' && ((at > 0 && is_number(token, at - 1)) || is_number(token, at + 2)))
        return "the digits of %u run into other digits, so that two users could have one name; write another sign "
               "between, as in vm%u-%d";
    return NULL;
}

static enum vmnetacl_status parse_tap(struct parser *parser, const struct option *option, void *value)
{
    struct token token = token_take(&parser->line);
    char *tap = value;
    bool has_number = false;
    bool has_uid = false;

    (void)option; /* as above */
    if (token.len == 0)
        return parser_fail(parser, token.at, VMNETACL_CODE_TAP_INVALID, "missing name of the tap, such as vm%%d");
    for (size_t i = 0; i < token.len; i++) {
        unsigned char byte = (unsigned char)token.at[i];
        const char *wrong = byte == '%' ? check_placeholder(&token, i, &has_number, &has_uid) : NULL;
        if (wrong != NULL)
            return parser_fail(parser, token.at + i, VMNETACL_CODE_TAP_INVALID, "%s", wrong);
        if (byte != '%' && (ifname_refused[byte] || pattern_refused[byte]))
            return parser_fail(parser, token.at + i, VMNETACL_CODE_TAP_INVALID,
                               "the name of a tap cannot contain this; use letters, digits, '.', '_' and '-'");
    }
    if (token.len > VMNETACL_NAME_MAX)
        return parser_fail(parser, token.at + VMNETACL_NAME_MAX, VMNETACL_CODE_TAP_INVALID,
                           "the name of a tap has at most 15 bytes, with %%d, and a uid for %%u");
    /* The first two become directories; the kernel has the others in /proc/sys/net/ipv4/conf for itself. */
    if (ifname_is_dots(token.at, token.len) || token_is(&token, "all") || token_is(&token, "default"))
        return parser_fail(parser, token.at, VMNETACL_CODE_TAP_INVALID, "no interface can have this name");
    memset(tap, 0, VMNETACL_NAME_MAX + 1);
    memcpy(tap, token.at, token.len);
    return VMNETACL_OK;
}

static void show_tap(const void *value, char text[VMNETACL_OPTION_VALUE_SIZE])
{
    memcpy(text, value, VMNETACL_NAME_MAX + 1);
}

const struct option_kind option_number = {sizeof(uint32_t), true, parse_number, show_number};
const struct option_kind option_mac = {6, false, parse_mac, show_mac};
const struct option_kind option_tap = {VMNETACL_NAME_MAX + 1, false, parse_tap, show_tap};
