/* SPDX-License-Identifier: MIT */
/*
 * The input is the arguments after the program's name, with a NUL after each. die() comes back here.
 */
#include "fuzz.h"
#include "request.h"

#include <setjmp.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sysexits.h>

#define ARGUMENTS_MAX 16

static jmp_buf refused;

noreturn void __wrap_die(int code, const char *format, ...);

noreturn void __wrap_die(int code, const char *format, ...)
{
    HOLDS(code == EX_USAGE && format != NULL);
    longjmp(refused, 1);
}

static void check_request(const struct request *request, char *const argv[], int argc)
{
    const char *bridge = NULL;
    const char *fd = NULL;
    bool use_vnet = false;

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--br=", 5) == 0)
            bridge = argv[i] + 5;
        else if (strcmp(argv[i], "--use-vnet") == 0)
            use_vnet = true;
        else
            fd = argv[i] + 5;
        HOLDS(strcmp(argv[i], "--use-vnet") == 0 || strncmp(argv[i], "--br=", 5) == 0 ||
              strncmp(argv[i], "--fd=", 5) == 0);
    }
    HOLDS(bridge != NULL && strcmp(request->bridge, bridge) == 0 && vmnetacl_name_valid(bridge, strlen(bridge)));
    HOLDS(fd != NULL && *fd != '\0' && strspn(fd, "0123456789") == strlen(fd));
    HOLDS(request->use_vnet == use_vnet && strtoull(fd, NULL, 10) == (unsigned long long)request->fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *argv[ARGUMENTS_MAX + 1];
    static char program[] = "vmnet-helper";
    static struct request request;
    char *volatile text = malloc(size + 1);
    volatile int argc = 1;

    HOLDS(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    argv[0] = program;
    for (char *at = text; at < text + size && argc < ARGUMENTS_MAX; at += strlen(at) + 1)
        argv[argc++] = at;
    argv[argc] = NULL;
    if (setjmp(refused) == 0) {
        request_read(&request, argc, argv);
        check_request(&request, argv, argc);
    }
    free(text);
    return 0;
}
