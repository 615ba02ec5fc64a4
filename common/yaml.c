#include "common/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

struct reader {
    const char *name;
    yaml_document_t *document;
    size_t nodes;
    struct error *error;
};

static void node_destroy(struct yaml_node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->count; i++) {
        if (node->keys != NULL)
            node_destroy(node->keys[i]);
        node_destroy(node->values[i]);
    }
    free(node->keys);
    free(node->values);
    free(node->text);
    free(node);
}

static int line_of(yaml_mark_t mark)
{
    return (int)mark.line + 1;
}

static int column_of(yaml_mark_t mark)
{
    return (int)mark.column + 1;
}

static struct yaml_node *convert(struct reader *reader, int index, int depth);

static struct yaml_node *refuse(struct reader *reader, const yaml_node_t *source, const char *reason)
{
    (void)error_set(reader->error, "%s:%d:%d: %s", reader->name, line_of(source->start_mark), column_of(source->start_mark),
                    reason);
    return NULL;
}

static int convert_sequence(struct reader *reader, const yaml_node_t *source, struct yaml_node *node, int depth)
{
    size_t count = (size_t)(source->data.sequence.items.top - source->data.sequence.items.start);
    node->values = memory_allocate(count, sizeof *node->values);
    for (; node->count < count; node->count++) {
        node->values[node->count] = convert(reader, source->data.sequence.items.start[node->count], depth + 1);
        if (node->values[node->count] == NULL)
            return -1;
    }
    return 0;
}

static int convert_pair(struct reader *reader, const yaml_node_pair_t *pair, struct yaml_node *node, int depth)
{
    struct yaml_node *key = convert(reader, pair->key, depth + 1);
    if (key == NULL)
        return -1;
    node->keys[node->count] = key;
    node->count++;
    if (key->kind != YAML_SCALAR)
        return error_set(reader->error, "%s:%d:%d: expected a plain key", reader->name, key->line, key->column);
    node->values[node->count - 1] = convert(reader, pair->value, depth + 1);
    return node->values[node->count - 1] == NULL ? -1 : 0;
}

static int compare_keys(const void *left, const void *right)
{
    const struct yaml_node *first = *(const struct yaml_node *const *)left;
    const struct yaml_node *second = *(const struct yaml_node *const *)right;
    int order = strcmp(first->text, second->text);
    if (order == 0)
        order = (first->line > second->line) - (first->line < second->line);
    return order != 0 ? order : (first->column > second->column) - (first->column < second->column);
}

/* By sorting: a mapping of very many keys may not cost the square of their number. */
static int refuse_doubled_keys(struct reader *reader, const struct yaml_node *node)
{
    AUTO_FREE struct yaml_node **sorted = memory_allocate(node->count, sizeof(struct yaml_node *));
    if (node->count > 0)
        memcpy(sorted, node->keys, node->count * sizeof(struct yaml_node *));
    qsort(sorted, node->count, sizeof(struct yaml_node *), compare_keys);
    for (size_t i = 1; i < node->count; i++)
        if (strcmp(sorted[i - 1]->text, sorted[i]->text) == 0)
            return error_set(reader->error, "%s:%d:%d: key \"%.100s\" stands here a second time (first on line %d)", reader->name,
                             sorted[i]->line, sorted[i]->column, sorted[i]->text, sorted[i - 1]->line);
    return 0;
}

static int convert_mapping(struct reader *reader, const yaml_node_t *source, struct yaml_node *node, int depth)
{
    size_t count = (size_t)(source->data.mapping.pairs.top - source->data.mapping.pairs.start);
    node->keys = memory_allocate(count, sizeof *node->keys);
    node->values = memory_allocate(count, sizeof *node->values);
    for (size_t i = 0; i < count; i++)
        if (convert_pair(reader, &source->data.mapping.pairs.start[i], node, depth) < 0)
            return -1;
    return refuse_doubled_keys(reader, node);
}

/* An aliased node is converted once for each use, so the limit on nodes also bounds what aliases can grow to. */
static struct yaml_node *convert(struct reader *reader, int index, int depth)
{
    const yaml_node_t *source = yaml_document_get_node(reader->document, index);
    if (source == NULL)
        return NULL;
    if (depth > YAML_MAXIMUM_DEPTH)
        return refuse(reader, source, "nested too deep");
    if (++reader->nodes > YAML_MAXIMUM_NODES)
        return refuse(reader, source, "too many nodes in one file");

    struct yaml_node *node = memory_allocate(1, sizeof *node);
    node->line = line_of(source->start_mark);
    node->column = column_of(source->start_mark);
    int result = 0;
    switch (source->type) {
    case YAML_SCALAR_NODE:
        node->kind = YAML_SCALAR;
        node->text = memory_copy_bytes(source->data.scalar.value, source->data.scalar.length);
        node->quoted = source->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        if (strlen(node->text) != source->data.scalar.length)
            result = error_set(reader->error, "%s:%d:%d: a text may not hold a NUL", reader->name, node->line, node->column);
        break;
    case YAML_SEQUENCE_NODE:
        node->kind = YAML_SEQUENCE;
        result = convert_sequence(reader, source, node, depth);
        break;
    case YAML_MAPPING_NODE:
        node->kind = YAML_MAPPING;
        result = convert_mapping(reader, source, node, depth);
        break;
    case YAML_NO_NODE:
        result = -1;
        break;
    }
    if (result < 0) {
        node_destroy(node);
        return NULL;
    }
    return node;
}

/* Of bytes that are no text libyaml tells the offset alone. */
static yaml_mark_t mark_of_offset(const char *text, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset; i++) {
        mark.column = text[i] == '\n' ? 0 : mark.column + 1;
        mark.line += text[i] == '\n' ? 1 : 0;
    }
    return mark;
}

