/* Plans: what is read is what was written; what is wrong is refused with one line that names the field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "driver/load/result.h"
#include "driver/wire/wire_plan.h"
#include "driver/wire/wire_tables.h"
#include "tests/unit/driver/wire/random_values.h"

#define ROUNDS 500

static void random_plan(struct wire_plan *plan)
{
    *plan = (struct wire_plan){.id = "run-7_a.b",
                               .part = 1 + (unsigned)random_below(1000),
                               .drain = (int64_t)random_below(100000000000),
                               .patience = (int64_t)random_below(100000000000),
                               .load_count = 1 + random_below(3),
                               .epoch_count = 1};
    plan->loads = memory_allocate(plan->load_count, sizeof *plan->loads);
    for (size_t i = 0; i < plan->load_count; i++) {
        struct wire_load *load = &plan->loads[i];
        random_spec(&load->spec);
        load->port = (uint16_t)random_below(UINT16_MAX);
        load->slow_over = (int64_t)random_below(1000000000);
        load->files.ca = random_bool() ? memory_copy_text("-----BEGIN CERTIFICATE-----\n") : NULL;
        load->files.key = random_bool() ? memory_copy_text("secret\n") : NULL;
        (void)snprintf(load->address, sizeof load->address, "%s", random_bool() ? "127.0.0.1" : "fd00::1");
        if (load->spec.executor != EXECUTOR_SHARED_ITERATIONS && load->spec.executor != EXECUTOR_PER_VU_ITERATIONS && i == 0)
            plan->epoch_count = 1 + random_below(4);
        else if (load->spec.executor == EXECUTOR_SHARED_ITERATIONS || load->spec.executor == EXECUTOR_PER_VU_ITERATIONS)
            plan->epoch_count = 1;
    }
    plan->epochs = memory_allocate(plan->epoch_count, sizeof *plan->epochs);
    for (size_t i = 0; i < plan->epoch_count; i++) {
        struct wire_epoch *epoch = &plan->epochs[i];
        *epoch = (struct wire_epoch){.from = (int64_t)(i * 1000000000 + random_below(1000000000)), .count = 1 + random_below(64)};
        epoch->index = random_below(epoch->count);
        epoch->weights = random_bool() ? memory_allocate(epoch->count, sizeof *epoch->weights) : NULL;
        for (size_t k = 0; epoch->weights != NULL && k < epoch->count; k++)
            epoch->weights[k] = 1 + (uint32_t)random_below(100);
    }
}

static void assert_same_text(const char *left, const char *right)
{
    if (left == NULL || right == NULL)
        assert_ptr_equal(left, right);
    else
        assert_string_equal(left, right);
}

/* Bit by bit. */
static void assert_same_decimal(double left, double right)
{
    assert_memory_equal(&left, &right, sizeof left);
}

static void assert_same_labels(const struct load_label *left, size_t left_count, const struct load_label *right,
                               size_t right_count)
{
    assert_int_equal(left_count, right_count);
    for (size_t i = 0; i < left_count; i++) {
        assert_string_equal(left[i].key, right[i].key);
        assert_string_equal(left[i].value, right[i].value);
    }
}

static void assert_same_checks(const struct load_check *left, size_t left_count, const struct load_check *right,
                               size_t right_count)
{
    assert_int_equal(left_count, right_count);
    for (size_t i = 0; i < left_count; i++) {
        assert_string_equal(left[i].name, right[i].name);
        assert_string_equal(left[i].text, right[i].text);
    }
}

static void assert_same_requests(const struct load_spec *left, const struct load_spec *right)
{
    assert_int_equal(left->request_count, right->request_count);
    for (size_t i = 0; i < left->request_count; i++) {
        const struct request_spec *one = &left->requests[i];
        const struct request_spec *other = &right->requests[i];
        assert_string_equal(one->name, other->name);
        assert_int_equal(one->weight, other->weight);
        assert_string_equal(one->method, other->method);
        assert_string_equal(one->url, other->url);
        assert_int_equal(one->body_length, other->body_length);
        assert_memory_equal(one->body, other->body, one->body_length);
        assert_int_equal(one->timeout, other->timeout);
        assert_same_labels(one->tags, one->tag_count, other->tags, other->tag_count);
        assert_same_checks(one->checks, one->check_count, other->checks, other->check_count);
    }
}

