# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Read with "." by tests: lintian and blhc find nothing.

# lint_deb DIRECTORY TAGS [COMMAND...]: check the packages there, and the log of their build, DIRECTORY/build.log. TAGS,
# each ",TAG", are ignored. COMMAND runs the programs, for example in another system.
#
# Two more tags are ignored, about an upload to Debian: which bug it closes, and where it finds new releases.
lint_deb() {
    lint_directory=$1 lint_tags=initial-upload-closes-no-bugs,debian-watch-file-is-missing$2
    shift 2
    # shellcheck disable=SC2016 # for the inner shell
    lint_found=$("$@" sh -c 'lintian --allow-root --display-info --display-experimental --pedantic --suppress-tags "$2" \
        "$1"/*.changes' - "$lint_directory" "$lint_tags" 2>&1) || true
    [ -z "$lint_found" ] || { printf 'FAILED: lintian:\n%s\n' "$lint_found" >&2; exit 1; }
    lint_found=$("$@" blhc "$lint_directory/build.log" 2>&1) || { printf 'FAILED: blhc:\n%s\n' "$lint_found" >&2; exit 1; }
}
