#!/usr/bin/perl
# SPDX-License-Identifier: MIT
#
# check_messages.pl SOURCE_DIRECTORY: does the documentation hold every message and every exit status, and no others?
#
#   die() in helper/*.c                   the section DIAGNOSTICS of helper/vmnet-helper.8
#   EX_... in helper/*.c                  the section EXIT STATUS of the same, with the numbers of <sysexits.h>
#   die() in service/*.c                  the section DIAGNOSTICS of service/vmnet-helperd.8
#   die() in tools/run*.c                 the section DIAGNOSTICS of tools/vmnetctl.1
#   string literals with a blank in       the section DIAGNOSTICS of one of the pages in conf/, or of libacl/vmnetacl.3
#   libacl/*/*.[ch], which are its messages
#
# A message is compared up to its first "; ", after which stands advice that the pages give in other words. What a
# format fills in is a word of capitals in the page.
use strict;
use warnings;

my $source = shift // die "usage: check_messages.pl SOURCE_DIRECTORY\n";
my $literal = qr/"((?:[^"\\]|\\.)*)"/;
my $failures = 0;

sub complain {
    my ($what) = @_;
    print STDERR "check_messages: $what\n";
    $failures++;
}

sub read_file {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!\n";
    local $/ = undef;
    return scalar <$file>;
}