static void assert_same_spec(const struct load_spec *left, const struct load_spec *right)
{
    assert_same_text(left->name, right->name);
    assert_int_equal(left->executor, right->executor);
    assert_same_decimal(left->start_rate, right->start_rate);
    assert_int_equal(left->stage_count, right->stage_count);
    for (size_t i = 0; i < left->stage_count; i++) {
        assert_int_equal(left->stages[i].duration, right->stages[i].duration);
        assert_same_decimal(left->stages[i].target, right->stages[i].target);
        assert_same_text(left->stages[i].phase, right->stages[i].phase);
    }
    assert_int_equal(left->header_count, right->header_count);
    for (size_t i = 0; i < left->header_count; i++) {
        assert_string_equal(left->headers[i].name, right->headers[i].name);
        assert_string_equal(left->headers[i].value, right->headers[i].value);
    }
    assert_int_equal(left->iterations, right->iterations);
    assert_int_equal(left->think_time, right->think_time);
    assert_int_equal(left->spacing, right->spacing);
    assert_int_equal(left->seed, right->seed);
    assert_int_equal(left->pacing, right->pacing);
    assert_string_equal(left->method, right->method);
    assert_string_equal(left->url, right->url);
    assert_same_text(left->body, right->body);
    assert_int_equal(left->body_length, right->body_length);
    assert_same_requests(left, right);
    assert_same_labels(left->tags, left->tag_count, right->tags, right->tag_count);
    assert_same_checks(left->checks, left->check_count, right->checks, right->check_count);
    assert_int_equal(left->think_time_most, right->think_time_most);
    assert_same_text(left->csv, right->csv);
    assert_int_equal(left->row_order, right->row_order);
    assert_int_equal(left->choice, right->choice);
    assert_int_equal(left->timeout, right->timeout);
    assert_int_equal(left->reuse, right->reuse);
    assert_int_equal(left->reuse_requests, right->reuse_requests);
    assert_int_equal(left->reuse_age, right->reuse_age);
    assert_int_equal(left->maximum_connections, right->maximum_connections);
    assert_int_equal(left->threads, right->threads);
    assert_same_text(left->tls.ca_file, right->tls.ca_file);
    assert_same_text(left->tls.certificate_file, right->tls.certificate_file);
    assert_same_text(left->tls.key_file, right->tls.key_file);
    assert_same_text(left->tls.server_name, right->tls.server_name);
    assert_int_equal(left->io, right->io);
    assert_int_equal(left->dns.ttl, right->dns.ttl);
    assert_int_equal(left->dns.select, right->dns.select);
    assert_int_equal(left->http, right->http);
    assert_int_equal(left->redirects, right->redirects);
    assert_int_equal(left->tls.insecure, right->tls.insecure);
    assert_int_equal(left->port, right->port);
}

static void assert_same_epoch(const struct wire_epoch *left, const struct wire_epoch *right)
{
    assert_int_equal(left->from, right->from);
    assert_int_equal(left->index, right->index);
    assert_int_equal(left->count, right->count);
    assert_int_equal(left->weights == NULL, right->weights == NULL);
    if (left->weights != NULL)
        assert_memory_equal(left->weights, right->weights, left->count * sizeof *left->weights);
}

static void test_plans_come_back_as_they_were(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct error error = ERROR_NONE;
        struct wire_plan plan;
        struct wire_plan back;
        random_plan(&plan);
        AUTO_FREE char *text = wire_plan_write(&plan, &error);
        assert_non_null(text);
        if (wire_plan_read(text, strlen(text), &back, &error) < 0)
            fail_msg("%s: %s", error.text, text);
        assert_string_equal(plan.id, back.id);
        assert_int_equal(plan.part, back.part);
        assert_int_equal(plan.drain, back.drain);
        assert_int_equal(plan.patience, back.patience);
        assert_int_equal(plan.load_count, back.load_count);
        for (size_t i = 0; i < plan.load_count; i++) {
            assert_same_spec(&plan.loads[i].spec, &back.loads[i].spec);
            assert_same_text(plan.loads[i].files.ca, back.loads[i].files.ca);
            assert_same_text(plan.loads[i].files.certificate, back.loads[i].files.certificate);
            assert_same_text(plan.loads[i].files.key, back.loads[i].files.key);
            assert_string_equal(plan.loads[i].address, back.loads[i].address);
            assert_int_equal(plan.loads[i].port, back.loads[i].port);
            assert_int_equal(plan.loads[i].slow_over, back.loads[i].slow_over);
        }
        assert_int_equal(plan.epoch_count, back.epoch_count);
        for (size_t i = 0; i < plan.epoch_count; i++)
            assert_same_epoch(&plan.epochs[i], &back.epochs[i]);
        AUTO_FREE char *again = wire_plan_write(&back, &error);
        assert_string_equal(text, again);
        wire_plan_release(&plan);
        wire_plan_release(&back);
    }
}

