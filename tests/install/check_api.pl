#!/usr/bin/perl
# SPDX-License-Identifier: MIT
#
# check_api.pl SOURCE_DIRECTORY LIBRARY ARCHIVE: is what the library exports what vmnetacl.h declares, and is that what
# the manual pages in libacl/ describe?
#
#   functions    in the header; exported by the shared library with a symbol version, and by the archive, and nothing
#                else; in the section NAME of one page; with the same prototype in its SYNOPSIS
#   structures   where a page shows one, as it is in the header
#   constants    in one of the pages
use strict;
use warnings;

my ($source, $library, $archive) = @ARGV;
die "usage: check_api.pl SOURCE_DIRECTORY LIBRARY ARCHIVE\n" unless defined $archive;
require($0 =~ s{[^/]*$}{header.pl}r);
my $failures = 0;

sub complain {
    my ($what) = @_;
    print STDERR "check_api: $what\n";
    $failures++;
}

sub compare_names {
    my ($what, $found, $wanted) = @_;
    my %is_found = map { $_ => 1 } @$found;
    my %is_wanted = map { $_ => 1 } @$wanted;
    complain("$what has no $_") for grep { !$is_found{$_} } sort keys %is_wanted;
    complain("$what has $_, which vmnetacl.h has not") for grep { !$is_wanted{$_} } sort keys %is_found;
}

my $header = read_header("$source/libacl/vmnetacl.h");
my %prototypes = %{$header->{prototypes}};
my @functions = sort keys %prototypes;
my %structures = map { my ($name, @members) = @$_; $name => join ';', @members } @{$header->{structures}};
my %constants = map { $_ => 1 } @{$header->{limits}}, map { @$_[1 .. $#$_] } @{$header->{enums}};
die "check_api: found too little in vmnetacl.h\n"
    if @functions < 10 || keys %structures < 10 || keys %constants < 80;

# What the library and the archive export.
my @exports;
for (read_output('nm', '-D', '--defined-only', $library)) {
    next if / A VMNETACL_\d+\.\d+$/;
    /^\w+ T (\w+)@\@VMNETACL_\d+\.\d+$/ or complain("$library exports: $_"), next;
    push @exports, $1;
}
compare_names($library, \@exports, \@functions);
compare_names($archive, [map { /^\w+ [A-Z] (\w+)$/ ? $1 : () } read_output('nm', '-g', '--defined-only', $archive)],
    \@functions);

# What the pages say.
my (@documented, $pages);
for my $path (sort glob "$source/libacl/*.3") {
    my $page = read_file($path);
    my ($name) = $page =~ /^\.Sh NAME\n(.*?)^\.Nd /ms;
    my @named = grep { $_ ne 'vmnetacl' } $name =~ /^\.Nm (\w+)/mg;
    push @documented, @named;
    my %shown;
    my ($synopsis) = $page =~ /^\.Sh SYNOPSIS\n(.*?)^\.Sh /ms;
    $synopsis =~ s/^\.Fn (\w+) (\w+)$/.Fo $1\n.Fa $2\n.Fc/mg;
    $synopsis =~ s/\\://g; # where groff may break the line
    while ($synopsis =~ /^\.Ft (.*)\n\.Fo (\w+)\n((?:\.Fa .*\n)+)\.Fc$/mg) {
        my ($type, $function, $parameters) = ($1, $2, $3);
        $shown{$function} = tidy("$type $function(" . join(',', $parameters =~ /^\.Fa "?(.*?)"?$/mg) . ')');
    }
    compare_names("SYNOPSIS of $path", [keys %shown], \@named);
    for my $function (grep { exists $prototypes{$_} } sort keys %shown) {
        complain("$path: the prototype is $shown{$function}, and in vmnetacl.h $prototypes{$function}")
            if $shown{$function} ne $prototypes{$function};
    }
    while ($page =~ /^struct (vmnetacl_\w+) \{\n(.*?)^\};$/msg) {
        my ($structure, $members) = ($1, tidy($2));
        $members =~ s/^ |;$//g;
        complain("$path shows another struct $structure than vmnetacl.h")
            if $members ne ($structures{$structure} // '');
    }
    $pages .= $page;
}
compare_names('NAME of all pages', \@documented, \@functions);
complain("$_ is in no page") for grep { $pages !~ /\b$_\b/ } sort keys %constants;
for my $structure (sort keys %structures) {
    complain("struct $structure is shown in no page") unless $pages =~ /^struct $structure \{$/m;
}
for my $constant ($pages =~ /\b(VMNETACL_[A-Z_]+[A-Z])\b/g) {
    complain("the pages have $constant, which vmnetacl.h has not")
        unless $constants{$constant} || $pages =~ /^\.Dt $constant 3$/m;
}
exit($failures > 0);
