/* SPDX-License-Identifier: MIT */
/* What Debian's package manager knows about a file, read from its database: no program is run. */
#pragma once

#include <stdbool.h>

/* Is the file probably one of a package? That is: dpkg is here, and the path is not one that it leaves alone. */
bool dpkg_has_file(const char *path);

/*
 * The path by which dpkg-statoverride(1) knows the file at path, to be freed: of a file that dpkg-divert(1) has moved
 * away, that is the path in its package.
 */
char *dpkg_packaged_path(const char *path);

/* "root kvm 4750", which dpkg-statoverride(1) keeps for this path, to be freed; NULL: nothing. */
char *dpkg_override(const char *packaged_path);

/* Does this package have a file at this path? */
bool dpkg_package_has(const char *package, const char *path);

/* Visit each path to which a file with this name, without its directory, was moved. */
void dpkg_visit_diverted(const char *name, void (*visit)(const char *path, void *data), void *data);
