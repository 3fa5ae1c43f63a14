/* SPDX-License-Identifier: MIT
 *
 * peak FILE COMMAND [ARGUMENT...]: run the command, write to FILE how many KiB of memory it had in use at most, and
 * exit with its status. What counts are resident pages (ru_maxrss of getrusage(2)), which do not depend on the
 * machine's load. This program is small, so that what it has in use when it forks hides nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(125);
}

int main(int argc, char **argv)
{
    struct rusage usage;
    FILE *file;
    pid_t pid;
    int status;

    if (argc < 3) {
        fprintf(stderr, "usage: peak FILE COMMAND [ARGUMENT...]\n");
        return 125;
    }
    pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        execv(argv[2], argv + 2);
        die(argv[2]);
    }
    if (waitpid(pid, &status, 0) != pid || getrusage(RUSAGE_CHILDREN, &usage) != 0)
        die("wait");
    file = fopen(argv[1], "we");
    if (file == NULL || fprintf(file, "%ld\n", usage.ru_maxrss) < 0 || fclose(file) != 0)
        die(argv[1]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