/* A member that was added to a struct and to no table would be lost on the way. Padding is all that may be left out, and what is
 * before first. */
static void assert_covered(const struct wire_table *table, size_t first, const char *name)
{
    AUTO_FREE char *covered = memory_allocate(table->size, 1);
    for (size_t i = 0; i < table->field_count; i++) {
        const struct wire_field *field = &table->fields[i];
        memset(covered + field->offset, 1, field->size);
        if (field->count_offset > 0)
            memset(covered + field->count_offset, 1, sizeof(size_t));
        if (field->table != NULL)
            assert_covered(field->table, 0, field->name);
    }
    for (size_t at = first; at < table->size; at++) {
        size_t begin = at;
        while (at < table->size && !covered[at])
            at++;
        if (at - begin >= 8 || (at > begin && at % 4 != 0))
            fail_msg("%s: bytes %zu to %zu of the struct are in no field of its table", name, begin, at);
    }
}

static void test_every_member_travels(void **state)
{
    (void)state;
    /* The answer says whose results they are, once for all. */
    assert_int_equal(offsetof(struct load_tick, part), 0);
    assert_int_equal(offsetof(struct load_row, part), 0);
    assert_int_equal(offsetof(struct load_exemplar, part), 0);
    assert_covered(&wire_spec_table, 0, "spec");
    assert_covered(&wire_tick_table, sizeof(int64_t), "tick");
    assert_covered(&wire_row_table, sizeof(int64_t), "row");
    assert_covered(&wire_exemplar_table, sizeof(unsigned), "exemplar");
}

#define SPEC "{\"executor\":\"constant-arrival-rate\",\"start_rate\":5,\"stages\":[{\"duration\":1000,\"target\":5}],"
#define URL "\"url\":\"http://a/\""
#define HEAD "{\"id\":\"a\",\"part\":1,"
#define LOADS "\"loads\":[{\"spec\":" SPEC URL "}}]"
#define EPOCHS "\"epochs\":[{\"from\":0,\"index\":0,\"count\":1}]"

static void test_missing_fields_have_their_usual_values(void **state)
{
    (void)state;
    static const char text[] = HEAD LOADS "," EPOCHS "}";
    struct error error = ERROR_NONE;
    struct wire_plan plan;
    assert_int_equal(wire_plan_read(text, strlen(text), &plan, &error), 0);
    assert_string_equal(plan.loads[0].spec.method, "GET");
    assert_string_equal(plan.loads[0].spec.pod_header, "X-Pod-Name");
    assert_int_equal(plan.loads[0].spec.maximum_connections, 2000);
    assert_null(plan.epochs[0].weights);
    wire_plan_release(&plan);
}