# The text of C files without comments, characters and preprocessor lines, and with the macros that are string literals put in.
sub read_code {
    my (%code, %macros);
    for my $path (@_) {
        my $text = read_file($path);
        $text =~ s{($literal)|/\*.*?\*/|'(?:[^'\\]|\\.)+'}{defined $1 ? $1 : ' '}gse;
        $macros{$1} = $2 while $text =~ /^#define\s+(\w+)\s+($literal)\s*$/mg;
        $text =~ s/^#.*$//mg;
        $text =~ s/\bstatic_assert\s*\([^;]*\);//g;
        $text =~ s/\b$_\b/$macros{$_}/g for keys %macros;
        # A parameter of a macro between two literals is a word that is filled in.
        $text =~ s{($literal)\s+[a-z]\w*\s+(?=")|($literal)}{defined $1 ? qq($1"%s") : $3}gse;
        $code{$path} = $text;
    }
    return %code;
}

# Adjacent literals are one string.
sub join_literals {
    my ($text) = @_;
    my $joined = join '', map { /^$literal$/ } $text =~ /"(?:[^"\\]|\\.)*"/g;
    $joined =~ s/\\(["'\\])/$1/g;
    return $joined;
}

sub without_advice {
    my ($message) = @_;
    $message =~ s/; .*//s;
    return $message;
}

# What stands in a section of a manual page, as lines of input.
sub read_section {
    my ($path, $section) = @_;
    my $text = read_file($path);
    $text =~ /^\.Sh \Q$section\E\n(.*?)(?=^\.Sh |\z)/ms or die "$path: no section $section\n";
    $text = $1;
    $text =~ s/\\\n//g;
    return split /\n/, $text;
}

# The messages in DIAGNOSTICS: the heads of lists and the lines of displays.
sub read_diagnostics {
    my ($path) = @_;
    my @messages;
    my $is_display = 0;
    for (read_section($path, 'DIAGNOSTICS')) {
        $is_display = 1, next if /^\.Bd /;
        $is_display = 0, next if /^\.Ed/;
        next unless s/^\.It // || $is_display;
        s/\\\(aq/'/g;
        s/\\-/-/g;
        s/\\&//g;
        push @messages, $_;
    }
    return @messages;
}

# Each format must fit a message of the page, and each message of the page a format.
sub compare_formats {
    my ($formats, $messages, $page) = @_;
    my %is_used;
    for my $format (sort keys %$formats) {
        my @parts = split /(%%)|%[.\d*]*z?[a-z]/, without_advice($format), -1;
        my $pattern = join '', map { !defined ? '.+?' : $_ eq '%%' ? '%' : quotemeta } @parts;
        my @fitting = grep { /^$pattern$/ } @$messages;
        $is_used{$_} = 1 for @fitting;
        complain("$formats->{$format}: not in DIAGNOSTICS of $page: " . without_advice($format)) unless @fitting;
    }
    for (@$messages) {
        complain("$page: nothing says: $_") unless $is_used{$_};
    }
}

sub check_program_messages {
    my ($page, $path_of_page, %code) = @_;
    my %formats;
    for my $path (sort keys %code) {
        my $calls = () = $code{$path} =~ /(?<!void )\bdie\s*\(/g;
        my $read = 0;
        while ($code{$path} =~ /\bdie\s*\([\w\s=?:]+,\s*((?:"(?:[^"\\]|\\.)*"\s*)+)[,)]/g) {
            $formats{join_literals($1)} = $path;
            $read++;
        }
        complain("$path: $calls calls of die(), of which $read have a literal format")
            if $calls != $read;
        # What else is told: an empty text is no message, and one that is not literal comes from elsewhere.
        $formats{join_literals($1)} = $path
            while $code{$path} =~ /\bmessage_tell\s*\(\w+,\s*((?:"(?:[^"\\]|\\.)+"\s*)+)\)/g;
    }
    complain("no call of die() found") unless %formats;
    compare_formats(\%formats, [read_diagnostics("$source/$path_of_page")], $page);
}

sub check_statuses {
    my %code = @_;
    my (%in_code, %in_page, %number);
    my $header = read_file('/usr/include/sysexits.h');

    for my $text (values %code) {
        $in_code{$_} = 1 for $text =~ /\b(EX_[A-Z]+)\b/g;
    }
    $number{$1} = $2 while $header =~ /^#define\s+(EX_\w+)\s+(\d+)/mg;
    for (read_section("$source/helper/vmnet-helper.8", 'EXIT STATUS')) {
        $in_page{$2} = $1 if /^\.It (\d+) Pq Dv (EX_\w+)$/;
    }
    for (sort keys %in_code) {
        complain("$_ is not in EXIT STATUS of vmnet-helper(8)") unless exists $in_page{$_};
    }
    for (sort keys %in_page) {
        complain("EXIT STATUS of vmnet-helper(8) has $_, which no file in helper/ uses") unless $in_code{$_};
        complain("EXIT STATUS of vmnet-helper(8) says that $_ is $in_page{$_}") unless $number{$_} == $in_page{$_};
    }
}

# The messages of the library are the formats with a blank; in these files other texts have one.
sub check_library_messages {
    my %code = @_;
    my @pages = qw(conf/vmnet-bridge.conf.5 conf/vmnet-rules.5 conf/vmnet-switch.conf.5 libacl/vmnetacl.3);
    my @messages = map { read_diagnostics("$source/$_") } @pages;
    my %formats;
    delete @code{map { "$source/libacl/$_" } qw(report/rule_text.c text/codes.c read/path.h)};
    for my $path (sort keys %code) {
        while ($code{$path} =~ /((?:"(?:[^"\\]|\\.)*"\s*)+)/g) {
            my $format = join_literals($1);
            # Nor is the line that stands for a missing switch.conf.
            $formats{$format} = $path if without_advice($format) =~ /[a-z] / && $format ne 'acl: files qemu';
        }
    }
    complain("no message found in libacl/") unless %formats;
    compare_formats(\%formats, \@messages, 'a page about the rules, or of vmnetacl(3)');
}

my %helper = read_code(grep { !m{/filter_generate\.c$} } glob "$source/helper/*.c");
check_program_messages('vmnet-helper(8)', 'helper/vmnet-helper.8', %helper);
check_program_messages('vmnet-helperd(8)', 'service/vmnet-helperd.8', read_code(glob "$source/service/*.c"));
check_program_messages('vmnetctl(1)', 'tools/vmnetctl.1', read_code(glob "$source/tools/run*.c"));
check_statuses(%helper);
check_library_messages(read_code(glob "$source/libacl/*.h $source/libacl/*/*.[ch]"));
exit($failures > 0);
