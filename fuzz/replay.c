/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target on each file of a directory: in builds without libFuzzer, and with any compiler. */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

static void replay(const char *directory, const char *name)
{
    char path[4096];
    FILE *file;
    uint8_t *data = NULL;
    size_t size = 0;
    size_t count;

    HOLDS(snprintf(path, sizeof path, "%s/%s", directory, name) < (int)sizeof path);
    file = fopen(path, "rb");
    HOLDS(file != NULL);
    do {
        uint8_t *more = realloc(data, size + 4096);
        HOLDS(more != NULL);
        data = more;
        count = fread(data + size, 1, 4096, file);
        size += count;
    } while (count > 0);
    HOLDS(!ferror(file) && fclose(file) == 0);
    /* Exactly as long as its bytes, so that a sanitizer sees a read after them. */
    data = realloc(data, size > 0 ? size : 1);
    HOLDS(data != NULL);
    printf("%s\n", path);
    HOLDS(fflush(stdout) == 0); /* the last line tells which one it was */
    HOLDS(LLVMFuzzerTestOneInput(data, size) == 0);
    free(data);
}

int main(int argc, char *argv[])
{
    size_t count = 0;

    for (int i = 1; i < argc; i++) {
        DIR *directory = opendir(argv[i]);
        HOLDS(directory != NULL);
        for (struct dirent *entry; (entry = readdir(directory)) != NULL; count++)
            if (entry->d_name[0] != '.')
                replay(argv[i], entry->d_name);
        HOLDS(closedir(directory) == 0);
    }
    HOLDS(count > 2); /* more than "." and "..": a directory that is empty replays nothing */
    return EXIT_SUCCESS;
}