static void test_wrong_plans_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"", "plan: "},
        {"[]", "plan: expected an object"},
        {"{}", "plan: id: is missing"},
        {"{\"id\":\"a\",\"part\":0," LOADS "," EPOCHS "}", "plan: part: expected the generator's number, from 1"},
        {"{\"id\":\"a b\",\"part\":1," LOADS "," EPOCHS "}", "plan: id: expected letters, digits, \".\", \"_\" and \"-\""},
        {HEAD LOADS ",\"epochs\":[]}", "plan: epochs: expected a list of 1 to 512"},
        {HEAD LOADS "," EPOCHS ",\"more\":1}", "plan: unknown field \"more\""},
        {HEAD LOADS "," EPOCHS ",\"mo\\nre\":1}", "plan: unknown field \"mo re\""},
        {HEAD LOADS "," EPOCHS "," EPOCHS "}", "plan: epochs: is there twice"},
        {HEAD LOADS ",\"epochs\":[{\"from\":0,\"index\":1,\"count\":1}]}",
         "plan: epochs[0]: there is no generator 1 of 1 (at most 1024)"},
        {HEAD LOADS ",\"epochs\":[{\"from\":0.5,\"index\":0,\"count\":1}]}",
         "plan: epochs[0]: from: expected a whole number from 0 to 9007199254740992"},
        {HEAD LOADS ",\"epochs\":[{\"from\":0,\"index\":0,\"count\":2,\"weights\":[1]}]}",
         "plan: epochs[0]: weights: expected 2 whole numbers"},
        {HEAD LOADS ",\"epochs\":[{\"from\":0,\"index\":0,\"count\":2,\"weights\":[0,0]}]}",
         "plan: epochs[0]: the weights of the generators add up to 0, expected 1 to 100000"},
        {HEAD LOADS ",\"epochs\":[{\"from\":5,\"index\":0,\"count\":1},{\"from\":5,\"index\":0,\"count\":1}]}",
         "plan: epochs[1]: from: expected a moment after that of the epoch before"},
        {HEAD "\"loads\":[]," EPOCHS "}", "plan: loads: expected a list of 1 to 64"},
        {HEAD "\"loads\":[{\"spec\":" SPEC URL ",\"ur\":1}}]," EPOCHS "}", "plan: loads[0]: spec: unknown field \"ur\""},
        {HEAD "\"loads\":[{\"spec\":" SPEC "\"url\":\"ftp://a/\"}}]," EPOCHS "}",
         "plan: loads[0]: spec: expected a URL that begins with http:// or https://, not \"ftp://a/\""},
        {HEAD "\"loads\":[{\"spec\":" SPEC "\"url\":null}}]," EPOCHS "}",
         "plan: loads[0]: spec: url: expected a text of at most 65536 bytes"},
        {HEAD "\"loads\":[{\"spec\":" SPEC URL ",\"type\":\"cpu\"}}]," EPOCHS "}",
         "plan: loads[0]: spec: type: a generator sends requests, not loads on cpu"},
        {HEAD "\"loads\":[{\"spec\":" SPEC URL ",\"executor\":\"x\"}}]," EPOCHS "}",
         "plan: loads[0]: spec: executor: is there twice"},
        {HEAD "\"loads\":[{\"spec\":" SPEC URL ",\"pacing\":\"x\"}}]," EPOCHS "}",
         "plan: loads[0]: spec: pacing: expected frugal, precise and the like, not \"x\""},
        {HEAD "\"loads\":[{\"spec\":" SPEC URL ",\"headers\":[{\"name\":\"a b\",\"value\":\"\"}]}}]," EPOCHS "}",
         "plan: loads[0]: spec: headers[0]: \"a b\" is no header name"},
        {HEAD "\"loads\":[{\"spec\":" SPEC URL ",\"headers\":[{\"name\":\"a\",\"value\":\"\\r\\nb: c\"}]}}]," EPOCHS "}",
         "plan: loads[0]: spec: headers[0]: expected one line of text"},
        {HEAD "\"loads\":[{\"spec\":" SPEC URL ",\"maximum_connections\":1e9}}]," EPOCHS "}",
         "plan: loads[0]: spec: maximum_connections: expected a whole number from 0 to 20000"},
        {HEAD "\"loads\":[{\"spec\":" SPEC URL "},\"address\":\"nowhere\"}]," EPOCHS "}",
         "plan: loads[0]: address: \"nowhere\" is no IP address"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error error = ERROR_NONE;
        struct wire_plan plan;
        assert_int_equal(wire_plan_read(wrong[i].text, strlen(wrong[i].text), &plan, &error), -1);
        if (strncmp(error.text, wrong[i].why, strlen(wrong[i].why)) != 0)
            fail_msg("expected \"%s\", got \"%s\"", wrong[i].why, error.text);
    }
}

static void test_iterations_are_not_divided_anew(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "\"loads\":[{\"spec\":{\"executor\":\"shared-iterations\",\"start_rate\":5,\"iterations\":5," URL
             ",\"stages\":[{\"duration\":1000,\"target\":5}]}}],\"epochs\":[{\"from\":0,\"index\":0,\"count\":1},"
             "{\"from\":1,\"index\":0,\"count\":1}]}";
    struct error error = ERROR_NONE;
    struct wire_plan plan;
    assert_int_equal(wire_plan_read(text, strlen(text), &plan, &error), -1);
    assert_string_equal(error.text, "plan: epochs: expected one, since loads[0] counts iterations, which cannot be divided anew");
}

static void test_a_plan_that_is_too_long_is_refused(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct wire_epoch epoch = {.count = 1};
    struct wire_load load = {.slow_over = 0};
    struct wire_plan plan = {.id = "a", .part = 1, .load_count = 1, .loads = &load, .epoch_count = 1, .epochs = &epoch};
    random_spec(&load.spec);
    free(load.spec.body);
    load.spec.body = memory_allocate(WIRE_PLAN_MAXIMUM + 1, 1);
    memset(load.spec.body, 'a', WIRE_PLAN_MAXIMUM);
    load.spec.body_length = WIRE_PLAN_MAXIMUM;
    assert_null(wire_plan_write(&plan, &error));
    assert_string_equal(error.text, "a generator's plan may have 8 MiB at most; are bodies or data long?");
    load_spec_release(&load.spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans_come_back_as_they_were),           cmocka_unit_test(test_every_member_travels),
        cmocka_unit_test(test_missing_fields_have_their_usual_values), cmocka_unit_test(test_wrong_plans_are_refused),
        cmocka_unit_test(test_iterations_are_not_divided_anew),        cmocka_unit_test(test_a_plan_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
