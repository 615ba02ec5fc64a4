#include "driver/report/pairing.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/analyze/texts.h"
#include "driver/analyze/verdict.h"

#define LONGEST_VERDICT 65536

static void add_variant(struct run_figures *pairing, const struct variant_figures *variant, char side)
{
    struct variant_figures *copy = &pairing->variants[pairing->variant_count++];
    *copy = *variant;
    copy->name = texts_format(pairing->texts, "%s (%c)", variant->name, side);
    copy->title = "";
}

static bool has_variant(const struct run_figures *figures, const char *name)
{
    for (size_t index = 0; index < figures->variant_count; index++) {
        if (strcmp(figures->variants[index].name, name) == 0)
            return true;
    }
    return false;
}

static void add_named(struct run_figures *pairing, const struct run_figures *figures, const char *name, char side)
{
    for (size_t index = 0; index < figures->variant_count; index++) {
        if (strcmp(figures->variants[index].name, name) == 0)
            add_variant(pairing, &figures->variants[index], side);
    }
}

static void add_variants(struct run_figures *pairing, const struct run_figures *left, const struct run_figures *right)
{
    size_t most = left->variant_count + right->variant_count;
    pairing->variants = memory_allocate(most > 0 ? most : 1, sizeof *pairing->variants);
    for (size_t index = 0; index < left->variant_count; index++) {
        const char *name = left->variants[index].name;
        add_variant(pairing, &left->variants[index], 'A');
        add_named(pairing, right, name, 'B');
    }
    for (size_t index = 0; index < right->variant_count; index++) {
        if (!has_variant(left, right->variants[index].name))
            add_variant(pairing, &right->variants[index], 'B');
    }
}

static const char *describe(struct run_figures *pairing, const struct run_figures *run, char side)
{
    char date[CLOCK_TEXT_SIZE];
    clock_format_seconds(run->started_wall, date);
    return texts_format(pairing->texts, "%c: %s, %s, cluster %s %s, pace %s, %s, lesson hash %.12s%s", side, run->lesson_name,
                        date, run->cluster, run->cluster_version, run->pace, run->machine, run->lesson_hash,
                        run->complete ? "" : ", incomplete");
}

static const char *either(const char *left, const char *right)
{
    return strcmp(left, right) == 0 ? left : "(differs)";
}

static void describe_both(struct run_figures *pairing, const struct run_figures *left, const struct run_figures *right)
{
    pairing->lesson_name = either(left->lesson_name, right->lesson_name);
    pairing->lesson_title =
        texts_format(pairing->texts, "Two runs compared: %s (A) and %s (B)", left->lesson_name, right->lesson_name);
    pairing->lesson_file = either(left->lesson_file, right->lesson_file);
    pairing->lesson_hash = either(left->lesson_hash, right->lesson_hash);
    pairing->explanation = "";
    pairing->cluster = either(left->cluster, right->cluster);
    pairing->cluster_version = strcmp(left->cluster_version, right->cluster_version) == 0 ? left->cluster_version : "";
    pairing->pace = either(left->pace, right->pace);
    pairing->machine = either(left->machine, right->machine);
    pairing->command = "";
    pairing->started_wall = left->started_wall;
    pairing->complete = left->complete && right->complete;
    pairing->notes = memory_allocate(2, sizeof *pairing->notes);
    pairing->notes[pairing->note_count++] = describe(pairing, left, 'A');
    pairing->notes[pairing->note_count++] = describe(pairing, right, 'B');
    pairing->passed = left->passed + right->passed;
    pairing->failed = left->failed + right->failed;
    pairing->no_data = left->no_data + right->no_data;
}

struct run_figures *pairing_make(const struct run_figures *left, const struct run_figures *right)
{
    struct run_figures *pairing = memory_allocate(1, sizeof *pairing);
    struct buffer verdict;
    pairing->texts = texts_create();
    describe_both(pairing, left, right);
    add_variants(pairing, left, right);
    buffer_init(&verdict, LONGEST_VERDICT);
    verdict_write(pairing->variants, pairing->variant_count, &verdict);
    pairing->verdict = texts_keep(pairing->texts, verdict.data);
    pairing->fault = texts_keep(pairing->texts, "");
    buffer_release(&verdict);
    return pairing;
}

void pairing_release(struct run_figures *pairing)
{
    free(pairing->variants);
    free(pairing->notes);
    texts_destroy(pairing->texts);
    free(pairing);
}
