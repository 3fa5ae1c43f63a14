#!/usr/bin/perl
# SPDX-License-Identifier: MIT
#
# abi.pl SOURCE_DIRECTORY LIBRARY COMPILER WORK_DIRECTORY: print the binary interface of libvmnetacl: functions with
# their symbol versions, the sizes of structures with the offset and the size of each member, and the values of
# constants. What a thing is called and declared as is taken from vmnetacl.h, and numbers from a program that the
# compiler makes of it: two compilers that agree print the same.
use strict;
use warnings;

my ($source, $library, $compiler, $work) = @ARGV;
die "usage: abi.pl SOURCE_DIRECTORY LIBRARY COMPILER WORK_DIRECTORY\n" unless defined $work;
require($0 =~ s{[^/]*$}{header.pl}r);

# print_line(FORMAT, ARGUMENT...): a line of the program
sub print_line {
    my ($format, @arguments) = @_;
    return qq{    printf("$format\\n"} . join('', map { ", $_" } @arguments) . ");\n";
}

my $header = read_header("$source/libacl/vmnetacl.h");
my $program = "#include <stdio.h>\n#include <vmnetacl.h>\nint main(void)\n{\n";
for (@{$header->{structures}}) {
    my ($name, @members) = @$_;
    $program .= print_line("struct $name: %zu bytes", "sizeof(struct $name)");
    for my $member (@members) {
        my ($called) = $member =~ /(\w+)(?:\[[\w +]+\])?$/;
        $program .= print_line("    %4zu %4zu $member", "offsetof(struct $name, $called)",
            "sizeof((struct $name *)0)->$called");
    }
}
for (@{$header->{enums}}) {
    my ($name, @constants) = @$_;
    $program .= print_line("enum $name: %zu bytes", "sizeof(enum $name)");
    $program .= print_line("    %4d $_", "(int)$_") for @constants;
}
$program .= "    return 0;\n}\n";
open my $file, '>', "$work/abi.c" or die "$work/abi.c: $!\n";
print $file $program;
close $file or die "$work/abi.c: $!\n";
system($compiler, "-I$source/libacl", '-o', "$work/abi", "$work/abi.c") == 0 or die "abi.pl: cannot compile $work/abi.c\n";

print "# SPDX-License-Identifier: MIT\n",
    "# The binary interface of libvmnetacl on x86-64, as tests/install/abi.pl prints it; see tests/install/abi.sh.\n";
print map { /\(SONAME\).*\[(.*)\]/ ? "$1\n" : () } read_output('readelf', '-dW', $library);
for (sort map { /^\w+ T (\w+@\@\w+\.\d+)$/ ? $1 : () } read_output('nm', '-D', '--defined-only', $library)) {
    my ($function) = /^(\w+)/;
    my $prototype = $header->{prototypes}{$function} // '?';
    $prototype =~ s/,/, /g;
    print "$_\n    $prototype\n";
}
print read_output("$work/abi");