static int fail_parser(const char *name, const yaml_parser_t *parser, struct error *error)
{
    if (parser->error == YAML_READER_ERROR) {
        const unsigned char *start = parser->input.string.start;
        size_t length = (size_t)(parser->input.string.end - start);
        size_t offset = parser->problem_offset < length ? parser->problem_offset : length;
        yaml_mark_t mark = mark_of_offset((const char *)start, offset);
        return error_set(error, "%s:%d:%d: not YAML: %s", name, line_of(mark), column_of(mark), parser->problem);
    }
    return error_set(error, "%s:%d:%d: not YAML: %s", name, line_of(parser->problem_mark), column_of(parser->problem_mark),
                     parser->problem != NULL ? parser->problem : "unreadable");
}

/* 1 = a document was added or an empty one passed over, 0 = the text has ended, -1 = error. */
static int read_document(const char *name, yaml_parser_t *parser, size_t *nodes, struct yaml_documents *documents,
                         struct error *error)
{
    yaml_document_t document;
    if (yaml_parser_load(parser, &document) == 0)
        return fail_parser(name, parser, error);
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    int result = root != NULL ? 1 : 0;
    bool empty = root != NULL && root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0;
    if (root != NULL && !empty) {
        struct reader reader = {.name = name, .document = &document, .nodes = *nodes, .error = error};
        struct yaml_node *tree = convert(&reader, 1, 0);
        *nodes = reader.nodes;
        if (tree == NULL) {
            result = -1;
        } else {
            documents->roots = memory_resize(documents->roots, documents->count + 1, sizeof(struct yaml_node *));
            documents->roots[documents->count++] = tree;
        }
    }
    yaml_document_delete(&document);
    return result;
}

/* libyaml's time grows with the square of the brackets that are open, so they are counted before it sees them. Brackets
 * within texts count too: a text with so many that are never closed is no loss. */
static int refuse_open_brackets(const char *name, const char *text, size_t length, struct error *error)
{
    int depth = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '[' || text[i] == '{')
            depth++;
        else if ((text[i] == ']' || text[i] == '}') && depth > 0)
            depth--;
        if (depth > YAML_MAXIMUM_DEPTH) {
            yaml_mark_t mark = mark_of_offset(text, i);
            return error_set(error, "%s:%d:%d: nested too deep", name, line_of(mark), column_of(mark));
        }
    }
    return 0;
}

int yaml_parse(const char *name, const char *text, size_t length, struct yaml_documents *documents, struct error *error)
{
    *documents = (struct yaml_documents){0};
    if (refuse_open_brackets(name, text, length, error) < 0)
        return -1;
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0)
        return error_set(error, "%s: cannot start the YAML reader", name);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    size_t nodes = 0;
    int result = 1;
    while (result > 0)
        result = read_document(name, &parser, &nodes, documents, error);
    yaml_parser_delete(&parser);
    if (result < 0)
        yaml_release(documents);
    return result;
}

void yaml_release(struct yaml_documents *documents)
{
    for (size_t i = 0; i < documents->count; i++)
        node_destroy(documents->roots[i]);
    free(documents->roots);
    *documents = (struct yaml_documents){0};
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
    if (mapping == NULL || mapping->kind != YAML_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->count; i++)
        if (strcmp(mapping->keys[i]->text, key) == 0)
            return mapping->values[i];
    return NULL;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

/* "0x1f" and, as in file modes, "0644" and "0o644"; -1 when the text is no such number. */
static double number_of_other_base(const char *text)
{
    const char *digits = text + (*text == '-' || *text == '+' ? 1 : 0);
    int base = digits[0] != '0' ? 0 : digits[1] == 'x' || digits[1] == 'X' ? 16 : digits[1] >= '0' && digits[1] <= '7' ? 8 : 0;
    if (digits[0] == '0' && digits[1] == 'o')
        base = 8;
    if (base == 0)
        return -1;
    digits += base == 16 || digits[1] == 'o' ? 2 : 1;
    if (digits[0] == '\0' || digits[strspn(digits, base == 16 ? "0123456789abcdefABCDEF" : "01234567")] != '\0')
        return -1;
    return (double)strtoull(digits, NULL, base);
}

static cJSON *resolve_plain(const char *text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF", NULL};
    if (is_one_of(text, nulls))
        return cJSON_CreateNull();
    if (is_one_of(text, trues))
        return cJSON_CreateTrue();
    if (is_one_of(text, falses))
        return cJSON_CreateFalse();
    double other = number_of_other_base(text);
    if (other >= 0)
        return cJSON_CreateNumber(text[0] == '-' ? -other : other);
    if (text[strspn(text, "+-.0123456789eE")] == '\0' && text[strcspn(text, "0123456789")] != '\0') {
        char *end = NULL;
        double number = strtod(text, &end);
        if (*end == '\0' && number - number == 0)
            return cJSON_CreateNumber(number);
    }
    return cJSON_CreateString(text);
}

cJSON *yaml_to_json(const struct yaml_node *node)
{
    if (node->kind == YAML_SCALAR)
        return node->quoted ? cJSON_CreateString(node->text) : resolve_plain(node->text);
    cJSON *tree = node->kind == YAML_MAPPING ? cJSON_CreateObject() : cJSON_CreateArray();
    for (size_t i = 0; i < node->count; i++) {
        cJSON *value = yaml_to_json(node->values[i]);
        if (node->kind == YAML_MAPPING)
            (void)cJSON_AddItemToObject(tree, node->keys[i]->text, value);
        else
            (void)cJSON_AddItemToArray(tree, value);
    }
    return tree;
}
