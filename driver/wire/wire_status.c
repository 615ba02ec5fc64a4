#include "driver/wire/wire_status.h"

#include "driver/wire/wire_field.h"

#define MOST_CORES 100000.0

static const char *state_word(unsigned state)
{
    static const char *const words[WIRE_STATE_COUNT] = {
        [WIRE_IDLE] = "idle",         [WIRE_PLANNED] = "planned", [WIRE_RUNNING] = "running",
        [WIRE_FINISHED] = "finished", [WIRE_STOPPED] = "stopped", [WIRE_FAILED] = "failed",
    };
    return words[state];
}

const char *wire_state_name(enum wire_state state)
{
    return state_word(state);
}

static const struct wire_field status_fields[] = {
    {WIRE_MEMBER(struct wire_status, state, true, WIRE_CHOICE), .maximum = WIRE_STATE_COUNT - 1, .word = state_word},
    {WIRE_MEMBER(struct wire_status, terminating, true, WIRE_BOOLEAN)},
    {WIRE_MEMBER(struct wire_status, part, true, WIRE_WHOLE), .maximum = INT32_MAX},
    {WIRE_MEMBER(struct wire_status, now, true, WIRE_MOMENT)},
    {WIRE_MEMBER(struct wire_status, plan, true, WIRE_NAME)},
    {WIRE_MEMBER(struct wire_status, epochs, true, WIRE_WHOLE), .maximum = WIRE_MOST_EPOCHS},
    {WIRE_MEMBER(struct wire_status, at, true, WIRE_MOMENT)},
    {WIRE_MEMBER(struct wire_status, next, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct wire_status, lost, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct wire_status, cpu, true, WIRE_DECIMAL), .maximum = MOST_CORES},
    {WIRE_MEMBER(struct wire_status, memory, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct wire_status, lag, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct wire_status, limit, true, WIRE_NAME)},
    {WIRE_MEMBER(struct wire_status, limit_text, true, WIRE_NAME)},
    {WIRE_MEMBER(struct wire_status, error, true, WIRE_NAME)},
};
static const struct wire_table status_table = WIRE_TABLE(struct wire_status, status_fields);

static const struct wire_field start_fields[] = {
    {WIRE_MEMBER(struct wire_start, plan, true, WIRE_NAME)},
    {WIRE_MEMBER(struct wire_start, at, true, WIRE_MOMENT)},
};
static const struct wire_table start_table = WIRE_TABLE(struct wire_start, start_fields);

static char *write_small(const struct wire_table *table, const void *from)
{
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, WIRE_STATUS_MAXIMUM);
    wire_write(table, from, &text);
    return buffer_steal(&text);
}

static int read_small(const struct wire_table *table, const char *text, size_t length, void *to, const char *what,
                      struct error *error)
{
    if (length > WIRE_STATUS_MAXIMUM)
        return error_set(error, "%s: more than %zu KiB", what, WIRE_STATUS_MAXIMUM >> 10);
    AUTO_JSON cJSON *tree = json_parse(text, length, error);
    if (tree == NULL || wire_read(table, tree, to, error) < 0)
        return wire_fail(what, error);
    return 0;
}

char *wire_status_write(const struct wire_status *status)
{
    return write_small(&status_table, status);
}

int wire_status_read(const char *text, size_t length, struct wire_status *status, struct error *error)
{
    *status = (struct wire_status){.part = 0};
    return read_small(&status_table, text, length, status, "status", error);
}

char *wire_start_write(const struct wire_start *start)
{
    return write_small(&start_table, start);
}

int wire_start_read(const char *text, size_t length, struct wire_start *start, struct error *error)
{
    *start = (struct wire_start){.at = 0};
    if (read_small(&start_table, text, length, start, "start", error) < 0)
        return -1;
    return wire_id_is_valid(start->plan) ? 0 : error_set(error, "start: plan: expected a plan's id");
}
