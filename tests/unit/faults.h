/* SPDX-License-Identifier: MIT */
/*
 * Faults at the n-th call, in a program that is linked with -Wl,--wrap for each of these functions: those that libacl
 * calls go through here, those of the C library and of cmocka do not.
 */
#ifndef UNIT_FAULTS_H
#define UNIT_FAULTS_H

#include <stddef.h>

enum fault_call {
    FAULT_ALLOCATION, /* malloc, calloc, realloc, reallocarray, strndup */
    FAULT_OPEN,       /* open, openat */
    FAULT_READ,
    FAULT_FSTAT,
    FAULT_FSTATFS,
    FAULT_READLINKAT,
    FAULT_FDOPENDIR,
    FAULT_READDIR,
    FAULT_CALLS_COUNT,
};

struct faults {
    enum fault_call call; /* what fails */
    size_t first;         /* from 1: the first call to fail; 0: none */
    size_t last;          /* the last call to fail */
    int error;            /* with this errno */
    void (*before_read)(int fd);
    void (*before_fstat)(int fd);
    size_t short_read; /* at most so many bytes at once; 0: no limit */
    /* What was seen since faults_start(). */
    size_t calls[FAULT_CALLS_COUNT];
    long live_allocations;
    long open_descriptors;
};

extern struct faults faults;

/* Count from zero, with no fault. */
void faults_start(void);

#endif
