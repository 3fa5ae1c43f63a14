/* SPDX-License-Identifier: MIT */
#include "run_vmm.h"

#include "memory.h"
#include "message.h"

#include <stdbool.h>
#include <string.h>
#include <sysexits.h>

struct words {
    char **items;
    size_t count;
};

/* What is said about one card. */
struct vmm_card {
    const struct options_card *asked;
    size_t number; /* from 1 */
    char *mac;     /* ",mac=ADDRESS", in the words of the VMM, or "" */
    unsigned queues;
};

struct vmm {
    const char *name;
    bool is_prefix;
    bool is_qemu;
    bool has_queues;        /* it takes several descriptors for one card */
    const char *subcommand; /* the options come directly after it; NULL: they come last */
    const char *mac;        /* the name of the parameter for the address */
    const char *once;       /* an option that it takes only once, with several values; else NULL */
    void (*add)(struct words *words, const struct vmm_card *card);
};

/* Takes ownership of the word. */
static void add_word(struct words *words, char *word)
{
    words->items = memory_grow(words->items, words->count, sizeof words->items[0]);
    words->items[words->count++] = word;
}

/* QEMU's net/tap.c. There is one vector for each direction of each queue, one for control, one for configuration. */
static void add_qemu(struct words *words, const struct vmm_card *card)
{
    const char *fds = card->queues > 1 ? "fds=%FDS" : "fd=%FD";

    if (card->asked->name != NULL) {
        add_word(words, memory_copy("-netdev"));
        add_word(words, memory_format("tap,id=%s,%s%zu%%", card->asked->name, fds, card->number));
    } else if (card->queues == 1) {
        add_word(words, memory_copy("-nic"));
        add_word(words, memory_format("tap,%s%zu%%,model=virtio-net-pci%s", fds, card->number, card->mac));
    } else {
        add_word(words, memory_copy("-netdev"));
        add_word(words, memory_format("tap,id=vmnet%zu,%s%zu%%", card->number, fds, card->number));
        add_word(words, memory_copy("-device"));
        add_word(words, memory_format("virtio-net-pci,netdev=vmnet%zu,mq=on,vectors=%u%s", card->number,
                                      2 * card->queues + 2, card->mac));
    }
}

/* NetConfig in its vmm/src/config.rs: a queue there is one direction. */
static void add_cloud_hypervisor(struct words *words, const struct vmm_card *card)
{
    if (card->number == 1)
        add_word(words, memory_copy("--net"));
    if (card->queues > 1)
        add_word(words, memory_format("fd=[%%FDLIST%zu%%],num_queues=%u%s", card->number, 2 * card->queues, card->mac));
    else
        add_word(words, memory_format("fd=%%FD%zu%%%s", card->number, card->mac));
}

/* NetParameters in its devices/src/virtio/net.rs. With vq-pairs, it makes further queues itself, which needs root. */
static void add_crosvm(struct words *words, const struct vmm_card *card)
{
    add_word(words, memory_copy("--net"));
    add_word(words, memory_format("tap-fd=%%FD%zu%%%s", card->number, card->mac));
}

/* kvmtool's virtio/net.c: a tapif that begins with '/' keeps it from making a tap, and from configuring this one. */
static void add_lkvm(struct words *words, const struct vmm_card *card)
{
    add_word(words, memory_copy("--network"));
    add_word(words, memory_format("mode=tap,tapif=/,fd=%%FD%zu%%%s", card->number, card->mac));
}

/* All of them want the header of virtio-net before each frame, which the helper gives with --use-vnet. */
static const struct vmm vmms[] = {
    {.name = "qemu-system-", .is_prefix = true, .is_qemu = true, .has_queues = true, .mac = "mac", .add = add_qemu},
    {.name = "qemu-kvm", .is_qemu = true, .has_queues = true, .mac = "mac", .add = add_qemu},
    {.name = "kvm", .is_qemu = true, .has_queues = true, .mac = "mac", .add = add_qemu},
    {.name = "cloud-hypervisor", .has_queues = true, .mac = "mac", .once = "--net", .add = add_cloud_hypervisor},
    {.name = "crosvm", .subcommand = "run", .mac = "mac", .add = add_crosvm},
    {.name = "lkvm", .subcommand = "run", .mac = "guest_mac", .add = add_lkvm},
};

static const struct vmm *vmm_find(const char *command)
{
    const char *slash = strrchr(command, '/');
    const char *name = slash != NULL ? slash + 1 : command;

    for (size_t i = 0; i < sizeof vmms / sizeof vmms[0]; i++)
        if (vmms[i].is_prefix ? strncmp(vmms[i].name, name, strlen(vmms[i].name)) == 0
                              : strcmp(vmms[i].name, name) == 0)
            return &vmms[i];
    die(EX_USAGE,
        "do not know which option of '%s' takes a descriptor; write %%FD%% in its arguments, where the number belongs",
        name);
}

static void vmm_require_fits(const struct vmm *vmm, const struct taps *taps)
{
    if (taps->queues > 1 && !vmm->has_queues)
        die(EX_USAGE, "'%s' cannot be given several queues of a tap; leave --queues out", vmm->name);
    for (size_t i = 0; i < taps->cards_count; i++)
        if (taps->cards[i].name != NULL && !vmm->is_qemu)
            die(EX_USAGE, "--name is the id of a -netdev of QEMU, which '%s' does not have", vmm->name);
}

/* How many words come before the options. */
static size_t vmm_find_place(const struct vmm *vmm, char **words, size_t words_count)
{
    size_t once_len = vmm->once != NULL ? strlen(vmm->once) : 0;

    for (size_t i = 1; once_len > 0 && i < words_count; i++)
        if (strncmp(words[i], vmm->once, once_len) == 0 && (words[i][once_len] == '\0' || words[i][once_len] == '='))
            die(EX_USAGE, "'%s' takes %s only once, and it is there already; add a value with fd=%%FD%% to it",
                vmm->name, vmm->once);
    if (vmm->subcommand == NULL)
        return words_count;
    for (size_t i = 1; i < words_count; i++)
        if (strcmp(words[i], vmm->subcommand) == 0)
            return i + 1;
    die(EX_USAGE, "'%s' needs the subcommand '%s', which the option for the tap must follow", vmm->name,
        vmm->subcommand);
}

char **vmm_add_options(char **words, size_t words_count, const struct taps *taps)
{
    const struct vmm *vmm = vmm_find(words[0]);
    struct words added = {.items = NULL};
    size_t place;

    vmm_require_fits(vmm, taps);
    place = vmm_find_place(vmm, words, words_count);
    for (size_t i = 0; i < place; i++)
        add_word(&added, words[i]);
    for (size_t i = 0; i < taps->cards_count; i++) {
        const struct options_card *asked = &taps->cards[i];
        struct vmm_card card = {.asked = asked, .number = i + 1, .queues = taps->queues};
        card.mac = asked->mac != NULL ? memory_format(",%s=%s", vmm->mac, asked->mac) : memory_copy("");
        vmm->add(&added, &card);
    }
    for (size_t i = place; i < words_count; i++)
        add_word(&added, words[i]);
    add_word(&added, NULL);
    return added.items;
}
