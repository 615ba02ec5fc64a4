#include "driver/wire/wire_plan.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "driver/load/limits.h"
#include "driver/load/segment.h"
#include "driver/wire/wire_spec.h"
#include "driver/wire/wire_tables.h"

_Static_assert(WIRE_MOST_PARTS == SEGMENT_MOST_GENERATORS, "a plan has room for as many generators as there are segments");

static const struct wire_field file_fields[] = {
    {WIRE_MEMBER(struct wire_files, ca, false, WIRE_TEXT_OR_NULL), .maximum = WIRE_FILE_MAXIMUM},
    {WIRE_MEMBER(struct wire_files, certificate, false, WIRE_TEXT_OR_NULL), .maximum = WIRE_FILE_MAXIMUM},
    {WIRE_MEMBER(struct wire_files, key, false, WIRE_TEXT_OR_NULL), .maximum = WIRE_FILE_MAXIMUM},
};
static const struct wire_table file_table = WIRE_TABLE(struct wire_files, file_fields);

static const struct wire_field load_fields[] = {
    {WIRE_MEMBER(struct wire_load, spec, true, WIRE_OBJECT), .table = &wire_spec_table},
    {WIRE_MEMBER(struct wire_load, address, false, WIRE_NAME)},
    {WIRE_MEMBER(struct wire_load, port, false, WIRE_WHOLE), .maximum = UINT16_MAX},
    {WIRE_MEMBER(struct wire_load, files, false, WIRE_OBJECT), .table = &file_table},
    {WIRE_MEMBER(struct wire_load, slow_over, false, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
};
static const struct wire_table load_table = WIRE_TABLE(struct wire_load, load_fields);

static const struct wire_field epoch_fields[] = {
    {WIRE_MEMBER(struct wire_epoch, from, true, WIRE_WHOLE), .maximum = WIRE_MOST_WHOLE},
    {WIRE_MEMBER(struct wire_epoch, index, true, WIRE_WHOLE), .maximum = WIRE_MOST_PARTS - 1},
    {WIRE_MEMBER(struct wire_epoch, count, true, WIRE_WHOLE), .maximum = WIRE_MOST_PARTS},
    {WIRE_MEMBER(struct wire_epoch, weights, false, WIRE_NUMBERS), .maximum = UINT32_MAX,
     .count_offset = offsetof(struct wire_epoch, count)},
};
static const struct wire_table epoch_table = WIRE_TABLE(struct wire_epoch, epoch_fields);

static const struct wire_field plan_fields[] = {
    {WIRE_MEMBER(struct wire_plan, id, true, WIRE_NAME)},
    {WIRE_MEMBER(struct wire_plan, part, true, WIRE_WHOLE), .maximum = WIRE_MOST_WHOLE},
    {WIRE_MEMBER(struct wire_plan, drain, false, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
    {WIRE_MEMBER(struct wire_plan, patience, false, WIRE_WHOLE), .maximum = (double)LOAD_LONGEST_STAGE},
    {WIRE_MEMBER(struct wire_plan, loads, true, WIRE_ARRAY), .minimum = 1, .maximum = WIRE_MOST_LOADS,
     .count_offset = offsetof(struct wire_plan, load_count), .table = &load_table},
    {WIRE_MEMBER(struct wire_plan, epochs, true, WIRE_ARRAY), .minimum = 1, .maximum = WIRE_MOST_EPOCHS,
     .count_offset = offsetof(struct wire_plan, epoch_count), .table = &epoch_table},
};
static const struct wire_table plan_table = WIRE_TABLE(struct wire_plan, plan_fields);

char *wire_plan_write(const struct wire_plan *plan, struct error *error)
{
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, WIRE_PLAN_MAXIMUM);
    wire_write(&plan_table, plan, &text);
    if (!text.overflowed)
        return buffer_steal(&text);
    (void)error_set(error, "a generator's plan may have %zu MiB at most; are bodies or data long?", WIRE_PLAN_MAXIMUM >> 20);
    return NULL;
}

bool wire_id_is_valid(const char *id)
{
    return id[0] != '\0' && id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")] == '\0';
}

static int check_load(const struct wire_load *load, struct error *error)
{
    unsigned char address[sizeof(struct in6_addr)];
    if (load->address[0] != '\0' && inet_pton(AF_INET, load->address, address) != 1 &&
        inet_pton(AF_INET6, load->address, address) != 1)
        return error_set(error, "address: \"%s\" is no IP address", load->address);
    return wire_spec_check(&load->spec, error) < 0 ? error_context(error, "spec") : 0;
}

static int check_epochs(const struct wire_plan *plan, struct error *error)
{
    for (size_t i = 0; i < plan->epoch_count; i++) {
        const struct wire_epoch *epoch = &plan->epochs[i];
        if (i > 0 && epoch->from <= plan->epochs[i - 1].from)
            return error_set(error, "epochs[%zu]: from: expected a moment after that of the epoch before", i);
        struct segment *segment = segment_create(epoch->index, epoch->count, epoch->weights, error);
        if (segment == NULL)
            return error_context(error, "epochs[%zu]", i);
        segment_destroy(segment);
    }
    return 0;
}

/* Iterations that are counted belong to no moment. */
static int check_division(const struct wire_plan *plan, struct error *error)
{
    for (size_t i = 0; i < plan->load_count && plan->epoch_count > 1; i++) {
        enum load_executor executor = plan->loads[i].spec.executor;
        if (executor == EXECUTOR_SHARED_ITERATIONS || executor == EXECUTOR_PER_VU_ITERATIONS)
            return error_set(error, "epochs: expected one, since loads[%zu] counts iterations, which cannot be divided anew", i);
    }
    return 0;
}

static int check_plan(const struct wire_plan *plan, struct error *error)
{
    if (!wire_id_is_valid(plan->id))
        return error_set(error, "id: expected letters, digits, \".\", \"_\" and \"-\"");
    if (plan->part == 0 || plan->part > INT32_MAX)
        return error_set(error, "part: expected the generator's number, from 1");
    for (size_t i = 0; i < plan->load_count; i++)
        if (check_load(&plan->loads[i], error) < 0)
            return error_context(error, "loads[%zu]", i);
    return check_epochs(plan, error) < 0 ? -1 : check_division(plan, error);
}

int wire_plan_read(const char *text, size_t length, struct wire_plan *plan, struct error *error)
{
    *plan = (struct wire_plan){.part = 0};
    if (length > WIRE_PLAN_MAXIMUM)
        return error_set(error, "the plan is longer than %zu MiB", WIRE_PLAN_MAXIMUM >> 20);
    AUTO_JSON cJSON *tree = json_parse(text, length, error);
    if (tree == NULL || wire_read(&plan_table, tree, plan, error) < 0 || check_plan(plan, error) < 0) {
        wire_plan_release(plan);
        return wire_fail("plan", error);
    }
    return 0;
}

void wire_plan_release(struct wire_plan *plan)
{
    for (size_t i = 0; i < plan->load_count; i++) {
        load_spec_release(&plan->loads[i].spec);
        wire_files_release(&plan->loads[i].files);
    }
    for (size_t i = 0; i < plan->epoch_count; i++)
        free(plan->epochs[i].weights);
    free(plan->loads);
    free(plan->epochs);
    *plan = (struct wire_plan){.part = 0};
}
